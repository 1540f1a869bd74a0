// The runs of stores: of grids and of `isda train`, in any folder, each once; unreadable ones are returned separately.
import { copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fingerprint } from '../../../src/config/fingerprint.js';
import { printConfig } from '../../../src/config/print.js';
import { listRuns } from '../../../src/grids/store/list.js';
import { readStoredRuns } from '../../../src/grids/store/runs.js';
import { placeCell } from '../../../src/grids/store/store.js';
import { writeSummary } from '../../../src/records/summary.js';
import { someCell, someConfig, someSummary } from '../../support/cells.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const now = Date.now;

/** A run as `isda train` writes it, done if it has an error. */
async function plainRun(folder: string, error?: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.yaml'), printConfig(someConfig('plain')));
  if (error !== undefined) await writeSummary(join(folder, 'summary.json'), someSummary(error));
}

describe('readStoredRuns', () => {
  test('finds what grids and `isda train` made, by name, with state and summary', async ({ folder }) => {
    makeStoredRun(folder, { row: 'b', seed: 10 });
    makeStoredRun(folder, { row: 'b', seed: 2, state: 'failed', reason: 'no memory' });
    await placeCell(folder, someCell('c'), now);
    await plainRun(join(folder, 'done'), 4);
    await plainRun(join(folder, 'half'));
    writeFileSync(join(folder, 'outcomes.csv'), '');
    mkdirSync(join(folder, 'notes'));
    const { runs, unreadable } = await readStoredRuns([folder], now);
    expect(unreadable).toEqual([]);
    expect(
      runs.map(({ name, row, ofGrid, state, reason, summary }) => [
        name,
        row,
        ofGrid,
        state,
        reason,
        summary !== undefined,
      ]),
    ).toEqual([
      ['done', 'plain', false, 'done', undefined, true],
      ['half', 'plain', false, 'stopped', undefined, false],
      ['test-b-seed2', 'b', true, 'failed', 'no memory', false],
      ['test-b-seed10', 'b', true, 'done', undefined, true],
      ['test-c-seed1', 'c', true, 'planned', undefined, false],
    ]);
    expect(runs[0]).toMatchObject({ store: folder, fingerprint: fingerprint(someConfig('plain')) });
  });

  test('orders the values in names by their size', async ({ folder }) => {
    for (const row of ['0.1', '0.5', '0.25', '1', '1.5', '10', 'v1.2.9', 'v1.2.10']) makeStoredRun(folder, { row });
    makeStoredRun(folder, { row: '0.25', seed: 10 });
    makeStoredRun(folder, { row: '0.25', seed: 2 });
    const names = (await readStoredRuns([folder], now)).runs.map(({ name }) => name.replace(/^test-|-seed1$/g, ''));
    expect(names).toEqual(['0.1', '0.25', '0.25-seed2', '0.25-seed10', '0.5', '1', '1.5', '10', 'v1.2.9', 'v1.2.10']);
  });

  test('a run folder is a run itself, and counts once', async ({ folder }) => {
    const run = makeStoredRun(folder, { row: 'a' });
    const { runs } = await readStoredRuns([run, folder, run], now);
    expect(runs.map(({ store, name }) => [store, name])).toEqual([[folder, 'test-a-seed1']]);
  });

  test('tells beside what cannot be read', async ({ folder }) => {
    makeStoredRun(folder, { row: 'a' });
    writeFileSync(join(makeStoredRun(folder, { row: 'b' }), 'cell.json'), '{');
    mkdirSync(join(folder, 'c'));
    writeFileSync(join(folder, 'c', 'config.yaml'), 'nonsense: 1\n');
    const { runs, unreadable } = await readStoredRuns([folder], now);
    expect(runs.map(({ name }) => name)).toEqual(['test-a-seed1']);
    expect(unreadable).toMatchObject([
      { name: 'c', folder: join(folder, 'c') },
      { name: 'test-b-seed1', reason: expect.stringContaining('it is not the record of a run') as string },
    ]);
  });

  test('does not take metrics that cannot be read for none', async ({ folder }) => {
    const run = makeStoredRun(folder, { row: 'a' });
    rmSync(join(run, 'metrics.csv'), { force: true });
    // A link to itself cannot be read, not even by root.
    symlinkSync('metrics.csv', join(run, 'metrics.csv'));
    const reason = expect.stringContaining(`cannot read ${join(run, 'metrics.csv')}: ELOOP`) as string;
    expect((await readStoredRuns([folder], now)).unreadable).toMatchObject([{ reason }]);
    expect((await listRuns(folder, now)).runs).toMatchObject([{ state: 'failed', reason }]);
  });

  test('a summary of other settings is none of the run', async ({ folder }) => {
    const [a, b] = [1, 2].map((seed) => makeStoredRun(folder, { row: 'a', seed }));
    copyFileSync(join(a, 'summary.json'), join(b, 'summary.json'));
    const { runs, unreadable } = await readStoredRuns([folder], now);
    expect(runs.map(({ folder: path }) => path)).toEqual([a]);
    expect(unreadable).toMatchObject([
      { folder: b, reason: expect.stringContaining('its summary.json is of other settings') as string },
    ]);
  });

  test('a generator is no run, in a store or by itself', async ({ folder }) => {
    const run = makeStoredRun(folder, { row: 'a' });
    const generator = join(folder, 'wgan-seed1');
    mkdirSync(generator);
    writeFileSync(join(generator, 'config.yaml'), 'gan: { name: wgan, unknown: 1 }\n');
    const { runs, unreadable } = await readStoredRuns([folder, generator], now);
    expect(runs.map(({ folder: path }) => path)).toEqual([run]);
    expect(unreadable).toEqual([]);
  });

  test('a folder that is not there, or a file, is an error', async ({ folder }) => {
    await expect(readStoredRuns([join(folder, 'nowhere')], now)).rejects.toThrow('there is no such folder');
    writeFileSync(join(folder, 'file'), '');
    await expect(readStoredRuns([join(folder, 'file')], now)).rejects.toThrow('it is not a folder');
  });
});
