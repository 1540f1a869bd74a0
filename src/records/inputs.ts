// inputs.json: the images and the initial weights of a run.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { cannot, systemCode } from '../common/errors.js';
import { readFailure, writeFileAtomically } from '../common/files.js';

/** The whole data set from which a run's images are selected. */
export const dataFacts = z.object({
  /** Equal for equal images and labels (docs/data.md). */
  checksum: z.string(),
  trainImages: z.int(),
  testImages: z.int(),
  /** For CIFAR: whether these are the official images. */
  official: z.boolean().optional(),
});
export type DataFacts = Readonly<z.output<typeof dataFacts>>;

/** The file of a run's initial weights; absent in runs from scratch. */
export const weightsFacts = z.object({
  /** Name of the file, for display. */
  file: z.string(),
  /** SHA-256 of its content, in hexadecimal. */
  sha256: z.string(),
  /** Present if the last layer was initialized from the seed. */
  head: z.literal('fresh').optional(),
});
export type WeightsFacts = Readonly<z.output<typeof weightsFacts>>;

const runInputs = z.object({
  /** Absent if a network was imported and not trained yet. */
  data: dataFacts
    .extend({
      /** In the order of the labels and of the network's outputs. */
      classNames: z.array(z.string()).readonly(),
      /** Absolute path of its folder. */
      folder: z.string().optional(),
    })
    .optional(),
  weights: weightsFacts.optional(),
  /** True in a folder made by `isda import`, whose config has the weights if that of the command line has none. */
  imported: z.boolean().optional(),
  /** The config file of the run, relative to its folder; absent if it came from a pipe. */
  configFile: z.string().optional(),
  /** Earlier fingerprints of its checkpoints, if it was resumed with changed settings. */
  earlierSettings: z.array(z.string()).readonly().optional(),
});
export type RunInputs = Readonly<z.output<typeof runInputs>>;

/** Writes inputs.json. */
export async function writeInputs(path: string, inputs: RunInputs): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(runInputs.parse(inputs), undefined, 2)}\n`);
}

/** Reads inputs.json; undefined if there is none, as in runs of earlier versions. Errors: it cannot be read. */
export async function readInputs(path: string): Promise<RunInputs | undefined> {
  try {
    return runInputs.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (systemCode(error) !== undefined) throw readFailure(path, error);
    throw cannot(`read ${path}`, 'it is not a valid inputs.json', {
      code: 'run/changed',
      hint: 'move inputs.json away; the run writes it again when it resumes',
      cause: error,
    });
  }
}
