// Stored runs with config and metrics; runs whose files were changed after their end are returned separately.
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { recordedRows } from '../../../src/report/runs/recorded-runs.js';
import { processStart } from '../../../src/common/lock.js';
import { makeStoredRun, recordedRunsIn } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

/** Replaces a text that must occur exactly once. */
function change(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text.split(from)).toHaveLength(2);
  writeFileSync(path, text.replace(from, to));
}

describe('recordedRuns', () => {
  test('gives config and rows', async ({ folder }) => {
    makeStoredRun(folder, { row: 'a', seed: 3, error: 12 });
    makeStoredRun(folder, { row: 'b', state: 'stopped', epochs: 5 });
    const { runs, unreadable } = await recordedRunsIn(folder);
    expect(unreadable).toEqual([]);
    expect(runs.map(({ row, config, rows }) => [row, config.training.seed, rows.length])).toEqual([
      ['a', 3, 20],
      ['b', 1, 5],
    ]);
    expect(runs[0].rows.at(-1)?.testError).toBe(12);
  });

  test.for([
    [
      'config.yaml',
      'momentum: 0.9',
      'momentum: 0.8',
      'its config.yaml does not match its summary: it was changed since, or another version of isda reads it differently',
    ],
    [
      'metrics.csv',
      '\n20,200,0.1,0,1,10,1,20,',
      '\n20,200,0.1,0,1,10,1,21,',
      'its metrics.csv was changed since the run ended, or is damaged',
    ],
  ] as const)('refuses a changed %s', async ([file, from, to, told], { folder }) => {
    makeStoredRun(folder, { row: 'a' });
    const changed = makeStoredRun(folder, { row: 'b' });
    change(join(changed, file), from, to);
    const { runs, unreadable } = await recordedRunsIn(folder);
    expect(runs.map(({ row }) => row)).toEqual(['a']);
    const reason = `cannot use the run: ${told}`;
    expect(unreadable).toEqual([{ name: 'test-b-seed1', folder: changed, reason }]);
    await expect(recordedRows(changed, Date.now)).rejects.toThrow(reason);
  });

  test('refuses rows that are more or fewer; other times are not noticed', async ({ folder }) => {
    const made = ['more', 'none', 'times'].map((row) => makeStoredRun(folder, { row }));
    const [more, none, times] = made.map((run) => join(run, 'metrics.csv'));
    appendFileSync(more, '21,210,0.1,0,1,10,1,20,2,100\n');
    rmSync(none);
    change(times, '\n20,200,0.1,0,1,10,1,20,2,', '\n20,200,0.1,0,1,10,1,20,3,');
    const { runs, unreadable } = await recordedRunsIn(folder);
    expect(runs.map(({ row }) => row)).toEqual(['times']);
    expect(unreadable.map(({ folder: path }) => path)).toEqual(made.slice(0, 2));
  });

  test('refuses other numbers of rows also where the summary, of an earlier version, has no digests', async ({
    folder,
  }) => {
    const made = ['fewer', 'none', 'whole'].map((row) => makeStoredRun(folder, { row }));
    for (const run of made) {
      const path = join(run, 'summary.json');
      const summary = JSON.parse(readFileSync(path, 'utf8')) as object;
      writeFileSync(path, JSON.stringify({ ...summary, of: undefined, sha256: undefined }));
    }
    const [fewer, none] = made.map((run) => join(run, 'metrics.csv'));
    const text = readFileSync(fewer, 'utf8');
    writeFileSync(fewer, text.slice(0, text.indexOf('\n20,') + 1));
    rmSync(none);
    const { runs, unreadable } = await recordedRunsIn(folder);
    expect(runs.map(({ row }) => row)).toEqual(['whole']);
    expect(unreadable.map(({ reason }) => reason)).toEqual(
      Array<string>(2).fill('cannot use the run: its metrics.csv was changed since the run ended, or is damaged'),
    );
  });

  test('names a run that has ended and lost its config; one that has not begun has none', async ({ folder }) => {
    for (const state of ['done', 'failed', 'planned'] as const) {
      rmSync(join(makeStoredRun(folder, { row: state, state }), 'config.yaml'));
    }
    const { runs, unreadable } = await recordedRunsIn(folder);
    expect(runs).toEqual([]);
    expect(unreadable.map(({ name, reason }) => [name, reason])).toEqual([
      ['test-done-seed1', 'cannot use the run: its config.yaml is missing'],
      ['test-failed-seed1', 'cannot use the run: its config.yaml is missing'],
    ]);
  });

  test('refuses epochs that are missing or out of order', async ({ folder }) => {
    const run = makeStoredRun(folder, { row: 'a', state: 'stopped' });
    const path = join(run, 'metrics.csv');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\n9,.*(?=\n)/, ''));
    expect((await recordedRunsIn(folder)).unreadable).toMatchObject([
      { reason: 'cannot read the metrics: expected epoch 9, got 10' },
    ]);
    await expect(recordedRows(run, Date.now)).rejects.toMatchObject({ place: `${path}:10` });
  });

  test('a run that is not done has no summary to be checked by', async ({ folder }) => {
    const run = makeStoredRun(folder, { row: 'a', state: 'stopped' });
    change(join(run, 'config.yaml'), 'momentum: 0.9', 'momentum: 0.8');
    expect((await recordedRunsIn(folder)).runs).toHaveLength(1);
    expect(await recordedRows(run, Date.now)).toHaveLength(20);
  });

  test('the metrics of a run that is trained at the moment are not yet those of a summary', async ({ folder }) => {
    const run = makeStoredRun(folder, { row: 'a' });
    appendFileSync(join(run, 'metrics.csv'), '21,210,0.1,0,1,10,1,20,2,100\n');
    await expect(recordedRows(run, Date.now)).rejects.toThrow('its metrics.csv was changed');
    const alive = { pid: process.ppid, host: hostname(), start: await processStart(process.ppid) };
    writeFileSync(join(run, '.lock'), JSON.stringify(alive));
    expect(await recordedRows(run, Date.now)).toHaveLength(21);
  });
});
