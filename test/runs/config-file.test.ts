// Two config files whose names lead to the same run folder.
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect } from 'vitest';
import { runCli } from '../support/cli.js';
import { contentOf, makeData } from '../support/runs.js';
import { test } from '../temporary-folder.js';

/** Executed eagerly: building graphs takes longer than a few steps. */
const kinds = {
  train: (length: number) => `
dataset: {name: cifar10, dir: data, subset: 16, testSubset: 8}
model: {name: resnet, depth: 8}
loss: {name: cross-entropy}
schedule: {name: constant}
training: {epochs: ${length}, batchSize: 8, device: cpu, execution: eager}
`,
  'gan train': (length: number) => `
dataset: {name: cifar10, dir: data, subset: 32}
gan: {name: acgan, generatorWidth: 2, discriminatorWidth: 2}
training: {iterations: ${length}, batchSize: 8, device: cpu, execution: eager}
`,
} as const;

describe.each(['train', 'gan train'] as const)('isda %s', (command) => {
  const text = kinds[command];
  const write = (folder: string, file: string, length: number): void => {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text(length));
  };
  const run = (folder: string, file: string, ...more: string[]) =>
    runCli(folder, [...command.split(' '), '--config', file, ...more]);

  test.for([
    ['x y.yaml', 'x-y.yaml'],
    ['a/c.yaml', 'b/c.yaml'],
  ] as const)('takes %s and %s for two runs', async ([first, second], { folder }) => {
    await makeData(folder, 32);
    write(folder, first, 2);
    write(folder, second, 1);
    expect(await run(folder, first)).toMatchObject({ code: 0 });
    const root = join(folder, 'runs', second.includes('x') ? 'x-y-seed1' : 'c-seed1');
    const before = contentOf(root, ['log.txt']);
    for (const [length, more] of [
      [1, []],
      [3, []],
      [3, ['--no-resume']],
    ] as const) {
      write(folder, second, length);
      const { code, stderr } = await run(folder, second, ...more);
      expect(stderr).toContain(
        `cannot use the run folder: it belongs to the run of another config, ${join(folder, first)} (`,
      );
      expect(stderr).toContain(`2 → ${length})`);
      expect(stderr).toContain('hint: give the run another folder with --out');
      expect(stderr).not.toContain('--no-resume');
      expect(code).toBe(2);
    }
    expect(contentOf(root, ['log.txt'])).toEqual(before);
    // With `--out` on the command line, the folder is intended.
    const { code, stdout } = await run(folder, second, '--out', root);
    expect([code, stdout]).toEqual([0, expect.stringContaining('resuming')]);
  });

  test('resumes by the same file, however it is named', async ({ folder }) => {
    await makeData(folder, 32);
    const length = (file: string, value: number): void => write(folder, file, value);
    length('a/c.yaml', 1);
    symlinkSync('a', join(folder, 'link'));
    expect(await run(folder, 'a/c.yaml')).toMatchObject({ code: 0 });
    length('a/c.yaml', 2);
    expect(await run(folder, 'link/c.yaml')).toMatchObject({ code: 0 });
    // After moving it, and then with the config in the folder.
    mkdirSync(join(folder, 'b'));
    renameSync(join(folder, 'a', 'c.yaml'), join(folder, 'b', 'c.yaml'));
    length('b/c.yaml', 3);
    expect(await run(folder, 'b/c.yaml')).toMatchObject({ code: 0 });
    const key = command === 'train' ? 'training.epochs' : 'training.iterations';
    const own = join('runs', 'c-seed1', 'config.yaml');
    expect(await run(folder, own, '--set', `${key}=4`)).toMatchObject({ code: 0 });
    const inputs = JSON.parse(readFileSync(join(folder, 'runs', 'c-seed1', 'inputs.json'), 'utf8')) as object;
    expect(inputs).toMatchObject({ configFile: '../../b/c.yaml' });
  });

  test('says that the config of a moved run starts a new one, and what resumes it', async ({ folder }) => {
    await makeData(folder, 32);
    write(folder, 'c.yaml', 1);
    await run(folder, 'c.yaml');
    renameSync(join(folder, 'runs', 'c-seed1'), join(folder, 'moved'));
    const note = `the config is that of the run in ${join(folder, 'moved')}, which --out ${join(folder, 'moved')} resumes`;
    const again = await run(folder, join('moved', 'config.yaml'));
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining(note)]);
    const named = await run(folder, join('moved', 'config.yaml'), '--out', 'moved');
    expect([named.code, named.stdout]).toEqual([0, expect.not.stringContaining('note: this is a new run')]);
  });

  test('resumes in a folder that does not say which file made it', async ({ folder }) => {
    await makeData(folder, 32);
    write(folder, 'a/c.yaml', 1);
    write(folder, 'b/c.yaml', 2);
    await run(folder, 'a/c.yaml');
    rmSync(join(folder, 'runs', 'c-seed1', 'inputs.json'));
    expect(await run(folder, 'b/c.yaml')).toMatchObject({ code: 0 });
  });
});
