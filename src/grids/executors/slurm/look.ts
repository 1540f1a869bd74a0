// Looks up the jobs of cells in Slurm's queue.
import { readFile } from 'node:fs/promises';
import { reasonOf } from '../../../common/errors.js';
import type { CellJob } from '../../store/cell.js';
import type { JobLook, JobLookup } from '../../store/job.js';
import { errorsPath } from '../local.js';
import type { RunSlurm } from './commands.js';
import { taskEnd } from './ends.js';
import { askAccounts, askQueue, phaseOf, type QueueEntry } from './queue.js';
import { readSubmission, readTask, submissionOf } from './submission.js';

interface LookOptions {
  readonly slurm: RunSlurm;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Returns milliseconds, for durations. */
  readonly clock: () => number;
  /** How long an answer of the queue is reused. */
  readonly freshMilliseconds: number;
  /**
   * How long a task must have been ended before it counts as ended: a preempted task, or one whose node failed, is
   * requeued immediately, and its files may be visible only later on a network file system.
   */
  readonly certainMilliseconds: number;
  /** Called once if the queue cannot be queried for a while; without it, this is an error immediately. */
  readonly warn?: (line: string) => void;
}

/**
 * Returns the displayed name of a job that the queue does not list: `12_3`, or the name of its submission if it has no
 * Slurm job id yet.
 */
export async function jobNameOf(folder: string, { submission, task }: CellJob): Promise<string> {
  const record = await readSubmission(submissionOf(folder, submission));
  return record?.job === undefined ? submission : `${record.job}_${task}`;
}

/**
 * sbatch may still be running for this long, although the queue does not list its jobs: while the controller is busy,
 * it tries again for two minutes, also after the command that started it was killed.
 */
const submittingMilliseconds = 180_000;

/**
 * How long a network file system may hide a summary that its run has written: it caches for up to a minute that a file
 * was not there.
 */
const hiddenMilliseconds = 90_000;

interface Answer {
  readonly at: number;
  readonly entries: readonly QueueEntry[];
}

/** Creates a lookup that queries the queue once for all tasks of a submission and caches the answer briefly. */
export function slurmLookup(options: LookOptions): JobLookup {
  const { slurm, now, clock, freshMilliseconds, certainMilliseconds, warn } = options;
  const answers = new Map<string, Promise<Answer>>();
  const endedSince = new Map<string, number>();
  let warned = false;

  const ask = async (submission: string, last: Answer | undefined): Promise<Answer> => {
    try {
      const answer = { at: clock(), entries: await askQueue(slurm, submission) };
      warned = false;
      return answer;
    } catch (error) {
      if (warn === undefined || last === undefined) throw error;
      if (!warned) warn(`warning: ${reasonOf(error)}; retrying`);
      warned = true;
      return { at: clock(), entries: last.entries.filter(({ state }) => phaseOf(state) !== 'ended') };
    }
  };
  const answerFor = async (submission: string): Promise<Answer> => {
    const before = answers.get(submission);
    const last = await before?.catch(() => undefined);
    // Of several callers that wait for the same old answer, only the first one queries again.
    if (answers.get(submission) !== before) return answers.get(submission)!;
    if (last !== undefined && clock() - last.at < freshMilliseconds) return last;
    const next = ask(submission, last);
    answers.set(submission, next);
    return next;
  };

  return async (folder, job): Promise<JobLook> => {
    const { submission, task } = job;
    const place = submissionOf(folder, submission);
    const { at, entries } = await answerFor(submission);
    const entry = entries.find((candidate) => candidate.task === task);
    const key = `${submission} ${task}`;
    if (entry !== undefined && phaseOf(entry.state) !== 'ended') {
      endedSince.delete(key);
      const { name, node, reason } = entry;
      return phaseOf(entry.state) === 'running'
        ? { phase: 'running', name, ...(node === '' ? {} : { note: `on ${node}` }) }
        : { phase: 'queued', name, ...(reason === '' ? {} : { note: reason }) };
    }
    const record = await readSubmission(place);
    const name = entry?.name ?? (await jobNameOf(folder, job));
    const { exitCode, log } = await readTask(place, task);
    if (entry === undefined && record !== undefined && record.job === undefined && exitCode === undefined) {
      if (now() - Date.parse(record.submitted) < submittingMilliseconds) return { phase: 'queued', name };
      return { phase: 'ended', name, end: { state: 'stopped', reason: 'its submission was cut off' } };
    }
    const since = endedSince.get(key) ?? at;
    endedSince.set(key, since);
    // A run that ended well has a summary. A single look does not wait for it.
    const awaitsSummary = exitCode === 0 && certainMilliseconds > 0;
    const wait = awaitsSummary ? Math.max(certainMilliseconds, hiddenMilliseconds) : certainMilliseconds;
    if (at - since < wait) return { phase: 'running', name, uncertain: true };
    const accounted = entry === undefined && record ? await askAccounts(slurm, submission, record.submitted) : [];
    const state = entry?.state ?? accounted.findLast((candidate) => candidate.task === task)?.state;
    const errors = await readFile(errorsPath(folder), 'utf8').catch(() => '');
    return { phase: 'ended', name, end: taskEnd({ name, state, exitCode, errors, log }) };
  };
}
