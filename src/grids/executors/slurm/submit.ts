// Submits claimed cells as job arrays; a crash at any point neither loses nor doubles a job.
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
  /** The program and its first words: `node bin/isda.js`. */
  readonly command: readonly string[];
  /** Of the runs, absolute. */
  readonly workingDirectory: string;
  /** How many runs of an array at once; undefined: as many as Slurm starts. */
  readonly jobs: number | undefined;
  /** MaxArraySize. */
  readonly maxTasks: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A few hexadecimal digits that no other submission has. */
  readonly random: () => string;
  readonly print: (line: string) => void;
}

/** A cell that this process holds. */
export interface ClaimedCell {
  readonly cell: StoredCell;
  readonly claim: Claim;
}

/**
 * Submits the cells and lets them go, recorded as queued. Gives each with its job's name, as in `12_3`.
 * Each cell is recorded with its submission's name before Slurm hears of it: whoever comes after a crash asks the queue
 * for that name. Errors: what Slurm refuses; the cells of that array and of the later ones are as they were before.
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
      // Slurm has it, and whatever fails from here on must not submit it again. Without an exit code nobody knows
      // whether it has: the queue will tell.
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

/** Lets cells go as they are recorded; none of them is given back, also where letting one go fails. */
async function letGo(claims: Map<StoredCell, Claim>, cells: readonly StoredCell[]): Promise<void> {
  const own = cells.map((cell) => claims.get(cell)!);
  for (const cell of cells) claims.delete(cell);
  for (const claim of own) await claim.release();
}
