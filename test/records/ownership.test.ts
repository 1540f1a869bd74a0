// Folders of runs, and folders that a run must not write into.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { requireRunFolder, requireStoreFolder } from '../../src/records/ownership.js';
import { runFolder } from '../../src/records/run-folder.js';
import { test } from '../temporary-folder.js';

const fill = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
};
const environment = '{"isda": "0.1.0", "started": "2026-01-01T00:00:00Z"}';
const inputs = '{"data": {"checksum": "1-2", "trainImages": 3, "testImages": 4, "classNames": ["a", "b"]}}';
const checkpoint = 'checkpoints/epoch-0002-step-0000040.safetensors';

describe('a folder that a run may use', () => {
  test.for<[string, Readonly<Record<string, string>>]>([
    ['is empty', {}],
    ['holds other files', { 'notes.txt': '', 'log.txt': 'a refused run', 'train.py': '' }],
    ['is of a run', { 'config.yaml': '', 'metrics.csv': '', 'environment.json': environment }],
    ['is of a run that was killed', { 'config.yaml': '', '.lock': '' }],
    ['is of a cell', { 'summary.json': '', 'cell.json': '' }],
    ['is of a run whose disk was full after its first file', { 'config.yaml': '', 'inputs.json': inputs }],
    [
      'is of an import whose disk was',
      { 'inputs.json': '{"weights": {"file": "a", "sha256": "b"}, "imported": true}' },
    ],
    ['is of an import', { 'config.yaml': '', [checkpoint]: '' }],
  ])('%s', async ([, files], { folder }) => {
    fill(folder, files);
    await expect(requireRunFolder(runFolder(folder))).resolves.toBeUndefined();
  });

  test('does not exist', async ({ folder }) => {
    await expect(requireRunFolder(runFolder(join(folder, 'new')))).resolves.toBeUndefined();
  });
});

describe("a folder with somebody's own files", () => {
  test.for<[string, Readonly<Record<string, string>>, string]>([
    ['a config', { 'config.yaml': 'a: 1' }, 'config.yaml'],
    ['results', { 'metrics.csv': '', 'summary.json': '' }, 'metrics.csv, summary.json'],
    ['samples of a generator', { 'samples/1.png': '' }, 'samples'],
    ["another program's environment", { 'environment.json': '{"python": "3.12"}' }, 'environment.json'],
    ["another program's inputs", { 'inputs.json': '{"data": ["a.csv"]}' }, 'inputs.json'],
    ["another program's map of inputs", { 'inputs.json': '{"learning_rate": 0.1}' }, 'inputs.json'],
    ["another program's checkpoints", { 'config.yaml': '', 'checkpoints/last.ckpt': '' }, 'config.yaml'],
  ])('is refused: %s', async ([, files, named], { folder }) => {
    fill(folder, files);
    await expect(requireRunFolder(runFolder(folder))).rejects.toMatchObject({
      code: 'run/not-a-run',
      message: `cannot use the folder for a run: it contains ${named}, not written by a run`,
    });
  });
});

test('a store is refused where its tables would replace files, unless its runs are there', async ({ folder }) => {
  await requireStoreFolder(join(folder, 'new'));
  fill(folder, { 'notes.md': 'x', 'outcomes.md': '# mine' });
  await expect(requireStoreFolder(folder)).rejects.toMatchObject({ code: 'run/not-a-run' });
  fill(folder, { 'tiny-seed1/cell.json': '{}' });
  await expect(requireStoreFolder(folder)).resolves.toBeUndefined();
});
