// The folder of a submitted array, slurm/NAME: its script, cells, job id and exit states.
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { makeFolder, readFailure, writeFileAtomically } from '../../../common/files.js';
import { systemCode } from '../../../common/errors.js';

const submissionRecord = z.strictObject({
  /** When it was handed to sbatch, ISO 8601. */
  submitted: z.iso.datetime(),
  /** The number of the array's job, once Slurm has said it. */
  job: z.string().optional(),
});
type SubmissionRecord = Readonly<z.output<typeof submissionRecord>>;

/** Where a submission of a store lies. */
export const submissionFolder = (root: string, name: string): string => join(root, 'slurm', name);

/** The folder of the submission that holds the job of the cell in `folder`. */
export const submissionOf = (folder: string, name: string): string => submissionFolder(dirname(folder), name);

/** What Slurm and the script write for a task. */
export const taskLog = (folder: string, task: number): string => join(folder, `task-${task}.log`);

/** A name for a submission of a store that no other job has. `random`: a few hexadecimal digits. */
export function submissionName(root: string, random: string): string {
  const store = basename(root).replaceAll(/[^A-Za-z0-9_-]+/g, '-');
  return `${store.slice(0, 40)}-${random}`;
}

const recordPath = (folder: string): string => join(folder, 'submission.json');

/** Records a submission, before and after sbatch. */
export async function writeSubmission(folder: string, record: SubmissionRecord): Promise<void> {
  await writeFileAtomically(recordPath(folder), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Makes a submission's folder. `cells`: the names of its runs' folders, in the order of the tasks. */
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

/** The record of a submission; undefined where it is gone or damaged. */
export async function readSubmission(folder: string): Promise<SubmissionRecord | undefined> {
  const text = await readOptional(recordPath(folder));
  try {
    return text === undefined ? undefined : submissionRecord.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** What a task left behind: its run's exit code as bash counts it, and what it and Slurm said. */
export async function readTask(folder: string, task: number): Promise<{ exitCode?: number; log: string }> {
  const exit = (await readOptional(join(folder, `task-${task}.exit`)))?.trim();
  const log = (await readOptional(taskLog(folder, task))) ?? '';
  return exit !== undefined && /^\d+$/.test(exit) ? { exitCode: Number(exit), log } : { log };
}
