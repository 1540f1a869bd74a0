// Explains why a task ended without finishing its run, from Slurm, the script and the run's files.
import { constants } from 'node:os';
import type { CellEnd } from '../../store/claim.js';
import type { JobEnd } from '../../store/job.js';
import { cellEnd } from '../local.js';
import { restartLine } from './script.js';

export interface TaskEnd {
  /** Displayed name of the task, `12_3`. */
  readonly name: string;
  /** Slurm's name of its state; undefined if Slurm no longer knows the task. */
  readonly state: string | undefined;
  /** Exit code of the run as reported by bash; undefined if the script did not finish. */
  readonly exitCode: number | undefined;
  /** The stderr of the run. */
  readonly errors: string;
  /** The output of the script and of Slurm, of all starts. */
  readonly log: string;
}

const reasons: Readonly<Record<string, readonly [JobEnd['state'], string]>> = {
  CANCELLED: ['stopped', 'cancelled (scancel)'],
  PREEMPTED: ['stopped', 'preempted and not requeued'],
  OUT_OF_MEMORY: ['failed', 'out of memory; slurm.memory requests more'],
  TIMEOUT: [
    'failed',
    'its time limit was reached before a checkpoint was written; see slurm.time and slurm.signalSeconds',
  ],
  DEADLINE: ['failed', 'its deadline was reached'],
  NODE_FAIL: ['failed', 'its node failed'],
  BOOT_FAIL: ['failed', 'its node did not boot'],
};

const marks: readonly (readonly [RegExp, string])[] = [
  [/oom.?kill/i, 'OUT_OF_MEMORY'],
  [/DUE TO TIME LIMIT/, 'TIMEOUT'],
  [/DUE TO NODE FAILURE/, 'NODE_FAIL'],
  [/DUE TO PREEMPTION/, 'PREEMPTED'],
  [/CANCELLED AT (?!.*DUE TO)/, 'CANCELLED'],
];

/** Returns Slurm's name of the state that its last line in a task's log means; undefined if there is none. */
export function stateInLog(log: string): string | undefined {
  const said = log.split('\n').filter((line) => /^slurmstepd[^:]*: error: /.test(line));
  return marks.find(([pattern]) => pattern.test(said.at(-1) ?? ''))?.[1];
}

/** Log lines of a start that is to be followed by another one. */
const beforeNextStart = /DUE TO JOB REQUEUE|^the time limit is near/;

const nameOfSignal = (number: number): NodeJS.Signals | undefined =>
  Object.entries(constants.signals).find(([, value]) => value === number)?.[0] as NodeJS.Signals | undefined;

/** Returns how the run of a task ended, from its exit code as reported by bash. */
function endOf(exitCode: number, stopAsked: boolean, errors: string): CellEnd {
  const signal = exitCode > 128 ? nameOfSignal(exitCode - 128) : undefined;
  return cellEnd(signal === undefined ? { code: exitCode } : { signal }, stopAsked, errors);
}

/** Returns the log of a task's last start; `restarted`: whether there were earlier ones. */
function lastStart(log: string): { log: string; restarted: boolean } {
  const lines = log.split('\n');
  const begin = lines.findLastIndex((line) => restartLine.test(line)) + 1;
  return { log: lines.slice(begin).join('\n'), restarted: begin > 0 };
}

/** Returns how a task ended, with a reason of one line that contains its name. */
export function taskEnd({ name, state, exitCode, errors, log: allStarts }: TaskEnd): JobEnd {
  const { log, restarted } = lastStart(allStarts);
  const known = reasons[state ?? ''] ?? reasons[stateInLog(log) ?? ''];
  // A run that was asked to stop may have failed to do so; its error tells.
  const ownEnd = exitCode === undefined ? undefined : endOf(exitCode, true, errors);
  if (known?.[0] === 'stopped' && ownEnd?.state === 'failed')
    return { state: 'failed', reason: `job ${name}: ${ownEnd.reason}` };
  if (known !== undefined) return { state: known[0], reason: `job ${name}: ${known[1]}` };
  if (exitCode === 0) return { state: 'failed', reason: `job ${name}: it ended without writing its summary` };
  if (exitCode !== undefined) {
    const end = endOf(exitCode, false, errors);
    return end.state === 'done' ? { state: 'failed', reason: name } : { ...end, reason: `job ${name}: ${end.reason}` };
  }
  const words = log.split('\n').findLast((line) => line.trim() !== '' && !beforeNextStart.test(line));
  if (words !== undefined) return { state: 'failed', reason: `job ${name}: ${words.replace(/^error: /, '')}` };
  const how = state === undefined ? 'ended unexpectedly' : `its state is ${state}`;
  const nothing = restarted ? '' : ' and it wrote nothing; check that the nodes can read the store';
  return { state: 'failed', reason: `job ${name}: ${how}${nothing}` };
}
