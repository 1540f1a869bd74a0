// The Slurm executor with a queue in memory: no cell is lost or submitted twice, whatever process ends when.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { slurmOptions } from '../../../../src/config/slurm.js';
import type { GridEvents } from '../../../../src/grids/executors/executor.js';
import { slurmExecutor } from '../../../../src/grids/executors/slurm/executor.js';
import { slurmLookup } from '../../../../src/grids/executors/slurm/look.js';
import { runGrid } from '../../../../src/grids/run-grid.js';
import { readCell } from '../../../../src/grids/store/cell.js';
import { claimCell } from '../../../../src/grids/store/claim.js';
import { placeCell, type Cell } from '../../../../src/grids/store/store.js';
import { listRuns } from '../../../../src/grids/store/list.js';
import { writeSummary } from '../../../../src/records/summary.js';
import { someCell, someSummary } from '../../../support/cells.js';
import { until } from '../../../support/until.js';
import { test } from '../../../temporary-folder.js';
import { fakeSlurm, type FakeTask } from './fake-slurm.js';

const now = Date.now;
const cells = ['a', 'b', 'c'].map((row) => someCell(row));

/** A command for the store `root`, with a queue that may have jobs of earlier commands. */
function command(
  root: string,
  slurm: ReturnType<typeof fakeSlurm>,
  more: { detach?: boolean; jobs?: number; clock?: () => number } = {},
) {
  const said: string[] = [];
  const events: GridEvents = {
    planned: () => undefined,
    found: ({ row }) => said.push(`found ${row}`),
    elsewhere: ({ row }, holder) => said.push(`elsewhere ${row}: ${holder}`),
    started: ({ row }, job) => said.push(`started ${row} ${job}`),
    requeued: ({ row }, job) => said.push(`requeued ${row} ${job}`),
    ended: ({ cell, end }) => said.push(`${end.state} ${cell.row}`),
    message: (line) => said.push(line),
  };
  const stop = new AbortController();
  const warn = (line: string): void => void said.push(line);
  const lookup = slurmLookup({
    slurm: slurm.run,
    now,
    clock: more.clock ?? now,
    freshMilliseconds: 5,
    certainMilliseconds: 20,
    warn,
  });
  const executor = slurmExecutor({
    ...{ slurm: slurm.run, root, command: ['node', 'isda.js'], workingDirectory: root, maxTasks: 4, lookup },
    ...{ jobs: more.jobs, random: slurm.random, pollMilliseconds: 10, detach: more.detach ?? false },
  });
  const run = (grid: readonly Cell[] = cells) =>
    runGrid(grid, root, executor, { now, stop: stop.signal, events, jobs: lookup });
  const heard = async (line: string): Promise<void> => {
    await until(() => said.includes(line));
  };
  return { said, stop, run, heard, lookup };
}

/** Finishes the cell of a task, as a run does. */
async function succeed(root: string, slurm: ReturnType<typeof fakeSlurm>, task: FakeTask): Promise<void> {
  const [name] = readFileSync(join(task.folder, 'cells.txt'), 'utf8').split('\n').slice(task.task);
  await writeSummary(join(root, name, 'summary.json'), someSummary(10));
  slurm.end(task, 'COMPLETED', 0);
}

async function succeedAll(root: string, slurm: ReturnType<typeof fakeSlurm>): Promise<void> {
  for (const task of slurm.tasks) if (task.state === 'PENDING') await succeed(root, slurm, task);
}

const statesIn = async (root: string) => (await listRuns(root, now)).runs.map(({ state }) => state);

describe('slurmExecutor', () => {
  test('submits one array, follows its tasks, and finds the runs the next time', async ({ folder }) => {
    const slurm = fakeSlurm();
    const { said, run, heard } = command(folder, slurm, { jobs: 2 });
    const running = run();
    await heard('submit  3 runs, job 101_0 to 101_2');
    expect(await statesIn(folder)).toEqual(['queued', 'queued', 'queued']);
    slurm.tasks[1].state = 'RUNNING';
    await heard('started b 101_1');
    slurm.tasks[1].state = 'PENDING';
    await heard('requeued b 101_1');
    await succeedAll(folder, slurm);
    const outcomes = await running;
    expect(outcomes.map(({ end, summary }) => [end, summary])).toEqual(
      cells.map(() => [{ state: 'done' }, someSummary(10)]),
    );
    expect(await statesIn(folder)).toEqual(['done', 'done', 'done']);
    expect(slurm.submitted).toHaveLength(1);
    expect(slurm.submitted[0]).toContain('--array=0-2%2');
    expect(said.slice(-3).sort()).toEqual(['done a', 'done b', 'done c']);

    const again = command(folder, slurm);
    expect(await again.run()).toEqual(outcomes);
    expect(again.said).toEqual(['found a', 'found b', 'found c']);
    expect(slurm.submitted).toHaveLength(1);
  });

  test('a run that ended well is waited for until its summary is visible', async ({ folder }) => {
    const slurm = fakeSlurm();
    let late = 0;
    const { said, run, heard } = command(folder, slurm, { clock: () => now() + late });
    const running = run(cells.slice(0, 2));
    await heard('submit  2 runs, job 101_0 to 101_1');
    for (const task of slurm.tasks) slurm.end(task, 'COMPLETED', 0);
    await setTimeout(100);
    // A network file system may still answer for a minute that there is no such file.
    late += 60_000;
    await setTimeout(100);
    expect(said.filter((line) => /^(failed|done)/.test(line))).toEqual([]);
    await succeed(folder, slurm, slurm.tasks[0]);
    late += 60_000;
    const outcomes = await running;
    expect(outcomes.map(({ end }) => end.state)).toEqual(['done', 'failed']);
    expect(outcomes[1].end).toMatchObject({ reason: 'job 101_1: it ended without writing its summary' });
  });

  test('several arrays where Slurm takes no longer ones, or cells ask for different resources', async ({ folder }) => {
    const slurm = fakeSlurm();
    const large = { ...cells[0].config, slurm: slurmOptions.parse({ memory: '64G' }) };
    const grid = [...'abcde'].map((row) => someCell(row));
    const { said, run } = command(folder, slurm, { detach: true });
    await run([...grid, { row: 'large', config: { ...large, experiment: 'test-large' } }]);
    expect(said).toEqual([
      'Slurm takes 4 tasks an array: 3 arrays',
      'submit  4 runs, job 101_0 to 101_3',
      'submit  test-e-seed1, job 102_0',
      'submit  test-large-seed1, job 103_0',
    ]);
    expect(slurm.submitted.map((args) => args.includes('--mem=64G'))).toEqual([false, false, true]);
  });

  test('detached: the cells are left to the queue, and asked again nothing is submitted', async ({ folder }) => {
    const slurm = fakeSlurm();
    const outcomes = await command(folder, slurm, { detach: true }).run();
    expect(outcomes.map(({ end }) => end)).toEqual([0, 1, 2].map((task) => ({ state: 'queued', job: `101_${task}` })));
    slurm.tasks[0].state = 'RUNNING';
    const again = command(folder, slurm, { detach: true });
    expect((await again.run()).map(({ end }) => end.state)).toEqual(['queued', 'queued', 'queued']);
    expect(again.said).toEqual([
      'started a 101_0',
      'queued  test-b-seed1, job 101_1',
      'queued  test-c-seed1, job 101_2',
    ]);
    expect(slurm.submitted).toHaveLength(1);
  });

  test('a stop ends the following, not the jobs', async ({ folder }) => {
    const slurm = fakeSlurm();
    const { run, stop, heard } = command(folder, slurm);
    const running = run();
    await heard('submit  3 runs, job 101_0 to 101_2');
    stop.abort();
    expect((await running).map(({ end }) => end.state)).toEqual(['queued', 'queued', 'queued']);
    const next = command(folder, slurm).run();
    await succeedAll(folder, slurm);
    expect((await next).map(({ end }) => end.state)).toEqual(['done', 'done', 'done']);
    expect(slurm.submitted).toHaveLength(1);
  });

  test.for([
    ['FAILED', 1, 'failed', 'job 101_1: exit code 1'],
    ['OUT_OF_MEMORY', 137, 'failed', 'job 101_1: out of memory; slurm.memory requests more'],
    ['CANCELLED', undefined, 'stopped', 'job 101_1: cancelled (scancel)'],
  ] as const)('a task that ends as %s is recorded, and submitted again the next time', async (end, { folder }) => {
    const [slurmState, exitCode, state, reason] = end;
    const slurm = fakeSlurm();
    const first = command(folder, slurm);
    const running = first.run();
    await first.heard('submit  3 runs, job 101_0 to 101_2');
    slurm.end(slurm.tasks[1], slurmState, exitCode);
    await first.heard(`${state} b`);
    expect(await readCell(join(folder, 'test-b-seed1'))).toMatchObject({ state, reason });
    await succeedAll(folder, slurm);
    expect((await running)[1].end).toEqual({ state, reason });

    const second = command(folder, slurm);
    const again = second.run();
    await second.heard('submit  test-b-seed1, job 102_0');
    await succeedAll(folder, slurm);
    expect((await again).map((outcome) => outcome.end.state)).toEqual(['done', 'done', 'done']);
    expect(await readCell(join(folder, 'test-b-seed1'))).toMatchObject({ state: 'done', attempts: 2 });
  });

  test('a task that failed while nobody looked is told and submitted again', async ({ folder }) => {
    const slurm = fakeSlurm();
    await command(folder, slurm, { detach: true }).run();
    slurm.end(slurm.tasks[2], 'TIMEOUT');
    const next = command(folder, slurm);
    const running = next.run();
    await next.heard('submit  test-c-seed1, job 102_0');
    expect(next.said).toContain(
      'failed  test-c-seed1: job 101_2: its time limit was reached before a checkpoint was written; see slurm.time and slurm.signalSeconds',
    );
    await succeedAll(folder, slurm);
    expect((await running).map(({ end }) => end.state)).toEqual(['done', 'done', 'done']);
  });

  test('files of one cell that cannot be used fail it alone, before the queue hears of it', async ({ folder }) => {
    const slurm = fakeSlurm();
    const first = command(folder, slurm, { detach: true });
    await first.run(cells.slice(0, 2));
    await succeedAll(folder, slurm);
    await command(folder, slurm).run(cells.slice(0, 2));
    writeFileSync(join(folder, 'test-a-seed1', 'summary.json'), '{');
    writeFileSync(join(folder, 'test-b-seed1', 'cell.json'), '{');
    const { said, run, heard } = command(folder, slurm);
    const running = run();
    await heard('submit  test-c-seed1, job 102_0');
    await succeedAll(folder, slurm);
    expect((await running).map(({ end, hint }) => [end.state, hint?.split(';')[0]])).toEqual([
      ['failed', 'move summary.json away'],
      ['failed', 'move cell.json away'],
      ['done', undefined],
    ]);
    expect(said.slice(0, 2)).toEqual(['failed a', 'failed b']);
    expect(said).not.toContain('found a');
  });

  test('a preempted task that Slurm queues again is not taken for ended', async ({ folder }) => {
    const slurm = fakeSlurm();
    // Each query is outdated at the next one, and all are within the time for which a task may be missing.
    let time = 0;
    let isOver = false;
    const { run, heard, said } = command(folder, slurm, { clock: () => (isOver ? (time += 6) : time) });
    const running = run([cells[0]]);
    const look = async (state: string, line: string): Promise<void> => {
      slurm.tasks[0].state = state;
      time += 6;
      await heard(line);
    };
    await heard('submit  test-a-seed1, job 101_0');
    await look('RUNNING', 'started a 101_0');
    const looked = slurm.looked(1);
    slurm.tasks[0].state = 'PREEMPTED';
    time += 6;
    await looked;
    await look('PENDING', 'requeued a 101_0');
    isOver = true;
    await succeedAll(folder, slurm);
    await running;
    expect(said.filter((line) => /^(stopped|submit)/.test(line))).toHaveLength(1);
  });

  test('killed after sbatch and before its answer: the jobs are found by their name', async ({ folder }) => {
    const slurm = fakeSlurm();
    slurm.lost.next = true;
    // The state after a kill: cells are recorded as queued, without a job id.
    const stored = await Promise.all(cells.map((cell) => placeCell(folder, cell, now)));
    const [first] = stored;
    const broken = command(folder, slurm);
    await expect(broken.run([cells[0]])).rejects.toThrow('killed');
    const attempt = await claimCell(first, now);
    if (!('claim' in attempt)) throw new Error('not given back');
    await attempt.claim.queue({ submission: slurm.tasks[0].submission, task: 0 });
    await attempt.claim.release();
    slurm.lost.next = false;
    const next = command(folder, slurm);
    const running = next.run([cells[0]]);
    await next.heard('queued  test-a-seed1, job 101_0');
    await succeedAll(folder, slurm);
    expect((await running)[0].end).toEqual({ state: 'done' });
    expect(slurm.submitted).toHaveLength(1);
  });

  test('killed before sbatch ends: the cells wait as long as it may try, and are then submitted', async ({
    folder,
  }) => {
    const slurm = fakeSlurm();
    await command(folder, slurm, { detach: true }).run([cells[0]]);
    slurm.tasks.length = 0;
    const place = join(folder, 'slurm', readdirSync(join(folder, 'slurm'))[0]);
    const look = (later: number, job?: string) => {
      const submission = { submitted: new Date(now()).toISOString(), ...(job === undefined ? {} : { job }) };
      writeFileSync(join(place, 'submission.json'), JSON.stringify(submission));
      const lookup = slurmLookup({
        ...{ slurm: slurm.run, freshMilliseconds: 0, certainMilliseconds: 0 },
        now: () => now() + later,
        clock: now,
      });
      return lookup(join(folder, 'test-a-seed1'), { submission: basename(place), task: 0 });
    };
    expect((await look(130_000)).phase).toBe('queued');
    expect(await look(190_000)).toMatchObject({
      phase: 'ended',
      end: { state: 'stopped', reason: 'its submission was cut off' },
    });
    // A job that Slurm no longer knows.
    expect(await look(30_000, '101')).toMatchObject({ phase: 'ended', name: '101_0', end: { state: 'failed' } });
  });

  test('what sbatch refuses is an error in its words, and leaves the cells as they were', async ({ folder }) => {
    const slurm = fakeSlurm();
    const stderr =
      'sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified\n';
    slurm.faults.sbatch = { code: 1, stdout: '', stderr };
    await expect(command(folder, slurm).run()).rejects.toMatchObject({
      message:
        'cannot submit to Slurm: invalid partition specified: nope; Batch job submission failed: Invalid partition name specified',
      hint: '`sinfo` lists the partitions; slurm.partition in the config selects one',
    });
    expect(await statesIn(folder)).toEqual(['planned', 'planned', 'planned']);
    expect((await readCell(join(folder, 'test-a-seed1')))?.attempts).toBe(0);
  });

  test('what fails after sbatch has taken the jobs leaves the cells queued, and nothing is submitted twice', async ({
    folder,
  }) => {
    const slurm = fakeSlurm();
    // The job id cannot be recorded until the obstacle is removed.
    let record = '';
    let before = '';
    const run: typeof slurm.run = async (program, args) => {
      const answer = await slurm.run(program, args);
      if (program === 'sbatch') {
        record = join(args.at(-1)!, '..', 'submission.json');
        before = readFileSync(record, 'utf8');
        rmSync(record);
        mkdirSync(join(record, 'in the way'), { recursive: true });
      }
      return answer;
    };
    await expect(command(folder, { ...slurm, run }, { detach: true }).run()).rejects.toThrow('cannot write');
    expect(await statesIn(folder)).toEqual(['queued', 'queued', 'queued']);
    rmSync(record, { recursive: true });
    writeFileSync(record, before);
    const next = command(folder, slurm);
    const running = next.run();
    await next.heard('queued  test-a-seed1, job 101_0');
    await succeedAll(folder, slurm);
    expect((await running).map(({ end }) => end.state)).toEqual(['done', 'done', 'done']);
    expect(slurm.submitted).toHaveLength(1);
  });

  test('sbatch that ends well without a number leaves the cells queued', async ({ folder }) => {
    const slurm = fakeSlurm();
    slurm.faults.sbatch = { code: 0, stdout: '', stderr: '' };
    await expect(command(folder, slurm).run()).rejects.toThrow('cannot submit to Slurm');
    expect(await statesIn(folder)).toEqual(['queued', 'queued', 'queued']);
  });

  test('a queue that does not answer for a while is asked once more', async ({ folder }) => {
    const slurm = fakeSlurm();
    const { run, heard, said } = command(folder, slurm);
    const running = run([cells[0]]);
    await heard('submit  test-a-seed1, job 101_0');
    slurm.tasks[0].state = 'RUNNING';
    await heard('started a 101_0');
    slurm.faults.squeue = { code: 1, stdout: '', stderr: 'squeue: error: no answer' };
    const warning = "warning: cannot query Slurm's queue: no answer; retrying";
    await heard(warning);
    await slurm.looked(3);
    slurm.faults.squeue = undefined;
    await succeedAll(folder, slurm);
    await succeed(folder, slurm, slurm.tasks[0]);
    expect((await running)[0].end).toEqual({ state: 'done' });
    expect(said.filter((line) => line === warning)).toHaveLength(1);
    expect(slurm.submitted).toHaveLength(1);
  });

  test('two commands at once submit each cell once, and both come to its end', async ({ folder }) => {
    const slurm = fakeSlurm();
    const both = [command(folder, slurm), command(folder, slurm)];
    const running = both.map(({ run }) => run());
    // Each command follows the other's jobs; a later one would submit a failed cell again.
    const followed = (): number => both.flatMap(({ said }) => said.filter((line) => /^queued/.test(line))).length;
    await until(() => followed() >= 3);
    await slurm.looked(6);
    expect(slurm.tasks).toHaveLength(3);
    slurm.end(slurm.tasks[1], 'FAILED', 1);
    for (const task of [slurm.tasks[0], slurm.tasks[2]]) await succeed(folder, slurm, task);
    const states = (await Promise.all(running)).map((outcomes) => outcomes.map(({ end }) => end.state).sort());
    expect(states).toEqual([
      ['done', 'done', 'failed'],
      ['done', 'done', 'failed'],
    ]);
    expect(slurm.tasks).toHaveLength(3);
  });

  test('another executor leaves a cell alone that is in the queue', async ({ folder }) => {
    const slurm = fakeSlurm();
    const detached = command(folder, slurm, { detach: true });
    await detached.run([cells[0]]);
    const stored = await placeCell(folder, cells[0], now);
    expect(await claimCell(stored, now, detached.lookup)).toEqual({ state: 'busy', holder: 'job 101_0' });
    const unasked = await claimCell(stored, now);
    expect(unasked).toEqual({ state: 'busy', holder: `job ${slurm.tasks[0].submission}` });
    expect(await statesIn(folder)).toEqual(['queued']);
  });
});
