// `isda evaluate`: evaluates a run's checkpoint, looks into the result, and compares it with another run's.
import { basename, dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { twoDecimals } from '../../common/format.js';
import type { CheckpointSelection } from '../../records/checkpoints.js';
import { jsonKeyOf } from '../../records/metrics-columns.js';
import { errorsByClass } from '../../runs/examination/by-class.js';
import { calibrationOf } from '../../runs/examination/calibration.js';
import { temperatureScalingOf } from '../../runs/examination/temperature.js';
import { comparePredictions } from '../../runs/examination/compare.js';
import { confusedPairs, confusionOf } from '../../runs/examination/confusion.js';
import { requireSameImages, type EvaluatedRun } from '../../runs/examination/same-images.js';
import { evaluateRun, examineRun, type EvaluationContext, type RunEvaluation } from '../../runs/evaluate.js';
import { keepsAverages, withAverages } from '../../runs/averages.js';
import { openRunCheckpoint, type RunCheckpoint } from '../../runs/run-checkpoint.js';
import { networkOf } from '../../runs/description.js';
import { unofficialText } from '../../runs/origin.js';
import { parseProgress } from '../../training/state.js';
import type { CommandContext } from '../context.js';
import { calibrationText, classTable, comparisonText, confusionTable, pairTable } from '../evaluation/texts.js';
import { examinationFiles, writeExamination, type ExaminationOptions } from '../evaluation/outputs.js';
import { examples } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { checkpointOption, countUpTo, emaOption, givenOnce, setOption } from '../options.js';
import { columnsOf } from '../terminal/fold.js';
import { printJson } from '../terminal/table.js';
import { createRunContext } from './train.js';

interface EvaluateOptions extends ExaminationOptions {
  readonly run: string;
  readonly data?: string;
  readonly set: readonly string[];
  readonly checkpoint: CheckpointSelection;
  readonly ema?: boolean;
  readonly json?: boolean;
}

/** A run as a command line names it. */
interface NamedRun extends Pick<EvaluateOptions, 'run' | 'set'>, Partial<Pick<EvaluateOptions, 'checkpoint'>> {
  /** What the averages of its weights are wanted for in place of them, as `export the averages`. */
  readonly averagesFor?: string;
}

/** What is said where a run has averages of its weights that are not taken. */
export const plainWeightsNote = (done: string): string =>
  `note: ${done} with the weights themselves; --ema uses the averages of the weights that the run keeps\n`;

/** Opens the checkpoint of the run that a command names; stderr says which newer ones could not be used. */
export async function openNamedRun(
  { run, set, checkpoint, averagesFor }: NamedRun,
  { workingDirectory, stderr }: CommandContext,
): Promise<RunCheckpoint> {
  const changes = { overrides: set, workingDirectory };
  const selection =
    typeof checkpoint === 'object' && 'file' in checkpoint
      ? { file: resolve(workingDirectory, checkpoint.file) }
      : checkpoint;
  const opened = await openRunCheckpoint(resolve(workingDirectory, run), changes, selection);
  for (const warning of opened.checkpoint.warnings) stderr.write(`warning: ${warning}\n`);
  const { epoch, batch } = parseProgress(opened.checkpoint.progress, opened.checkpoint.path);
  if (batch > 0) stderr.write(`note: the checkpoint is from the middle of epoch ${epoch}, after step ${batch}\n`);
  return averagesFor === undefined ? opened : withAverages(opened, averagesFor);
}

/**
 * The run to compare with: at the same choice of its own checkpoints, or at its newest one where a file is chosen,
 * which is the other run's; with its averages in place of its weights where these are asked for and it keeps any.
 */
async function openCompared(
  { averagesFor, checkpoint, ...named }: NamedRun,
  context: CommandContext,
): Promise<RunCheckpoint> {
  const ofOther = typeof checkpoint === 'object' && 'file' in checkpoint;
  const opened = await openNamedRun({ ...named, ...(!ofOther && { checkpoint }) }, context);
  if (ofOther)
    context.stderr.write(
      `note: the newest checkpoint of ${named.run} is used: the file belongs to the first run only\n`,
    );
  return averagesFor !== undefined && keepsAverages(opened) ? withAverages(opened, averagesFor) : opened;
}

/** Pairs of classes that are named. */
const namedPairs = 10;

const asJson = (
  { averaged }: RunCheckpoint,
  { metrics, values, ...about }: RunEvaluation,
): Record<string, unknown> => ({
  ...(averaged === true && { weights: 'ema' }),
  ...Object.fromEntries(metrics.map((metric) => [jsonKeyOf(metric), values[metric.name]])),
  ...about,
});

/** The run folder that a checkpoint lies in, as a name. */
const runName = (checkpoint: string): string => basename(dirname(dirname(checkpoint)));

/** The names of two runs, told apart where their folders are called alike. */
function runNames(first: string, second: string): readonly [string, string] {
  const names = [runName(first), runName(second)] as const;
  return names[0] === names[1] ? ['the first', 'the second'] : names;
}

function summaryLines({ config, averaged }: RunCheckpoint, outcome: RunEvaluation): string[] {
  const unofficial = unofficialText(config.dataset.name, outcome);
  const leftOut = outcome.leftOut === undefined ? [] : [`${outcome.leftOut} left out as broken`];
  const lines = [
    ['checkpoint', outcome.checkpoint],
    ...(averaged === true ? [['weights', 'averages (training.ema)'] as const] : []),
    [
      'images',
      [`${outcome.images} (${outcome.part})`, ...leftOut, ...(unofficial === undefined ? [] : [unofficial])].join(', '),
    ],
    ...outcome.metrics.map(({ name, title, label = title, unit }) => [
      label,
      unit === '%' ? `${twoDecimals(outcome.values[name])} %` : outcome.values[name].toFixed(4),
    ]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `${name.padEnd(width)} ${value}`);
}

/** What looking into the result gives, as JSON and as sections of text. */
function examine(
  { examined }: EvaluatedRun,
  other: EvaluatedRun | undefined,
  options: ExaminationOptions,
  width: number,
) {
  const { predictions } = examined;
  const json: Record<string, unknown> = {};
  const sections: string[] = [];
  if (options.perClass === true) {
    const classes = errorsByClass(predictions);
    json.perClass = classes;
    sections.push(classTable(classes, width, other && errorsByClass(other.examined.predictions)));
  }
  if (options.confusion !== undefined) {
    const confusion = confusionOf(predictions);
    const pairs = confusedPairs(confusion, namedPairs);
    json.confusion = { ...confusion, pairs };
    sections.push(confusionTable(confusion, width), pairTable(pairs, width));
  }
  if (options.calibration !== undefined) {
    const calibration = calibrationOf(predictions);
    const scaling = temperatureScalingOf(predictions);
    json.calibration = { ...calibration, temperatureScaling: scaling };
    sections.push(calibrationText(calibration, scaling, width));
  }
  return { json, sections };
}

async function evaluate(options: EvaluateOptions, context: CommandContext): Promise<void> {
  const { data, compare, json, count } = options;
  const files = examinationFiles(options, context);
  const paths = Object.values(files).flat();
  const set = data === undefined ? options.set : [...options.set, `dataset.dir=${JSON.stringify(data)}`];
  const warn = (line: string): void => void context.stderr.write(`${line}\n`);
  const run: EvaluationContext = { ...createRunContext(context, context.stderr, () => undefined), warn };
  const otherImages = data === undefined ? undefined : resolve(context.workingDirectory, data);
  const averages = options.ema === true ? { averagesFor: 'evaluate the averages' } : {};
  const opened = { ...(await openNamedRun({ ...options, set, ...averages }, context)), otherImages };
  const looksIn = options.perClass === true || options.confusion !== undefined || options.calibration !== undefined;
  if (!looksIn && compare === undefined && paths.length === 0) {
    const outcome = await evaluateRun(opened, run);
    if (json === true) printJson(context, asJson(opened, outcome));
    else context.stdout.write(`${summaryLines(opened, outcome).join('\n')}\n`);
    return;
  }
  const openedOther =
    compare === undefined
      ? undefined
      : {
          ...(await openCompared({ run: compare, set, checkpoint: options.checkpoint, ...averages }, context)),
          otherImages,
        };
  if (keepsAverages(opened)) context.stderr.write(plainWeightsNote('examined'));
  const own = await examineRun(opened, run, options.calibration !== undefined);
  const other = openedOther && (await examineRun(openedOther, run));
  if (other !== undefined) requireSameImages(own, other);
  const outcome = other && comparePredictions(own.examined.predictions, other.examined.predictions);
  const width = columnsOf(context);
  const found = examine(own, other, options, width);
  const about = `${networkOf(opened.config)}, ${opened.config.experiment}, ${own.evaluation.images} ${own.evaluation.part} images`;
  const written = await writeExamination(own.examined, files, { about, count }, context);
  if (json === true) {
    const comparison = other && { comparison: { with: asJson(openedOther, other.evaluation), ...outcome } };
    printJson(context, { ...asJson(opened, own.evaluation), ...found.json, ...comparison, files: written });
    return;
  }
  const sections = [summaryLines(opened, own.evaluation).join('\n')];
  if (other !== undefined && openedOther !== undefined && outcome !== undefined) {
    sections.push(summaryLines(openedOther, other.evaluation).join('\n'));
    sections.push(comparisonText(outcome, runNames(own.evaluation.checkpoint, other.evaluation.checkpoint), width));
  }
  const texts = [...sections, ...found.sections, ...(written.length > 0 ? [written.join('\n')] : [])];
  context.stdout.write(`${texts.join('\n\n')}\n`);
}

const usualCount = 25;

export function registerEvaluate(program: Command, context: CommandContext): void {
  const shown = [
    ['--run runs/resnet32-cifar10-seed1 --checkpoint best', 'loss and error of the best checkpoint'],
    ['--run runs/mine --per-class --confusion --calibration', 'with tables by class, of confusions and of calibration'],
    ['--run runs/mine --confusion c.svg --calibration r.svg --worst w.png', 'the same as pictures'],
    ['--run runs/isda --compare runs/basic', "two runs on the same images, with McNemar's test"],
  ] as const;
  const command = program
    .command('evaluate')
    .addHelpText('after', examples(shown, context.stdout))
    .description('evaluate a checkpoint of a run (error by class, confusion, calibration), or compare two runs')
    .argument('[run]', 'the same as --run; one of them is required')
    .option('--run <dir>', 'run folder')
    .option(
      '--data <dir>',
      'evaluate on other images: a data set of the same kind, or a folder with one folder per class',
    )
    .addOption(checkpointOption())
    .addOption(emaOption())
    .option('--per-class', "error of each class with Wilson's 95 % interval")
    .option('--confusion [files...]', 'confusion matrix and most confused pairs; written to .csv, .svg or .png files')
    .option(
      '--calibration [files...]',
      'expected calibration error, also after temperature scaling; the reliability diagram in .svg or .png files',
    )
    .option('--worst <file>', 'the images with the largest loss as a picture, .svg or .png')
    .option('--count <n>', 'images of --worst', countUpTo(1000), usualCount)
    .option('--predictions <file>', 'the predicted class of each image, as .csv')
    .option(
      '--compare <dir>',
      'another run to compare with, on the same images; it uses the same --checkpoint, unless that is a file',
    )
    .addOption(setOption())
    .option('--json', 'print as JSON');
  withOptionRules(command, { '--count': { needs: '--worst' }, '--data': { sets: 'dataset.dir' } }).action(
    (word: string | undefined, options: Omit<EvaluateOptions, 'run'> & Partial<EvaluateOptions>) =>
      evaluate({ ...options, run: givenOnce('evaluate', '--run <dir>', [word, options.run]) }, context),
  );
}
