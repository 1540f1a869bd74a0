// The cells that are submitted together, and their options.
import { describe, expect, it } from 'vitest';
import { slurmOptions, timeLimitSeconds } from '../../../../src/config/slurm.js';
import { arraysOf, sbatchArguments } from '../../../../src/grids/executors/slurm/arrays.js';
import { someCell } from '../../../support/cells.js';

function stored(row: string, slurm?: object) {
  const { config } = someCell(row);
  const asks = slurm === undefined ? {} : { slurm: slurmOptions.parse(slurm) };
  return { row, name: `test-${row}-seed1`, folder: `/store/test-${row}-seed1`, config: { ...config, ...asks } };
}

describe('arraysOf', () => {
  const rows = (most: number, ...cells: ReturnType<typeof stored>[]) =>
    arraysOf(cells, most).map(({ options, cells }) => [options.time, cells.map(({ row }) => row).join('')]);

  it('is one array where all ask for the same', () => {
    expect(rows(1001, stored('a'), stored('b', {}), stored('c', { signalSeconds: 300 }))).toEqual([[undefined, 'abc']]);
  });
  it('is one for each set of resources, each with its cells in their order', () => {
    const cells = [stored('a', { time: '1:00:00' }), stored('b'), stored('c', { time: '1:00:00' }), stored('d')];
    expect(rows(1001, ...cells)).toEqual([
      ['1:00:00', 'ac'],
      [undefined, 'bd'],
    ]);
  });
  it.each([
    [1, ['a', 'b', 'c', 'd', 'e']],
    [2, ['ab', 'cd', 'e']],
    [5, ['abcde']],
    [6, ['abcde']],
  ])('holds at most %i tasks', (most, expected) => {
    const cells = [...'abcde'].map((row) => stored(row));
    expect(rows(most, ...cells).map(([, names]) => names)).toEqual(expected);
  });
  it('is none of no cells', () => expect(rows(5)).toEqual([]));
});

describe('sbatchArguments', () => {
  const shared = { name: 'grid-1a2b', tasks: 3, jobs: undefined, folder: '/a b/100%', workingDirectory: '/here' };

  it('asks for the cluster’s defaults where the config says nothing', () => {
    expect(sbatchArguments({ ...shared, slurm: slurmOptions.parse({}) })).toEqual([
      ...['--parsable', '--job-name=grid-1a2b', '--array=0-2', '--chdir=/here', '--output=/a b/100%%/task-%a.log'],
      ...['--open-mode=append', '--requeue', '--signal=B:USR1@300', '--nodes=1', '--ntasks=1'],
    ]);
  });
  it('has all that the config asks for, and its own words last', () => {
    const asks = { partition: 'gpu', account: 'me', qos: 'long', constraint: 'a100|h100', time: 90, cpus: 8 };
    const more = { memory: '16G', gpus: 'a100:1', signalSeconds: 60, extra: ['--exclude=n7', '--nice'] };
    const words = sbatchArguments({ ...shared, jobs: 2, slurm: slurmOptions.parse({ ...asks, ...more }) });
    expect(words).toContain('--array=0-2%2');
    expect(words).toContain('--signal=B:USR1@60');
    expect(words.slice(10)).toEqual([
      ...['--partition=gpu', '--account=me', '--qos=long', '--constraint=a100|h100', '--time=90', '--cpus-per-task=8'],
      ...['--mem=16G', '--gres=gpu:a100:1', '--exclude=n7', '--nice'],
    ]);
  });
});

describe('the config section', () => {
  it.each([
    ['90', 5400],
    ['90:30', 5430],
    ['1:02:03', 3723],
    ['2-0', 172_800],
    ['1-02:03', 93_780],
    ['1-02:03:04', 93_784],
    ['UNLIMITED', 0],
    ['1h', undefined],
    ['', undefined],
    ['1:2:3:4', undefined],
    ['1-', undefined],
  ])('reads the time limit %j as %s s', (text, seconds) => expect(timeLimitSeconds(text)).toBe(seconds));

  it.each([
    [{ time: 6 }, 'expected more than slurm.signalSeconds (300 s) plus one minute'],
    [{ time: '5:59' }, 'expected more than slurm.signalSeconds (300 s) plus one minute'],
    [{ time: 'soon' }, 'expected minutes, H:MM:SS, D-H or D-HH:MM:SS'],
    [{ memory: '16 GB' }, 'expected a size such as 16G'],
    [{ partition: 'a b' }, 'expected text without spaces'],
    [{ extra: ['--job-name=mine'] }, 'expected an option that isda does not set itself'],
    [{ extra: ['--nice', '-Jmine'] }, 'expected an option that isda does not set itself'],
    [{ extra: ['--wait'] }, 'expected an option that isda does not set itself'],
  ])('refuses %j', (value, message) => {
    const { error } = slurmOptions.safeParse(value);
    expect(JSON.stringify(error?.issues)).toContain(message);
  });
  const extra = ['--exclude=n7', '--wait-all-nodes=1', '-x', '--mail-type=END'];
  it.each([{ time: '6:01' }, { time: 2, signalSeconds: 30 }, { time: 'UNLIMITED' }, { extra }])('takes %j', (value) =>
    expect(slurmOptions.safeParse(value).success).toBe(true),
  );
});
