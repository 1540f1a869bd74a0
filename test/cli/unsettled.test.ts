// A promise in a user's file that never settles is an error: the process does not exit as if it had finished.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { isdaCommand, runIsda } from '../support/process.js';
import { test } from '../temporary-folder.js';

const never = 'new Promise(() => undefined)';
const set = `{ classNames: ['a', 'b'], count: 4, labels: [0, 1, 0, 1], height: 32, width: 32, mean: [127, 127, 127],
  std: [60, 60, 60], read: (index) => (index === 3 ? ${never} : new Uint8Array(32 * 32 * 3)) }`;

const settings = Object.entries({
  'dataset.name': 'custom',
  'dataset.module': 'data.mjs',
  'dataset.subset': 4,
  'dataset.testSubset': 4,
  'training.batchSize': 2,
  'training.epochs': 1,
}).flatMap(([key, value]) => ['--set', `${key}=${value}`]);

describe('a data set whose promise never settles', () => {
  test.for<[string, string, number, string]>([
    ['of read', `export const createDataset = () => (${set});`, 0, 'its `read` gave a promise that never settles'],
    [
      'of read, in a thread',
      `export const createDataset = () => (${set});`,
      1,
      'its `read` gave a promise that never settles',
    ],
    [
      'of createDataset',
      `export const createDataset = () => ${never};`,
      0,
      'createDataset failed: it returned a promise that never settles',
    ],
    [
      'of the file itself',
      `await ${never}; export const createDataset = () => (${set});`,
      0,
      'its top-level await never ends',
    ],
  ])('%s: `isda train` fails and releases its lock', async ([, text, workers, reason], { folder }) => {
    writeFileSync(join(folder, 'data.mjs'), text);
    const command = ['train', '--config', 'tiny-cross-entropy', ...settings, '--set', `training.workers=${workers}`];
    const { exitCode, all } = await runIsda(folder, [...command, '--out', 'run']);
    expect(all).toContain(reason);
    expect(exitCode).toBe(1);
    expect(existsSync(join(folder, 'run', '.lock'))).toBe(false);
  });
});

test('reports it if more reads than the concurrency limit never settle', async ({ folder }) => {
  const many = set
    .replace('count: 4', 'count: 80')
    .replace('[0, 1, 0, 1]', 'Array.from({ length: 80 }, (_, i) => i % 2)');
  writeFileSync(join(folder, 'data.mjs'), `export const createDataset = () => (${many.replace('=== 3', '> 3')});`);
  const sizes = ['dataset.subset=80', 'training.batchSize=80', 'training.workers=0'].flatMap((each) => ['--set', each]);
  const command = ['train', '--config', 'tiny-cross-entropy', ...settings, ...sizes, '--out', 'run'];
  const { exitCode, all } = await runIsda(folder, command);
  expect(all).toContain('its `read` gave a promise that never settles');
  expect(exitCode).toBe(1);
  expect(existsSync(join(folder, 'run', '.lock'))).toBe(false);
});

test('reports it on a terminal too, while the progress bar is redrawn', async ({ folder }) => {
  writeFileSync(join(folder, 'data.mjs'), `export const createDataset = () => (${set});`);
  const command = [
    'train',
    '--config',
    'tiny-cross-entropy',
    ...settings,
    '--set',
    'training.workers=0',
    '--out',
    'run',
  ];
  const line = [process.execPath, ...isdaCommand, ...command].map((word) => `'${word}'`).join(' ');
  const { stdout } = await execa('script', ['-qec', line, '/dev/null'], {
    cwd: folder,
    reject: false,
    timeout: 540_000,
  });
  expect(stdout).toContain('gave a promise that never settles');
  expect(existsSync(join(folder, 'run', '.lock'))).toBe(false);
});
