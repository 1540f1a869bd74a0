// States of submitted tasks: from squeue, and from sacct when squeue no longer lists them.
import { slurmFailure, type RunSlurm } from './commands.js';

/** A task in Slurm's queue or accounting. */
export interface QueueEntry {
  /** Name of its submission. */
  readonly submission: string;
  readonly task: number;
  /** `12_3`. */
  readonly name: string;
  /** Slurm's name of the state: PENDING, RUNNING, OUT_OF_MEMORY, … */
  readonly state: string;
  /** Why it waits; empty if Slurm gives no reason. */
  readonly reason: string;
  /** The node that it runs or ran on; empty before it starts. */
  readonly node: string;
}

/** States of ended tasks. Tasks in other states, such as COMPLETING, may still be running. */
const ended: ReadonlySet<string> = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'LAUNCH_FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY'],
  ...['PREEMPTED', 'RECONFIG_FAIL', 'REVOKED', 'TIMEOUT'],
]);
const waiting: ReadonlySet<string> = new Set([
  ...['CONFIGURING', 'EXPEDITING', 'PENDING', 'POWER_UP_NODE', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD'],
  ...['RESV_DEL_HOLD', 'SPECIAL_EXIT'],
]);

/** Whether a task of this state waits, runs or has ended. */
export function phaseOf(state: string): 'queued' | 'running' | 'ended' {
  if (ended.has(state)) return 'ended';
  return waiting.has(state) ? 'queued' : 'running';
}

const fields = (line: string): string[] => line.split('|');
const lines = (text: string): string[] => text.split('\n').filter((line) => line.includes('|'));
const none = (text: string): string => (/^(None|\(null\)|N\/A|None assigned)$/.test(text) ? '' : text);

/** Parses the output of `squeue --format=%j|%F|%K|%T|%N|%r`, one line per task. */
export function parseQueue(text: string): readonly QueueEntry[] {
  return lines(text).flatMap((line) => {
    const [submission, job, task, state, node, ...reason] = fields(line);
    if (reason.length === 0 || !/^\d+$/.test(task)) return [];
    const name = `${job}_${task}`;
    return [{ submission, task: Number(task), name, state, node: none(node), reason: none(reason.join('|')) }];
  });
}

/** Parses the output of `sacct --parsable2 --format=JobName,JobID,State`; the newest entry of a task is last. */
export function parseAccounts(text: string): readonly QueueEntry[] {
  return lines(text).flatMap((line) => {
    const [submission, name, state] = fields(line);
    const task = /^\d+_(\d+)$/.exec(name)?.[1];
    // "CANCELLED by 1000"
    return task === undefined
      ? []
      : [{ submission, task: Number(task), name, state: state.split(' ')[0], reason: '', node: '' }];
  });
}

/**
 * Returns the tasks of a submission in Slurm's queue. They are queried by name, which a submission has before Slurm
 * assigns a job id. Errors: the queue cannot be queried.
 */
export async function askQueue(slurm: RunSlurm, submission: string): Promise<readonly QueueEntry[]> {
  // Without --all the jobs of hidden partitions are left out, and would seem to have ended.
  const shape = ['--all', '--noheader', '--array', '--states=all', '--format=%j|%F|%K|%T|%N|%r'];
  const answer = await slurm('squeue', [...shape, `--name=${submission}`]);
  if (answer.code !== 0) throw slurmFailure("query Slurm's queue", 'squeue', answer);
  return parseQueue(answer.stdout);
}

/** Returns the ended tasks of a submission in Slurm's accounting; none without accounting. `since`: ISO 8601. */
export async function askAccounts(slurm: RunSlurm, submission: string, since: string): Promise<readonly QueueEntry[]> {
  // sacct takes local time; a margin of one day exceeds any offset.
  const start = new Date(Date.parse(since) - 86_400_000).toISOString().slice(0, 19);
  const shape = ['--noheader', '--allocations', '--parsable2', '--format=JobName,JobID,State'];
  const answer = await slurm('sacct', [...shape, `--starttime=${start}`, `--name=${submission}`]);
  return answer.code === 0 ? parseAccounts(answer.stdout).filter(({ state }) => phaseOf(state) === 'ended') : [];
}
