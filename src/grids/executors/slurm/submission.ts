// The folder of a submitted array, slurm/NAME: its script, cells, job id and exit states.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder, readFailure, writeFileAtomically } from '../../../common/files.js';
import { systemCode } from '../../../common/errors.js';

const submissionRecord = z.strictObject({
  /** When it was passed to sbatch, ISO 8601. */
  submitted: z.iso.datetime(),
  /** Job id of the array, once Slurm has reported it. */
  job: z.string().optional(),
});
type SubmissionRecord = Readonly<z.output<typeof submissionRecord>>;

/** Path of the folder of a submission in a store. */
export const submissionFolder = (root: string, name: string): string => join(root, 'slurm', name);

/** Path of the folder of the submission `name` of the cell in `folder`. */
export const submissionOf = (folder: string, name: string): string => submissionFolder(dirname(folder), name);

/** Path of the output of Slurm and the script for a task. */
export const taskLog = (folder: string, task: number): string => join(folder, `task-${task}.log`);

/** Returns a unique name for a submission of a store. `random`: a few hexadecimal digits. */
export function submissionName(root: string, random: string): string {
  const store = basename(root).replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  return `${store.slice(0, 40)}-${random}`;
}

const recordPath = (folder: string): string => join(folder, 'submission.json');

/** Records a submission, before and after sbatch. */
export async function writeSubmission(folder: string, record: SubmissionRecord): Promise<void> {
  await writeFileAtomically(recordPath(folder), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Creates the folder of a submission. `cells`: the names of its run folders, in the order of the tasks. */
export async function createSubmission(
  folder: string,
  script: string,
  cells: readonly string[],
  submitted: string,
): Promise<void> {
  await makeFolder(folder);
  await writeFileAtomically(join(folder, 'job.sh'), script);
  await writeFileAtomically(join(folder, 'cells.txt'), cells.map((name) => `${name}\n`).join(''));
  await writeSubmission(folder, { submitted });
}

async function readOptional(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readFailure(path, error);
  }
}

/** Reads the record of a submission; undefined if it is missing or damaged. */
export async function readSubmission(folder: string): Promise<SubmissionRecord | undefined> {
  const text = await readOptional(recordPath(folder));
  try {
    return text === undefined ? undefined : submissionRecord.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Reads the files of a task: the exit code of its run as reported by bash, and the output of the task and of Slurm. */
export async function readTask(folder: string, task: number): Promise<{ exitCode?: number; log: string }> {
  const exit = (await readOptional(join(folder, `task-${task}.exit`)))?.trim();
  const log = (await readOptional(taskLog(folder, task))) ?? '';
  return exit !== undefined && /^\d+$/.test(exit) ? { exitCode: Number(exit), log } : { log };
}
