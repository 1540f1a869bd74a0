// Submits claimed cells as job arrays; a crash at any point neither loses nor duplicates a job.
import { join } from 'node:path';
import type { Claim } from '../../store/claim.js';
import type { StoredCell } from '../../store/store.js';
import { arraysOf, sbatchArguments } from './arrays.js';
import { slurmFailure, type RunSlurm } from './commands.js';
import { scriptText } from './script.js';
import { createSubmission, submissionFolder, submissionName, writeSubmission } from './submission.js';

export interface SubmitOptions {
  readonly slurm: RunSlurm;
  /** The store, absolute. */
  readonly root: string;
  /** The program and its first arguments: `node bin/isda.js`. */
  readonly command: readonly string[];
  /** Working directory of the runs, absolute. */
  readonly workingDirectory: string;
  /** Maximum number of concurrent runs of an array; undefined: no limit other than Slurm's. */
  readonly jobs: number | undefined;
  /** MaxArraySize. */
  readonly maxTasks: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Returns a few hexadecimal digits, different for each submission. */
  readonly random: () => string;
  readonly print: (line: string) => void;
}

/** A cell claimed by this process. */
export interface ClaimedCell {
  readonly cell: StoredCell;
  readonly claim: Claim;
}

/**
 * Submits the cells and releases them, recorded as queued. Returns each with the name of its job, such as `12_3`.
 * Each cell is recorded with the name of its submission before Slurm gets it, so that after a crash the queue can be
 * queried for that name. Errors: Slurm rejects a submission; the cells of that array and of the later ones are then
 * restored.
 */
export async function submitCells(
  claimed: readonly ClaimedCell[],
  options: SubmitOptions,
): Promise<ReadonlyMap<StoredCell, string>> {
  const { slurm, root, command, workingDirectory, jobs, maxTasks, now, random, print } = options;
  const claims = new Map(claimed.map(({ cell, claim }) => [cell, claim]));
  const names = new Map<StoredCell, string>();
  const arrays = arraysOf([...claims.keys()], maxTasks);
  if (claimed.length > maxTasks) print(`Slurm takes ${maxTasks} tasks an array: ${arrays.length} arrays`);
  try {
    for (const { options: resources, cells } of arrays) {
      const name = submissionName(root, random());
      const folder = submissionFolder(root, name);
      const submitted = new Date(now()).toISOString();
      const script = scriptText({ root, folder, command, before: resources.before });
      const runs = cells.map((cell) => cell.name);
      await createSubmission(folder, script, runs, submitted);
      for (const [task, cell] of cells.entries()) await claims.get(cell)!.queue({ submission: name, task });
      const place = { name, tasks: cells.length, jobs, folder, workingDirectory, slurm: resources };
      const answer = await slurm('sbatch', [...sbatchArguments(place), join(folder, 'job.sh')]);
      const job = /^(\d+)/m.exec(answer.stdout)?.[1];
      // Slurm has the array, and a later failure must not cause it to be submitted again. Without an exit code it is
      // unknown whether Slurm has it; the queue will tell.
      if (answer.code === 0 || (answer.code === undefined && answer.missing !== true)) await letGo(claims, cells);
      if (answer.code !== 0 || job === undefined) throw slurmFailure('submit to Slurm', 'sbatch', answer);
      await writeSubmission(folder, { submitted, job });
      for (const [task, cell] of cells.entries()) names.set(cell, `${job}_${task}`);
      const tasks = runs.length === 1 ? `${job}_0` : `${job}_0 to ${job}_${runs.length - 1}`;
      print(`submit  ${runs.length === 1 ? runs[0] : `${runs.length} runs`}, job ${tasks}`);
    }
  } catch (error) {
    for (const claim of claims.values()) await claim.giveBack();
    throw error;
  }
  return names;
}

/** Releases cells without changing their records; none of them is restored, even if releasing one fails. */
async function letGo(claims: Map<StoredCell, Claim>, cells: readonly StoredCell[]): Promise<void> {
  const own = cells.map((cell) => claims.get(cell)!);
  for (const cell of cells) claims.delete(cell);
  for (const claim of own) await claim.release();
}
