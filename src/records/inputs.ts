// inputs.json: what a run is made from, its images and its first weights.
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { cannot, systemCode } from '../common/errors.js';
import { readFailure, writeFileAtomically } from '../common/files.js';

/** The whole data set that a run's images are chosen from. */
export const dataFacts = z.object({
  /** Equal where images and labels are (docs/data.md). */
  checksum: z.string(),
  trainImages: z.int(),
  testImages: z.int(),
  /** Of a CIFAR set: whether these are the official images. */
  official: z.boolean().optional(),
});
export type DataFacts = Readonly<z.output<typeof dataFacts>>;

/** The file that a run's first weights came from; runs from scratch have none. */
export const weightsFacts = z.object({
  /** Its name, for people. */
  file: z.string(),
  /** Of its content, in hexadecimal. */
  sha256: z.string(),
  /** Where the last layer is not from the file but from the seed. */
  head: z.literal('fresh').optional(),
});
export type WeightsFacts = Readonly<z.output<typeof weightsFacts>>;

const runInputs = z.object({
  /** Absent where a network was imported and nothing trained yet. */
  data: dataFacts
    .extend({
      /** In the order of the labels, which is that of the network's outputs. */
      classNames: z.array(z.string()).readonly(),
      /** Absolute path of the folder it was found in. */
      folder: z.string().optional(),
    })
    .optional(),
  weights: weightsFacts.optional(),
  /** True in a folder that `isda import` made: its config names the weights where the command line's does not. */
  imported: z.boolean().optional(),
  /** The config file of the run, relative to its folder; absent where it came through a pipe. */
  configFile: z.string().optional(),
  /** Fingerprints of other settings that its checkpoints were written under, where it was resumed with changed ones. */
  earlierSettings: z.array(z.string()).readonly().optional(),
});
export type RunInputs = Readonly<z.output<typeof runInputs>>;

/** Writes inputs.json. */
export async function writeInputs(path: string, inputs: RunInputs): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(runInputs.parse(inputs), undefined, 2)}\n`);
}

/** Reads inputs.json; undefined where there is none, as in runs of earlier versions. Errors: it cannot be read. */
export async function readInputs(path: string): Promise<RunInputs | undefined> {
  try {
    return runInputs.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    if (systemCode(error) !== undefined) throw readFailure(path, error);
    throw cannot(`read ${path}`, 'it is no valid inputs.json', {
      code: 'run/changed',
      hint: 'move inputs.json away; the run writes it again when it resumes',
      cause: error,
    });
  }
}
