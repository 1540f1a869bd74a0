// The run store: equal settings have the same folder, other settings never overwrite it, also with many processes.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { datasetOptions } from '../../../src/data/options.js';
import { writeInputs } from '../../../src/records/inputs.js';
import { runFolder } from '../../../src/records/run-folder.js';
import { fingerprint } from '../../../src/config/fingerprint.js';
import { printConfig } from '../../../src/config/print.js';
import { readCell } from '../../../src/grids/store/cell.js';
import { claimCell } from '../../../src/grids/store/claim.js';
import { cellName, findCell, placeCell } from '../../../src/grids/store/store.js';
import { someCell } from '../../support/cells.js';
import { test } from '../../temporary-folder.js';

const now = (): number => Date.UTC(2026, 0, 1);

describe('placeCell', () => {
  test('gives equal settings one folder and others another, in any order', async () => {
    const cell = fc.tuple(fc.constantFrom('a', 'b'), fc.integer({ min: 1, max: 2 }), fc.constantFrom(0.1, 0.2, 0.3));
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 12 }), async (asked) => {
        const root = await mkdtemp(join(tmpdir(), 'isda-store-'));
        try {
          const folders = new Map<string, string>();
          for (const [row, seed, lambda0] of asked) {
            const wanted = someCell(row, seed, lambda0);
            const key = `${cellName(wanted)} ${fingerprint(wanted.config)}`;
            const { folder, name } = await placeCell(root, wanted, now);
            expect(name.startsWith(`test-${row}-seed${seed}`)).toBe(true);
            expect(folders.get(key) ?? folder).toBe(folder);
            folders.set(key, folder);
            expect((await findCell(root, wanted))?.folder).toBe(folder);
            expect(await readCell(folder)).toMatchObject({ fingerprint: fingerprint(wanted.config), row, seed });
          }
          expect(new Set(folders.values()).size).toBe(folders.size);
        } finally {
          await rm(root, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  });

  test('plans a cell with all that is known of it', async ({ folder }) => {
    const stored = await placeCell(folder, someCell('a', 3), now);
    expect(stored.name).toBe('test-a-seed3');
    expect(JSON.parse(readFileSync(join(stored.folder, 'cell.json'), 'utf8'))).toEqual({
      row: 'a',
      seed: 3,
      experiment: 'test-a',
      fingerprint: fingerprint(stored.config),
      epochs: 2,
      state: 'planned',
      since: '2026-01-01T00:00:00.000Z',
      attempts: 0,
    });
  });

  test('names a folder of other settings by their fingerprint', async ({ folder }) => {
    await placeCell(folder, someCell('a', 1, 0.5), now);
    const other = someCell('a', 1, 0.7);
    const { name } = await placeCell(folder, other, now);
    expect(name).toBe(`test-a-seed1-${fingerprint(other.config).slice(0, 8)}`);
  });

  test('takes up a run that was made by hand with the same settings, and leaves others alone', async ({ folder }) => {
    const cell = someCell('a');
    for (const [name, config] of [
      ['test-a-seed1', cell.config],
      ['test-b-seed1', cell.config],
    ] as const) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'config.yaml'), printConfig(config));
    }
    expect((await placeCell(folder, cell, now)).name).toBe('test-a-seed1');
    expect((await placeCell(folder, someCell('b', 1, 0.9), now)).name).toMatch(/^test-b-seed1-[0-9a-f]{8}$/);
  });

  test('finds a cell whose record is damaged, of which its claim tells, unless its config is of others', async ({
    folder,
  }) => {
    const stored = await placeCell(folder, someCell('a'), now);
    const damaged = join(stored.folder, 'cell.json');
    writeFileSync(damaged, '{"state": "flying"}');
    for (const config of [undefined, 'nonsense: 1\n', printConfig(stored.config)]) {
      if (config !== undefined) writeFileSync(join(stored.folder, 'config.yaml'), config);
      expect(await placeCell(folder, someCell('a'), now)).toEqual(stored);
      expect(await findCell(folder, someCell('a'))).toEqual(stored);
    }
    expect(await claimCell(stored, now)).toMatchObject({
      state: 'unreadable',
      error: {
        message: `cannot read ${damaged}: it is not the record of a run`,
        hint: 'move cell.json away; the run beside it stays and resumes',
      },
    });
    expect(existsSync(join(stored.folder, '.claim'))).toBe(false);
    expect((await placeCell(folder, someCell('a', 1, 0.7), now)).name).toMatch(/^test-a-seed1-[0-9a-f]{8}$/);
    expect(readFileSync(damaged, 'utf8')).toBe('{"state": "flying"}');
  });
});

/** Plans and claims every cell, and prints the names of the claimed ones; each cell takes some time. */
const claimer = `
const { placeCell } = await import('./src/grids/store/store.ts');
const { claimCell } = await import('./src/grids/store/claim.ts');
const { writeSummary } = await import('./src/records/summary.ts');
const { someCell, someSummary } = await import('./test/support/cells.ts');
const [root, way] = process.argv.slice(1);
const numbers = Array.from({ length: 24 }, (_, index) => index);
for (const number of way === 'up' ? numbers : numbers.toReversed()) {
  const cell = await placeCell(root, someCell('r' + number), Date.now);
  const attempt = await claimCell(cell, Date.now);
  if (!('claim' in attempt)) continue;
  await new Promise((resolve) => setTimeout(resolve, 5));
  await writeSummary(cell.folder + '/summary.json', someSummary(10));
  console.log(cell.name);
  await attempt.claim.end({ state: 'done' });
}`;

test('processes that claim from one store share its cells: none twice, none left', async ({ folder }) => {
  const cwd = fileURLToPath(new URL('../../../', import.meta.url));
  const start = (way: string) =>
    execa(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', claimer, folder, way], { cwd });
  const outputs = await Promise.all(['up', 'down', 'up'].map(start));
  const names = outputs.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line !== ''));
  expect([...names].sort()).toEqual(Array.from({ length: 24 }, (_, index) => `test-r${index}-seed1`).sort());
  for (const name of names) {
    expect(await readCell(join(folder, name))).toMatchObject({ state: 'done', attempts: 1 });
  }
});

describe('findCell', () => {
  const ofFolder = (dir: string, checksum?: string) => {
    const { row, config } = someCell('a', 1);
    const dataset = datasetOptions.parse({ name: 'image-folder', dir });
    return { row, config: { ...config, dataset }, ...(checksum !== undefined && { data: { checksum } }) };
  };

  test('finds the run of the same images by another name of their folder', async ({ folder }) => {
    const cell = ofFolder('pets');
    const stored = await placeCell(folder, cell, now);
    const paths = runFolder(stored.folder);
    const find = async (...asked: Parameters<typeof ofFolder>) => (await findCell(folder, ofFolder(...asked)))?.name;
    writeFileSync(paths.config, printConfig(cell.config));
    const facts = { trainImages: 1, testImages: 1, classNames: ['a', 'b'] };
    await writeInputs(paths.inputs, { data: { checksum: 'same', ...facts } });
    expect(await find('./pets', 'same')).toBeUndefined();
    mkdirSync(paths.checkpoints);
    writeFileSync(join(paths.checkpoints, 'epoch-0001-step-0000001.safetensors'), '');
    expect(await find('pets')).toBe('test-a-seed1');
    expect(await find('./pets', 'same')).toBe('test-a-seed1');
    expect(await find('./pets', 'other')).toBeUndefined();
    expect(await find('./pets')).toBeUndefined();
    const longer = ofFolder('./pets', 'same');
    const other = { ...longer, config: { ...longer.config, training: { ...longer.config.training, epochs: 9 } } };
    expect(await findCell(folder, other)).toBeUndefined();
  });

  test('takes a run on other images for another, whatever their folder is called', async ({ folder }) => {
    const on = (checksum?: string, earlier?: string) => ({
      ...someCell('a', 1),
      ...(checksum !== undefined && { data: { checksum, earlier } }),
    });
    const run = async (checksum: string, kind = ''): Promise<string> => {
      const stored = await placeCell(folder, on(checksum), now);
      const { inputs, checkpoints } = runFolder(stored.folder);
      const facts = { trainImages: 1, testImages: 1, classNames: ['a', 'b'] };
      await writeInputs(inputs, { data: { checksum, ...facts } });
      mkdirSync(checkpoints, { recursive: true });
      writeFileSync(join(checkpoints, `${kind}epoch-0001-step-0000001.safetensors`), '');
      return stored.name;
    };
    // A run may have no checkpoint but its best one.
    const names = [await run('first'), await run('second', 'best-'), await run('third')];
    expect(names[0]).toBe('test-a-seed1');
    expect(new Set(names).size).toBe(3);
    const find = async (...images: Parameters<typeof on>) => (await findCell(folder, on(...images)))?.name;
    expect([await find('first'), await find('second'), await find('third')]).toEqual(names);
    expect(await find('fourth')).toBeUndefined();
    // Settings in the form of earlier versions, which may be ambiguous.
    expect(await find('of today', 'first')).toBe(names[0]);
    expect(await find()).toBe(names[0]);
    expect([await run('second'), await run('first')]).toEqual([names[1], names[0]]);
  });
});
