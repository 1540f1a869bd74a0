// The grid function with a fake executor: the runs, the records, and the effects of stops and failures.
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { fingerprint } from '../../src/config/fingerprint.js';
import type { GridEvents, GridContext } from '../../src/grids/executors/executor.js';
import { inSlots } from '../../src/grids/executors/in-slots.js';
import { runGrid } from '../../src/grids/run-grid.js';
import { claimCell, type CellEnd } from '../../src/grids/store/claim.js';
import { placeCell, type StoredCell } from '../../src/grids/store/store.js';
import { listRuns } from '../../src/grids/store/list.js';
import { processStart } from '../../src/common/lock.js';
import { writeSummary } from '../../src/records/summary.js';
import { someCell, someSummary } from '../support/cells.js';
import { until } from '../support/until.js';
import { test } from '../temporary-folder.js';

const now = Date.now;
const cells = ['a', 'b', 'c', 'd'].map((row) => someCell(row));

/** The effect of a fake run of a cell. */
type Run = (cell: StoredCell, stop: AbortSignal) => Promise<CellEnd>;

const succeed: Run = async ({ folder }) => {
  await writeSummary(join(folder, 'summary.json'), someSummary(10));
  return { state: 'done' };
};

function setUp(run: Run, slots = 1) {
  const said: string[] = [];
  const events: GridEvents = {
    planned: (stored) => said.push(`planned ${stored.length}`),
    found: ({ row }) => said.push(`found ${row}`),
    elsewhere: ({ row }) => said.push(`elsewhere ${row}`),
    started: ({ row }) => said.push(`started ${row}`),
    requeued: ({ row }) => said.push(`requeued ${row}`),
    message: (line) => said.push(line),
    ended: ({ cell, end }) => said.push(`${end.state} ${cell.row}`),
  };
  const stop = new AbortController();
  let running = 0;
  let most = 0;
  const executor = inSlots({
    slots,
    run: async (cell, _, signal) => {
      most = Math.max(most, ++running);
      await setTimeout(5);
      try {
        return await run(cell, signal);
      } finally {
        running--;
      }
    },
  });
  const context: GridContext = { now, events, stop: stop.signal, pollMilliseconds: 20 };
  return { said, stop, context, executor, most: () => most };
}

describe('runGrid', () => {
  test('runs every cell once, and finds them all the second time', async ({ folder }) => {
    const first = setUp(async (cell, stop) => {
      await until(() => first.most() === 2);
      return succeed(cell, stop);
    }, 2);
    const outcomes = await runGrid(cells, folder, first.executor, first.context);
    expect(outcomes.map(({ cell, end, summary }) => [cell.row, end, summary])).toEqual(
      cells.map(({ row }) => [row, { state: 'done' }, someSummary(10)]),
    );
    expect(first.most()).toBe(2);
    const second = setUp(() => Promise.reject(new Error('run twice')));
    expect(await runGrid(cells, folder, second.executor, second.context)).toEqual(outcomes);
    expect(second.said).toEqual(['planned 4', 'found a', 'found b', 'found c', 'found d']);
  });

  test('records a failed run, goes on with the rest, and tries it again the next time', async ({ folder }) => {
    const fail: Run = (cell, stop) =>
      cell.row === 'b' ? Promise.resolve({ state: 'failed', reason: 'it is b' }) : succeed(cell, stop);
    const first = setUp(fail);
    const outcomes = await runGrid(cells, folder, first.executor, first.context);
    expect(outcomes.map(({ end }) => end.state)).toEqual(['done', 'failed', 'done', 'done']);
    expect((await listRuns(folder, now)).runs.map(({ reason }) => reason)).toEqual([
      undefined,
      'it is b',
      undefined,
      undefined,
    ]);
    const second = setUp(succeed);
    await runGrid(cells, folder, second.executor, second.context);
    expect(second.said).toEqual(['planned 4', 'found a', 'started b', 'done b', 'found c', 'found d']);
    const [, b] = (await listRuns(folder, now)).runs;
    expect(b).toMatchObject({ state: 'done', attempts: 2 });
    expect(b.reason).toBeUndefined();
  });

  test('takes a run that says it is done without a summary for failed', async ({ folder }) => {
    const { executor, context } = setUp(() => Promise.resolve({ state: 'done' }));
    const [outcome] = await runGrid([cells[0]], folder, executor, context);
    expect(outcome.end).toEqual({ state: 'failed', reason: 'it ended without writing its summary' });
    expect((await listRuns(folder, now)).runs).toMatchObject([{ state: 'failed' }]);
  });

  test.for([
    [
      'summary.json',
      'it is not the summary of a run',
      'move summary.json away; the run writes it again from its metrics',
      ['started b', 'done b'],
    ],
    // The other run has its summary.
    [
      'cell.json',
      'it is not the record of a run',
      'move cell.json away; the run beside it stays and resumes',
      ['found b'],
    ],
  ] as const)(
    'a damaged %s fails its run alone, and hurts no more once it is gone',
    async ([file, reason, hint, again], { folder }) => {
      const first = setUp(succeed);
      await runGrid(cells.slice(0, 2), folder, first.executor, first.context);
      const damaged = join(folder, 'test-b-seed1', file);
      writeFileSync(damaged, '{');
      const second = setUp(succeed);
      const outcomes = await runGrid(cells.slice(0, 3), folder, second.executor, second.context);
      expect(outcomes[1]).toEqual({
        cell: outcomes[1].cell,
        end: { state: 'failed', reason: `cannot read ${damaged}: ${reason}` },
        hint,
      });
      expect(second.said).toEqual(['planned 3', 'found a', 'failed b', 'started c', 'done c']);
      rmSync(damaged);
      const third = setUp(succeed);
      await runGrid(cells.slice(0, 3), folder, third.executor, third.context);
      expect(third.said).toEqual(['planned 3', 'found a', ...again, 'found c']);
    },
  );

  test("another run's summary is no outcome", async ({ folder }) => {
    const finish: Run = async ({ folder: run, config }) => {
      const of = { settings: fingerprint(config), metrics: '' };
      await writeSummary(join(run, 'summary.json'), { ...someSummary(config.training.seed), of });
      return { state: 'done' };
    };
    const seeds = [1, 2].map((seed) => someCell('a', seed));
    const first = setUp(finish);
    await runGrid(seeds, folder, first.executor, first.context);
    const [one, two] = seeds.map((_, index) => join(folder, `test-a-seed${index + 1}`, 'summary.json'));
    copyFileSync(two, one);
    const again = setUp(finish);
    const outcomes = await runGrid(seeds, folder, again.executor, again.context);
    expect(outcomes.map(({ summary }) => summary?.last10MeanTestErrorPercent)).toEqual([undefined, 2]);
    expect(outcomes[0].end).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('cannot use the run: its summary.json is of other settings: ') as string,
    });
    expect(again.said).toEqual(['planned 2', 'failed a', 'found a']);
  });

  test('begins nothing after a stop, and waits for what is running', async ({ folder }) => {
    const grid = setUp(async (cell, stop) => {
      if (cell.row === 'a') return succeed(cell, stop);
      grid.stop.abort();
      expect(stop.aborted).toBe(true);
      await setTimeout(20);
      return { state: 'stopped', reason: 'asked to stop' };
    });
    const outcomes = await runGrid(cells, folder, grid.executor, grid.context);
    expect(outcomes.map(({ end }) => end.state)).toEqual(['done', 'stopped', 'planned', 'planned']);
    expect((await listRuns(folder, now)).runs.map(({ state }) => state)).toEqual([
      'done',
      'stopped',
      'planned',
      'planned',
    ]);
  });

  test('stops the others and throws where a file cannot be written', async ({ folder }) => {
    const grid = setUp(async (cell, stop) => {
      if (cell.row === 'a') throw new Error('the disk is full');
      while (!stop.aborted) await setTimeout(5);
      return { state: 'stopped', reason: 'asked to stop' };
    }, 2);
    await expect(runGrid(cells, folder, grid.executor, grid.context)).rejects.toThrow('the disk is full');
    expect((await listRuns(folder, now)).runs.map(({ state }) => state)).toEqual([
      'stopped',
      'stopped',
      'planned',
      'planned',
    ]);
  });

  test.for([
    ['while it runs', 0],
    ['before its turn', 1],
  ] as const)('a run whose folder is deleted %s fails alone', async ([, deleted], { folder }) => {
    const grid = setUp(async (cell, stop) => {
      if (cell.row !== 'a') return succeed(cell, stop);
      rmSync(join(folder, `test-${'ab'[deleted]}-seed1`), { recursive: true });
      if (deleted === 1) return succeed(cell, stop);
      throw new Error('cannot write its files');
    });
    const outcomes = await runGrid(cells.slice(0, 3), folder, grid.executor, grid.context);
    expect(outcomes.map(({ end }) => end.state)).toEqual(['done', 'done', 'done'].with(deleted, 'failed'));
    expect(outcomes[deleted].end).toMatchObject({ reason: expect.stringContaining('deleted') as string });
    const again = setUp(succeed);
    await runGrid(cells.slice(0, 3), folder, again.executor, again.context);
    expect(again.said.filter((line) => line.startsWith('done'))).toEqual([`done ${'ab'[deleted]}`]);
  });

  test('waits for a cell that another process is at, after all others', async ({ folder }) => {
    const stored = await placeCell(folder, cells[0], now);
    const elsewhere = await claimCell(stored, now);
    if (!('claim' in elsewhere)) throw new Error('not claimed');
    const grid = setUp(succeed);
    const running = runGrid(cells, folder, grid.executor, grid.context);
    await until(() => grid.said.includes('elsewhere a') && grid.said.includes('done d'));
    await writeSummary(join(stored.folder, 'summary.json'), someSummary(20));
    await elsewhere.claim.end({ state: 'done' });
    const outcomes = await running;
    expect(outcomes[0].summary).toEqual(someSummary(20));
    expect(grid.said.filter((line) => / a$/.test(line))).toEqual(['elsewhere a', 'found a']);
    expect(grid.said.at(-1)).toBe('found a');
  });

  test('a run that finds its folder taken by one whose starter was killed has not failed', async ({ folder }) => {
    const lock = (stored: StoredCell): string => join(stored.folder, '.lock');
    const grid = setUp(async (cell, stop) => {
      if (grid.said.length > 2) return succeed(cell, stop);
      writeFileSync(
        lock(cell),
        JSON.stringify({ pid: process.ppid, host: hostname(), start: await processStart(process.ppid) }),
      );
      void until(() => grid.said.includes('elsewhere a')).then(() => rmSync(lock(cell)));
      return { state: 'failed', reason: 'cannot use the run folder' };
    });
    const [outcome] = await runGrid([cells[0]], folder, grid.executor, grid.context);
    expect(outcome.end).toEqual({ state: 'done' });
    expect(grid.said).toEqual(['planned 1', 'started a', 'elsewhere a', 'started a', 'done a']);
  });

  test('takes over a cell whose process dies meanwhile', async ({ folder }) => {
    const stored = await placeCell(folder, cells[0], now);
    await claimCell(stored, now);
    const grid = setUp(succeed);
    const running = runGrid([cells[0]], folder, grid.executor, grid.context);
    await until(() => grid.said.length > 1);
    expect(grid.said).toEqual(['planned 1', 'elsewhere a']);
    const claim = join(stored.folder, '.claim');
    writeFileSync(claim, JSON.stringify({ pid: 2 ** 30, host: hostname(), start: 'x' }));
    expect((await running)[0].end).toEqual({ state: 'done' });
  });
});
