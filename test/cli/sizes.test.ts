// Sizes beyond any memory: an error that names the option or the key, before anything is allocated or written.
import { readdir } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { runCli, runHere } from '../support/cli.js';
import { runIsda } from '../support/process.js';
import { makeData, trainArgs } from '../support/runs.js';
import { test } from '../temporary-folder.js';

describe('sizes of options', () => {
  test.for([
    ['ablate --seeds 999999999 --dry-run', "option '--seeds <n>'", 'at most 10000'],
    ['table 1 --seeds 999999999', "option '--seeds <n>'", 'at most 10000'],
    ['study s.yaml --seeds 999999999', "option '--seeds <n>'", 'at most 10000'],
    ['sweep lambda0 --seeds 10001', "option '--seeds <n>'", 'at most 10000'],
    ['sweep lambda0 --final-seeds 999999999', "option '--final-seeds <n>'", 'at most 10000'],
    ['sweep --random 999999999 --range loss.lambda0=0..1', "option '--random <n>'", 'at most 10000'],
    ['data show --config tiny-isda --out x.png --columns 999999999', "option '--columns <n>'", 'at most 1000'],
    ['gan sample --run r --out x.png --count 999999999', "option '--count <n>'", 'at most 1000'],
    ['gan quality --run r --generator g --samples 999999999', "option '--samples <n>'", 'at most 200000'],
    ['visualize --run r --generator g --out v --draws 999999999', "option '--draws <n>'", 'at most 1000'],
    ['bench data --workers 999', "option '--workers <n...>'", 'Expected 0 to 256'],
    ['data synthesize --out s --train 1000000000', 'cannot synthesize images', 'images take 2.79 TiB'],
    ['data synthesize --out s --test 1000000000000000000000', 'cannot synthesize images', 'which holds at most '],
    ['data synthesize --out s --name cifar100 --train 1000000000', 'cannot synthesize images', 'images take 2.80 TiB'],
  ] as const)('isda %s', async ([line, what, limit], { folder }) => {
    const { code, stdout, stderr } = await runCli(folder, line.split(' '));
    expect(stderr).toContain(what);
    expect(stderr).toContain(limit);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('sizes of networks, batches and pictures', () => {
  test('are refused before anything is allocated or written', async ({ folder }) => {
    await makeData(folder, 128);
    const data = ['--config', 'tiny-isda', '--set', 'dataset.dir=data'];
    const picture = await runCli(folder, [
      'data',
      'show',
      ...data,
      '--rows',
      '64',
      '--columns',
      '1000',
      '--out',
      'x.png',
    ]);
    expect(picture.stderr).toContain('cannot draw the picture: it would have 100004 x 6404 pixels');
    expect(picture.code).toBe(2);
    const classes = ['--set', 'dataset.classes=2000000'];
    const exported = await runCli(folder, ['export', '--config', 'resnet50-imagenet', ...classes, '--out', 'x']);
    expect(exported.stderr).toMatch(
      /cannot hold the network and the loss in memory: fc\.weight \[2048, 2000000\]|its tensors take/,
    );
    expect(exported.code).toBe(1);
    const batch = ['--set', 'training.batchSize=10000000'];
    const bench = await runIsda(folder, ['bench', ...data, ...batch, '--steps', '1']);
    expect(bench.stderr).toContain('cannot hold a training step in memory: 10000000 images of 32 x 32 take 28.6 GiB');
    expect([bench.exitCode, await readdir(folder)]).toEqual([1, ['data']]);
  });

  test('a batch size above the number of images is reduced to that number', async ({ folder }) => {
    await makeData(folder, 128);
    const sizes = ['training.batchSize=10000000', 'training.evaluationBatchSize=10000000', 'training.epochs=1'];
    const more = sizes.flatMap((set) => ['--set', set]);
    const run = await runHere(folder, [...trainArgs('run'), ...more]);
    expect(run.exitCode, run.all).toBe(0);
    const loading = await runIsda(folder, [
      'bench',
      'data',
      ...trainArgs('run').slice(1, 3),
      ...more.slice(0, 2),
      '--set',
      'dataset.dir=data',
      '--seconds',
      '0.1',
      '--workers',
      '0',
      '--workers',
      '1',
      '--augmentation',
      'standard',
    ]);
    expect(loading.exitCode, loading.all).toBe(0);
  });
});
