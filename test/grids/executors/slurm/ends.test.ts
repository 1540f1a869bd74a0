// Descriptions of the end of a task.
import { describe, expect, it } from 'vitest';
import { stateInLog, taskEnd, type TaskEnd } from '../../../../src/grids/executors/slurm/ends.js';

const nothing: TaskEnd = { name: '12_3', state: undefined, exitCode: undefined, errors: '', log: '' };
const words = (end: Partial<TaskEnd>): string => {
  const { state, reason } = taskEnd({ ...nothing, ...end });
  return `${state}, ${reason}`;
};

describe('taskEnd', () => {
  it.each<[string, Partial<TaskEnd>]>([
    ['stopped, job 12_3: cancelled (scancel)', { state: 'CANCELLED', exitCode: 75 }],
    ['stopped, job 12_3: preempted and not requeued', { state: 'PREEMPTED' }],
    [
      'failed, job 12_3: cannot write a.safetensors: no space left on device',
      { state: 'CANCELLED', exitCode: 1, errors: 'error: cannot write a.safetensors: no space left on device\n' },
    ],
    ['stopped, job 12_3: cancelled (scancel)', { state: 'CANCELLED', exitCode: 143, errors: 'error: an old one\n' }],
    ['stopped, job 12_3: cancelled (scancel)', { state: 'CANCELLED', exitCode: 1 }],
    ['failed, job 12_3: out of memory; slurm.memory requests more', { state: 'OUT_OF_MEMORY', exitCode: 137 }],
    [
      'failed, job 12_3: its time limit was reached before a checkpoint was written; see slurm.time and slurm.signalSeconds',
      { state: 'TIMEOUT' },
    ],
    ['failed, job 12_3: its node failed', { state: 'NODE_FAIL' }],
    ['failed, job 12_3: it ended without writing its summary', { state: 'COMPLETED', exitCode: 0 }],
    [
      'failed, job 12_3: cannot find CIFAR-10: no folder',
      { state: 'FAILED', exitCode: 1, errors: 'error: cannot find CIFAR-10: no folder\n' },
    ],
    ['failed, job 12_3: exit code 127: node: No such file', { exitCode: 127, errors: 'node: No such file\n' }],
    ['failed, job 12_3: killed (SIGKILL), perhaps out of memory', { state: 'FAILED', exitCode: 137 }],
    ['failed, job 12_3: ended by SIGSEGV', { exitCode: 139 }],
    ['stopped, job 12_3: asked to stop', { exitCode: 75 }],
    ['stopped, job 12_3: ended by SIGTERM', { exitCode: 143 }],
    [
      'failed, job 12_3: n1 does not see the store /store',
      { state: 'FAILED', log: 'error: n1 does not see the store /store\n' },
    ],
    [
      'failed, job 12_3: its state is FAILED and it wrote nothing; check that the nodes can read the store',
      { state: 'FAILED' },
    ],
    [
      'failed, job 12_3: its state is FAILED and it wrote nothing; check that the nodes can read the store',
      {
        state: 'FAILED',
        log: 'the time limit is near: to be queued again\nslurmstepd-vm: error: *** JOB 67 ON vm CANCELLED AT 2026-11-22T23:58:25 DUE TO JOB REQUEUE ***\n',
      },
    ],
    ['failed, job 12_3: ended unexpectedly and it wrote nothing; check that the nodes can read the store', {}],
    [
      'failed, job 12_3: its time limit was reached before a checkpoint was written; see slurm.time and slurm.signalSeconds',
      { log: 'slurmstepd-vm: error: *** JOB 6 ON vm CANCELLED AT 2026-11-22T22:10:33 DUE TO TIME LIMIT ***\n' },
    ],
  ])('%s', (expected, end) => expect(words(end)).toBe(expected));

  const earlier = (cause: string): string =>
    `slurmstepd-vm: error: *** JOB 6 ON vm CANCELLED AT 2026-11-22T22:10:33 DUE TO ${cause} ***\nrestart 1\n`;
  it.each<[string, Partial<TaskEnd>]>([
    [
      'failed, job 12_3: cannot find CIFAR-10: no folder',
      { exitCode: 1, errors: 'error: cannot find CIFAR-10: no folder\n', log: earlier('NODE FAILURE') },
    ],
    ['failed, job 12_3: ended by SIGSEGV', { state: 'FAILED', exitCode: 139, log: earlier('PREEMPTION') }],
    ['failed, job 12_3: its state is FAILED', { state: 'FAILED', log: earlier('PREEMPTION') }],
    [
      'stopped, job 12_3: preempted and not requeued',
      { log: earlier('NODE FAILURE') + earlier('PREEMPTION').slice(0, -10) },
    ],
  ])('of a task that was started again, by its last start: %s', (expected, end) => expect(words(end)).toBe(expected));
});

describe('stateInLog', () => {
  const line = (text: string): string =>
    `slurmstepd: error: *** JOB 5 ON vm CANCELLED AT 2026-11-22T22:10:36 ${text}***\n`;
  it.each([
    [line(''), 'CANCELLED'],
    [line('DUE TO TIME LIMIT '), 'TIMEOUT'],
    [line('DUE TO NODE FAILURE, SEE SLURMCTLD LOG FOR DETAILS '), 'NODE_FAIL'],
    [line('DUE TO PREEMPTION '), 'PREEMPTED'],
    [line('DUE TO JOB REQUEUE '), undefined],
    ['slurmstepd: error: Detected 1 oom_kill event in StepId=5.batch.\n', 'OUT_OF_MEMORY'],
    [line('DUE TO TIME LIMIT ') + line('DUE TO JOB REQUEUE '), undefined],
    ['the time limit is near: to be queued again\n', undefined],
  ])('%j: %s', (log, state) => expect(stateInLog(log)).toBe(state));
});
