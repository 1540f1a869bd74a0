// The output files of `isda evaluate`: paths, which are checked before anything is computed, and contents.
import { dirname, extname } from 'node:path';
import { cannot } from '../../common/errors.js';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { createPlainReader } from '../../data/plain-images.js';
import { confusionMap } from '../../report/figures/confusion.js';
import { reliabilityDiagram } from '../../report/figures/reliability.js';
import { imageGrid } from '../../report/image-grid.js';
import { calibrationOf } from '../../runs/examination/calibration.js';
import { confusionCsv } from '../../runs/examination/confusion-csv.js';
import { confusionOf } from '../../runs/examination/confusion.js';
import { predictionsCsv } from '../../runs/examination/predictions-csv.js';
import { worstImages } from '../../runs/examination/worst-images.js';
import type { ExaminedRun } from '../../runs/evaluate.js';
import type { CommandContext } from '../context.js';
import { outputFile, type FileKind } from '../terminal/output.js';
import { picture, writePicture } from '../terminal/picture.js';

/** The options of `isda evaluate` for details of the result. */
export interface ExaminationOptions {
  readonly perClass?: boolean;
  /** Files to write; `true` if the option has none. */
  readonly confusion?: readonly string[] | true;
  readonly calibration?: readonly string[] | true;
  readonly worst?: string;
  /** Number of images of `worst`. */
  readonly count: number;
  readonly predictions?: string;
  /** Folder of another run. */
  readonly compare?: string;
}

/** Returns the files of each option as absolute paths. */
type ExaminationFiles = Readonly<Record<'confusion' | 'calibration' | 'worst' | 'predictions', readonly string[]>>;

const matrix: FileKind = {
  name: 'a CSV, SVG or PNG file',
  endings: ['.csv', ...picture.endings],
  written: ['confusion', ...picture.written],
};
const purpose = 'write the results of the evaluation';
const table: FileKind = { name: 'a CSV file', endings: ['.csv'], written: ['predictions'] };

/** Errors (usage): one file would replace another. */
function refuseTwice(paths: readonly string[]): void {
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice === undefined) return;
  throw cannot(purpose, 'one file is named twice', {
    code: 'option/conflict',
    kind: 'usage',
    place: twice,
    hint: 'give each result a file of its own',
  });
}

/**
 * Errors (usage): a file has an unsupported extension, exists and was not written by this program, or is named twice.
 * It cannot be written.
 */
export function examinationFiles(options: ExaminationOptions, context: CommandContext): ExaminationFiles {
  const paths = (option: string, words: readonly string[] | string | true | undefined, kind: FileKind): string[] =>
    (typeof words === 'object' ? words : typeof words === 'string' ? [words] : []).map((word) =>
      outputFile(word, kind, context, { action: purpose, option }),
    );
  const files = {
    confusion: paths('--confusion', options.confusion, matrix),
    calibration: paths('--calibration', options.calibration, picture),
    worst: paths('--worst', options.worst, picture),
    predictions: paths('--predictions', options.predictions, table),
  };
  refuseTwice(Object.values(files).flat());
  return files;
}

const isCsv = (path: string): boolean => extname(path).toLowerCase() === '.csv';

async function writeText(path: string, text: string): Promise<void> {
  await makeFolder(dirname(path));
  await writeFileAtomically(path, text);
}

/**
 * Writes them; `about`: what was evaluated, for titles. Gives their paths. Errors: an image cannot be read or a file
 * written.
 */
export async function writeExamination(
  { predictions, source }: ExaminedRun,
  files: ExaminationFiles,
  { about, count }: { readonly about: string; readonly count: number },
  context: CommandContext,
): Promise<readonly string[]> {
  const confusion = confusionOf(predictions);
  for (const path of files.confusion) {
    if (isCsv(path)) await writeText(path, confusionCsv(confusion));
    else await writePicture(path, confusionMap(confusion, { title: about }), context);
  }
  for (const path of files.calibration)
    await writePicture(path, reliabilityDiagram(calibrationOf(predictions), { title: about }), context);
  for (const path of files.worst) {
    const grid = await worstImages(predictions, source, { count, title: `Largest losses: ${about}` });
    await writePicture(path, await imageGrid(grid), context);
  }
  if (files.predictions.length > 0) {
    const reader = await createPlainReader(source);
    const text = predictionsCsv(predictions, (index) => reader.describe(index));
    for (const path of files.predictions) await writeText(path, text);
  }
  return Object.values(files).flat();
}
