// Runs of stores in tables: found by their settings, each once; missing runs are listed.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetOptions } from '../../../src/data/options.js';
import { printConfig } from '../../../src/config/print.js';
import { experimentSchema } from '../../../src/config/schema.js';
import { claimCell } from '../../../src/grids/store/claim.js';
import { readStoredRuns, type StoredRun } from '../../../src/grids/store/runs.js';
import { placeCell } from '../../../src/grids/store/store.js';
import { measure } from '../../../src/report/tables/measure.js';
import { cellTexts } from '../../../src/report/tables/cell-texts.js';
import { layTable } from '../../../src/report/tables/table.js';
import { tableNotes } from '../../../src/report/tables/notes.js';
import type { TableItem } from '../../../src/report/tables/numbers.js';
import { writeSummary } from '../../../src/records/summary.js';
import { someCell, someConfig, someSummary } from '../../support/cells.js';
import type { Origin } from '../../../src/runs/origin.js';
import { test } from '../../temporary-folder.js';

const now = Date.now;
const runsIn = async (...stores: string[]) => (await readStoredRuns(stores, now)).runs;

const run = (seed: number, error: number) => ({ seed, error, averagedEpochs: 2 });

/** A finished cell of a row and seed with an error in percent. */
async function doneCell(
  store: string,
  row: string,
  seed: number,
  error: number,
  origin: Origin = {},
  config = someCell(row, seed).config,
): Promise<string> {
  const stored = await placeCell(store, { row, config }, now);
  const attempt = await claimCell(stored, now);
  await writeSummary(join(stored.folder, 'summary.json'), { ...someSummary(error), ...origin });
  if ('claim' in attempt) await attempt.claim.end({ state: 'done' });
  return stored.folder;
}

function item(row: string, more: Partial<TableItem> = {}): TableItem {
  const address = { network: 'resnet-32', dataset: 'cifar10', method: 'isda', metric: 'top1' } as const;
  return { ...address, configName: `test-${row}`, config: someConfig(`test-${row}`), changed: false, ...more };
}

const images = (official: boolean): Origin => ({
  data: { checksum: official ? 'a1-b1' : 'a2-b2', trainImages: 10, testImages: 5, official },
});
const weights = { file: 'x.safetensors', sha256: '1234567890' };

describe('runs on different images', () => {
  test('are never one number: of CIFAR the official images count, and the others are named', async ({ folder }) => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    await doneCell(one, 'a', 1, 86, images(false));
    await doneCell(two, 'a', 1, 7, images(true));
    await doneCell(two, 'a', 2, 8);
    await doneCell(one, 'a', 3, 50, images(false));
    const { entries, used, leftOut, unusual } = measure([item('a')], [1, 2, 3], await runsIn(one, two));
    expect(entries[0].runs).toEqual([run(1, 7), run(2, 8)]);
    expect(entries[0]).not.toHaveProperty('origin');
    expect(used).toHaveLength(2);
    const text = 'not the official CIFAR-10: 10 training and 5 test images, checksum a2-b2';
    expect(leftOut).toEqual([`test-a-seed1 (${text})`, `test-a-seed3 (${text})`]);
    expect(unusual).toEqual([]);
  });

  test('that are all unofficial are marked, without a difference from the printed number', async ({ folder }) => {
    await doneCell(folder, 'a', 1, 86, images(false));
    const { entries, unusual } = measure([item('a', { printed: { mean: 7.39 } })], [1], await runsIn(folder));
    const table = layTable(1, entries, { parameters: () => '', notes: [] });
    const cell = table.rows[0].cells[0]!;
    expect(cell).toMatchObject({ measured: { mean: 86 }, difference: undefined });
    expect(cellTexts(cell, table.columns[0])[0]).toBe('86.00 †');
    expect(unusual).toEqual(['test-a, not the official CIFAR-10: 10 training and 5 test images, checksum a2-b2']);
  });

  test('from imported weights are in no number, and named', async ({ folder }) => {
    await doneCell(folder, 'a', 1, 5, { ...images(true), weights });
    const { entries, open, leftOut } = measure([item('a')], [1], await runsIn(folder));
    expect(entries[0].runs).toEqual([]);
    expect(open).toHaveLength(1);
    expect(leftOut).toEqual(['test-a-seed1 (first weights from x.safetensors (sha256 12345678))']);
  });

  test('from the weights that the config names are its number, marked as not comparable', async ({ folder }) => {
    const plain = someConfig('test-a');
    const own = { ...weights, sha256: weights.sha256.padEnd(64, '0') };
    const config = { ...plain, model: { ...plain.model, weights: own.file, weightsSha256: own.sha256 } };
    await doneCell(folder, 'a', 1, 5, { ...images(true), weights: own }, config);
    const { entries, open, leftOut } = measure([item('a', { config })], [1], await runsIn(folder));
    expect(entries[0]).toMatchObject({
      runs: [run(1, 5)],
      origin: 'first weights from x.safetensors (sha256 12345678)',
    });
    expect([open, leftOut]).toEqual([[], []]);
  });
});

describe('runs on different parts of the data', () => {
  const held = { holdout: 8 };
  test.for([
    ['all test images', {}, 0.5],
    ['a part of the training images, and all test images', { subset: 20 }, 0.5],
    ['held-out images', held, undefined],
    ['a part of the test images', { testSubset: 20 }, undefined],
  ] as const)('%s: the printed error is that of all test images', ([, dataset, difference]) => {
    const config = experimentSchema.parse({ experiment: 'a', dataset: { name: 'cifar10', ...dataset } });
    const [entry] = measure([item('a', { config, printed: { mean: 6.5 } })], [1], []).entries;
    const { rows } = layTable(1, [{ ...entry, runs: [run(1, 7)] }], { parameters: () => '', notes: [] });
    expect(rows[0].cells[0]).toMatchObject({ measured: { mean: 7 } });
    expect(rows[0].cells[0]?.difference).toBe(difference);
  });

  test.for([
    ['the same part', {}, {}, true],
    ['held-out images and the test images', held, {}, false],
    ['two parts of the training images', { subset: 20 }, {}, false],
    ['two parts of the test images', { testSubset: 20 }, { testSubset: 30 }, false],
    ['two folders of one data set', { dir: 'a' }, { dir: 'b' }, true],
  ] as const)('%s: compared only on the same', async ([, isda, basic, compared], { folder }) => {
    const itemOf = (method: 'isda' | 'basic', dataset: object): TableItem => {
      const loss = method === 'basic' ? { name: 'cross-entropy' } : { name: 'isda' };
      const config = experimentSchema.parse({
        ...{ experiment: method, dataset: { name: 'cifar10', ...dataset }, loss, training: { epochs: 2 } },
      });
      return item(method, { method, configName: method, config });
    };
    const items = [itemOf('isda', isda), itemOf('basic', basic)];
    for (const { method, config } of items) {
      for (const seed of [1, 2]) {
        const seeded = { ...config!, training: { ...config!.training, seed } };
        const stored = await placeCell(folder, { row: method, config: seeded }, now);
        const attempt = await claimCell(stored, now);
        await writeSummary(join(stored.folder, 'summary.json'), someSummary(10 + seed));
        if ('claim' in attempt) await attempt.claim.end({ state: 'done' });
      }
    }
    const { entries } = measure(items, [1, 2], await runsIn(folder));
    const { rows } = layTable(1, entries, { parameters: () => '', notes: [] });
    const [of] = rows.flatMap(({ cells }) => cells.flatMap((cell) => (cell?.method === 'isda' ? [cell] : [])));
    expect(of.runs).toHaveLength(2);
    expect(of.comparison?.paired?.pairs).toBe(compared ? 2 : undefined);
  });
});

describe('runs of a store', () => {
  test('are found under any name, by their settings', async ({ folder }) => {
    await rename(await doneCell(folder, 'a', 1, 5), join(folder, 'renamed'));
    await doneCell(folder, 'b', 2, 7);
    // The name is not a setting: the run of seed 2 named `b` belongs to the same number.
    const { entries, open, used } = measure([item('a')], [1, 2, 3], await runsIn(folder));
    expect(entries[0].runs).toEqual([run(1, 5), run(2, 7)]);
    expect(used.map(({ name }) => name)).toEqual(['renamed', 'test-b-seed2']);
    expect(open).toEqual([{ configName: 'test-a', seed: 3, found: undefined }]);
  });

  test('do not count with other settings, whatever their name', async ({ folder }) => {
    await doneCell(folder, 'a', 1, 5);
    const other = { ...someConfig('test-a'), loss: { name: 'cross-entropy' } } as const;
    const { entries, open } = measure([item('a', { config: other })], [1], await runsIn(folder));
    expect([entries[0].runs, open.length]).toEqual([[], 1]);
  });

  test('count when `isda train` made them, once they are done', async ({ folder }) => {
    for (const [name, seed] of [
      ['mine', 1],
      ['half', 2],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'config.yaml'), printConfig(someConfig('whatever', seed)));
    }
    await writeFile(join(folder, 'outcomes.csv'), '');
    await writeSummary(join(folder, 'mine', 'summary.json'), someSummary(4));
    const { entries } = measure([item('a')], [1, 2], await runsIn(folder));
    expect(entries[0].runs).toEqual([run(1, 4)]);
  });

  test('of several stores count once, those that are done first', async ({ folder }) => {
    const [first, second] = ['first', 'second'].map((name) => join(folder, name));
    await placeCell(first, someCell('a', 1), now);
    await doneCell(second, 'a', 1, 5);
    await doneCell(second, 'a', 2, 6);
    await doneCell(first, 'a', 2, 7);
    await doneCell(first, 'a', 3, 8);
    await doneCell(second, 'a', 3, 8);
    const { entries, leftOut } = measure([item('a')], [1, 2, 3], await runsIn(first, second));
    expect(entries[0].runs.map(({ error }) => error)).toEqual([5, 7, 8]);
    expect(leftOut).toEqual(['second/test-a-seed2 (a second run of seed 2, with another error)']);
  });

  it('one run may be the run of two numbers, and is missing once', () => {
    const items = [item('a'), item('a', { metric: 'top5' })];
    expect(measure(items, [1], []).open).toEqual([{ configName: 'test-a', seed: 1, found: undefined }]);
  });

  test('have top-5 errors only where their summary has them', async ({ folder }) => {
    const stored = await doneCell(folder, 'a', 1, 5);
    const both = [item('a'), item('a', { metric: 'top5' })];
    const errors = async () => measure(both, [1], await runsIn(folder)).entries.map(({ runs }) => runs);
    expect(await errors()).toEqual([[run(1, 5)], []]);
    await writeSummary(join(stored, 'summary.json'), { ...someSummary(5), last10MeanTestErrorTop5Percent: 1.5 });
    expect(await errors()).toEqual([[run(1, 5)], [run(1, 1.5)]]);
  });
});

describe('the foot', () => {
  const commands = ['isda plan table', 'isda table --run'];
  const notes = (...about: Parameters<typeof allNotes>) => allNotes(...about).slice(1);
  const allNotes = (
    items: readonly TableItem[],
    open = measure(items, [1, 2], []).open,
    root = 'runs',
    used: readonly StoredRun[] = [],
  ) =>
    tableNotes({
      root,
      table: 1,
      seeds: [1, 2],
      items,
      open,
      used,
      unusual: [],
      leftOut: [],
      unreadable: [],
      searched: [],
      commands,
    });

  it('says what the correction is over: a table without some of its runs has fewer comparisons', () => {
    expect(allNotes([item('a')])[0]).toMatch(/ over all comparisons of the table that have a p\.$/);
  });
  it('says nothing more where nothing is missing', () => {
    expect(notes([item('a')], [])).toEqual([]);
  });
  test('names the runs that were evaluated without broken images', async ({ folder }) => {
    for (const seed of [1, 2]) {
      const stored = await doneCell(folder, 'a', seed, 7);
      const summary = { ...someSummary(7), epochs: 160, ...(seed === 2 && { evaluationImagesLeftOut: 3 }) };
      await writeSummary(join(stored, 'summary.json'), summary);
    }
    const { open, used } = measure([item('a')], [1, 2], await runsIn(folder));
    expect(notes([item('a')], open, folder, used)).toEqual([
      'Evaluated without their broken images, of this number: test-a-seed2 (3).',
    ]);
  });
  it('says which runs are missing, and the commands that make them', () => {
    expect(notes([item('a'), item('b', { config: someConfig('test-b', 1, 0.25) })])).toEqual([
      'Missing: 4 runs of test-a, test-b: 4 not started. Commands that estimate the cost and start them:\n  isda plan table\n  isda table --run',
    ]);
  });
  test('says what stands in the way of a run, where the command would find it done', async ({ folder }) => {
    await doneCell(folder, 'a', 1, 7, images(true));
    await doneCell(folder, 'a', 2, 86, images(false));
    const { open } = measure([item('a')], [1, 2, 3], await runsIn(folder));
    const [missing, blocked] = notes([item('a')], open, folder);
    expect(missing).toContain('Missing: 1 run of test-a: 1 not started.');
    expect(blocked).toBe(
      '1 missing run cannot start, because a run on other images or from other weights has its folder: ' +
        `test-a-seed2. Move it out of ${folder}, or choose another folder with --out; then start the missing runs with:\n  isda table --run`,
    );
    // In another store, they do not block the run.
    expect(notes([item('a')], open, 'elsewhere')).toHaveLength(1);
  });
  test('says what failed and why', async ({ folder }) => {
    const attempt = await claimCell(await placeCell(folder, someCell('a'), now), now);
    if ('claim' in attempt) await attempt.claim.end({ state: 'failed', reason: 'no memory' });
    const { open } = measure([item('a')], [1, 2], await runsIn(folder));
    expect(notes([item('a')], open)).toEqual([
      expect.stringMatching(/^Missing: 2 runs of test-a: 1 failed, 1 not started\./),
      'Failed: test-a-seed1 (no memory).',
    ]);
  });
  it('says what cannot be read', () => {
    const unreadable = [{ name: 'a-seed1', folder: '/a-seed1', reason: 'no JSON' }];
    expect(
      tableNotes({
        table: 1,
        seeds: [1, 2],
        items: [],
        open: [],
        root: 'runs',
        used: [],
        unusual: [],
        leftOut: [],
        unreadable,
        searched: [],
        commands,
      }).slice(1),
    ).toEqual(['Left out: a-seed1 (no JSON).']);
  });
  it('says what has no config yet', () => {
    const without = item('w', { method: 'wgan', config: undefined, configName: 'table3/resnet110-cifar10-wgan' });
    expect(notes([without])).toEqual([
      'No config yet: WGAN (1 number), for example configs/table3/resnet110-cifar10-wgan.yaml.',
    ]);
  });
  it("says which settings are not the paper's, and what is printed beside them", () => {
    const printed = { mean: 7 };
    const [held] = [{ ...someConfig('test-b'), dataset: { name: 'cifar10', holdout: 100 } } as const];
    expect(notes([item('a', { changed: true, printed }), item('b', { config: held })], [])).toEqual([
      "Not the paper's settings: test-a. The printed numbers are for the paper's settings.",
      'Measured on 100 held-out training images, so not compared with the printed numbers: test-b.',
    ]);
    expect(notes([item('a', { changed: true })], [])).toEqual([
      "Not the paper's settings: test-a. The paper has no numbers for them.",
    ]);
  });
});

test('finds the run of an image folder by another name of it', async ({ folder }) => {
  const ofFolder = (dir: string) => ({
    ...someConfig('test-a'),
    dataset: datasetOptions.parse({ name: 'image-folder', dir }),
  });
  const stored = await placeCell(folder, { row: 'a', config: ofFolder('pets') }, now);
  const attempt = await claimCell(stored, now);
  await writeSummary(join(stored.folder, 'summary.json'), someSummary(7));
  if ('claim' in attempt) await attempt.claim.end({ state: 'done' });
  const runs = await runsIn(folder);
  for (const dir of ['pets', './pets', '/moved/pets']) {
    const { entries, open } = measure([item('a', { config: ofFolder(dir) })], [1], runs);
    expect([entries[0].runs, open]).toEqual([[run(1, 7)], []]);
  }
});
