// Parsing the output of squeue and sacct of Slurm 22.05 and 24.05.
import { describe, expect, it } from 'vitest';
import {
  askAccounts,
  askQueue,
  parseAccounts,
  parseQueue,
  phaseOf,
} from '../../../../src/grids/executors/slurm/queue.js';

const queue = `grid-1a2b|12|2|PENDING||(JobArrayTaskLimit)
grid-1a2b|13|3|PENDING||BeginTime
grid-1a2b|12|0|RUNNING|vm|None
grid-1a2b|12|1|COMPLETED|node[1-2]|None
other|4|N/A|RUNNING|vm|None
grid-1a2b|12|4|PENDING|(null)|Nodes required for job are DOWN, DRAINED or reserved|or so
`;

describe('parseQueue', () => {
  it('reads the tasks of arrays and leaves out what is none', () => {
    const row = { submission: 'grid-1a2b', node: '', reason: '' };
    expect(parseQueue(queue)).toEqual([
      { ...row, task: 2, name: '12_2', state: 'PENDING', reason: '(JobArrayTaskLimit)' },
      { ...row, task: 3, name: '13_3', state: 'PENDING', reason: 'BeginTime' },
      { ...row, task: 0, name: '12_0', state: 'RUNNING', node: 'vm' },
      { ...row, task: 1, name: '12_1', state: 'COMPLETED', node: 'node[1-2]' },
      {
        ...{ ...row, task: 4, name: '12_4', state: 'PENDING' },
        reason: 'Nodes required for job are DOWN, DRAINED or reserved|or so',
      },
    ]);
  });
  it('reads nothing of nothing', () => expect(parseQueue('\n')).toEqual([]));
});

it('parseAccounts reads the state alone, and tasks alone', () => {
  const text = 'grid-1a2b|12_0|CANCELLED by 1000\ngrid-1a2b|12_1|OUT_OF_MEMORY\ngrid-1a2b|12|RUNNING\n';
  expect(parseAccounts(text).map(({ name, task, state }) => [name, task, state])).toEqual([
    ['12_0', 0, 'CANCELLED'],
    ['12_1', 1, 'OUT_OF_MEMORY'],
  ]);
});

describe('phaseOf', () => {
  it.each(['PENDING', 'CONFIGURING', 'REQUEUED', 'REQUEUE_HOLD', 'SPECIAL_EXIT'])('%s waits', (state) =>
    expect(phaseOf(state)).toBe('queued'),
  );
  it.each(['RUNNING', 'COMPLETING', 'SUSPENDED', 'STAGE_OUT', 'SOMETHING_NEW'])('%s runs', (state) =>
    expect(phaseOf(state)).toBe('running'),
  );
  it.each(['COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT', 'OUT_OF_MEMORY', 'NODE_FAIL', 'PREEMPTED'])(
    '%s has ended',
    (state) => expect(phaseOf(state)).toBe('ended'),
  );
});

describe('asking', () => {
  const answer = (code: number, stdout = '', stderr = '') => ({ code, stdout, stderr });

  it('asks for a submission by its name, in all partitions', async () => {
    const asked: unknown[] = [];
    await askQueue((program, args) => {
      asked.push(program, args.at(-1), args.includes('--all'));
      return Promise.resolve(answer(0, queue));
    }, 'grid-1a2b');
    expect(asked).toEqual(['squeue', '--name=grid-1a2b', true]);
  });
  it('refuses in the words of squeue', async () => {
    const error = 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n';
    await expect(askQueue(() => Promise.resolve(answer(1, '', error)), 'x')).rejects.toMatchObject({
      message:
        "cannot query Slurm's queue: slurm_load_jobs error: Unable to contact slurm controller (connect failure)",
      hint: 'is slurmctld running? `sinfo` shows it',
    });
  });
  it('refuses where squeue is not there', async () => {
    const missing = { code: undefined, stdout: '', stderr: '', missing: true };
    await expect(askQueue(() => Promise.resolve(missing), 'x')).rejects.toThrow(
      "cannot query Slurm's queue: squeue is not on the PATH",
    );
  });
  it('knows nothing where there are no accounts, and of them only what has ended', async () => {
    const since = '2026-01-02T03:04:05.000Z';
    const none = answer(1, '', 'Slurm accounting storage is disabled');
    expect(await askAccounts(() => Promise.resolve(none), 'x', since)).toEqual([]);
    const both = answer(0, 'x|12_0|RUNNING\nx|12_1|NODE_FAIL\n');
    expect(await askAccounts(() => Promise.resolve(both), 'x', since)).toMatchObject([{ name: '12_1' }]);
  });
});
