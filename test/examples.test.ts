// The examples of docs/extending.md train, and mistakes in a user's file are said clearly.
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect } from 'vitest';
import { synthesize } from '../src/data/synthesize.js';
import { projectRoot } from './config/support.js';
import { runCli } from './support/cli.js';
import { test } from './temporary-folder.js';

const example = join(projectRoot, 'examples/own-parts.yaml');

describe('data of one’s own', () => {
  test('a data set in a file is learnt', async ({ folder }) => {
    const config = join(projectRoot, 'examples/own-data.yaml');
    const out = join(folder, 'run');
    const environment = { ...process.env };
    // Worker threads run the built files; here everything runs from the sources.
    const set = ['--set', 'training.workers=0'];
    const trained = await runCli(folder, ['train', '--config', config, '--out', out, '--json', ...set], environment);
    expect(trained).toMatchObject({ code: 0 });
    const summary = JSON.parse(trained.stdout) as { best: { testErrorPercent: number } };
    expect(summary.best.testErrorPercent).toBeLessThan(20);
    const named = ['--set', `dataset.module=${join(projectRoot, 'examples/shapes.js')}`];
    const evaluated = await runCli(folder, ['evaluate', '--run', out, ...named], environment);
    expect(evaluated).toMatchObject({ code: 0 });
    expect(evaluated.stdout).toContain('150 (test)');
  });
});

describe('parts of one’s own', () => {
  test('a network and a loss in files train, and their error falls below chance', async ({ folder }) => {
    await synthesize({ name: 'cifar10', train: 500, test: 200, classes: 10, seed: 1 }, folder);
    const settings = [`dataset.dir=${folder}`, 'dataset.subset=500', 'dataset.testSubset=200', 'training.epochs=6'];
    const set = [...settings, 'schedule.name=constant'].flatMap((each) => ['--set', each]);
    const out = join(folder, 'run');
    const environment = { ...process.env };
    const trained = await runCli(folder, ['train', '--config', example, '--out', out, '--json', ...set], environment);
    expect(trained).toMatchObject({ code: 0 });
    const summary = JSON.parse(trained.stdout) as { best: { testErrorPercent: number } };
    expect(summary.best.testErrorPercent).toBeLessThan(80);
    expect(readFileSync(join(out, 'log.txt'), 'utf8')).toMatch(/network +plain-8, /);
    // As a user types them: relative to where the command is given.
    const named = ['model.module=plain-network.js', 'loss.module=focal-loss.js'].flatMap((each) => [
      '--set',
      each.replace('=', `=${relative(folder, join(projectRoot, 'examples'))}/`),
    ]);
    const evaluated = await runCli(folder, ['evaluate', '--run', out, ...named], environment);
    expect(evaluated).toMatchObject({ code: 0 });
  });

  test('a file that is not there is named, and where its path starts from', async ({ folder }) => {
    const words = ['export', '--config', 'tiny-isda', '--out', 'x.safetensors', '--set', 'loss.name=custom'];
    const outcome = await runCli(folder, [...words, '--set', 'loss.module=mine/loss.mjs']);
    expect(outcome).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        `error: cannot use the module ${join(folder, 'mine/loss.mjs')}: there is no such file`,
        '  hint: a relative path starts from the folder of the file that names it, one of --set from the working directory',
        '',
      ].join('\n'),
    });
  });

  test.for([
    ['no such export', 'export const x = 1;', 'it does not export a function createLoss'],
    ['a throwing factory', 'export const createLoss = () => { throw new Error("no"); };', 'createLoss failed: no'],
    ['an incomplete loss', 'export const createLoss = () => ({ name: "a", tensors: [], scalars: {} });', 'compute: '],
    ['a file that throws', 'throw new Error("broken");', 'broken'],
  ] as const)('%s is said clearly', async ([, source, reason], { folder }) => {
    writeFileSync(join(folder, 'loss.mjs'), source);
    writeFileSync(join(folder, 'x.yaml'), 'loss: {name: custom, module: ./loss.mjs}\n');
    const outcome = await runCli(folder, ['export', '--config', 'x.yaml', '--out', 'x.safetensors']);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain(`cannot use the module ${join(folder, 'loss.mjs')}: `);
    expect(outcome.stderr).toContain(reason);
    expect(outcome.stderr).not.toMatch(/^ +at /m);
  });
});
