import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { encodePng } from '../../../src/data/datasets/image-folder/png.js';
import { refuseForeignFile } from '../../../src/cli/terminal/replaceable.js';
import { runCli } from '../../support/cli.js';
import { asUser, isdaCommand } from '../../support/process.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const run = { row: 'a', config: { experiment: 'a' } };

/** Command lines that write one file, with the name of the file. */
const writers: readonly (readonly [string, readonly string[]])[] = [
  ['curve.svg', ['figure', 'curve', '--run', 'store/test-a-seed1', '--out']],
  ['curve.png', ['figure', 'curve', '--run', 'store/test-a-seed1', '--out']],
  ['report.html', ['report', '--store', 'store', '--out']],
  ['index.html', ['report', '--store', 'store', '--out', '.']],
  ['table.md', ['table', '1', '--to']],
  ['table.csv', ['table', '1', '--to']],
  ['table.html', ['table', '1', '--to']],
  ['table.txt', ['table', '1', '--to']],
  ['table.json', ['table', '1', '--json', '--to']],
  ['network.safetensors', ['export', '--config', 'resnet32-cifar10', '--out']],
];

describe.each(writers)('%s', (name, words) => {
  const line = words.at(-1) === '.' ? words : [...words, name];

  test('is overwritten by the same command', async ({ folder }) => {
    makeStoredRun(join(folder, 'store'), run);
    expect(await runCli(folder, line)).toMatchObject({ code: 0 });
    expect(await runCli(folder, line)).toMatchObject({ code: 0 });
  });

  test('is kept if another program wrote it', async ({ folder }) => {
    makeStoredRun(join(folder, 'store'), run);
    writeFileSync(join(folder, name), 'mine\n');
    const { code, stderr } = await runCli(folder, line);
    expect(code).toBe(2);
    expect(stderr).toContain('did not write it');
    expect(readFileSync(join(folder, name), 'utf8')).toBe('mine\n');
  });

  // The stores do not exist: nothing is read before the output is refused.
  test('is refused at once where a folder or a pipe is, or no folder can be', async ({ folder }) => {
    const path = join(folder, name);
    mkdirSync(path);
    const taken = await runCli(folder, line);
    expect(taken).toMatchObject({ code: 2, stdout: '' });
    expect(taken.stderr).toContain(`: a folder of that name exists\n  ${path}\n`);
    await rm(path, { recursive: true });
    await execa('mkfifo', [path]);
    const piped = await runCli(folder, line);
    expect(piped).toMatchObject({ code: 2, stdout: '' });
    expect(piped.stderr).toContain(`: ${path} is a named pipe, not a file\n  hint: give the name of a file with --`);
    await rm(path);
    if (words.at(-1) === '.') return;
    writeFileSync(join(folder, 'file'), '');
    const below = join(folder, 'file', 'new', name);
    expect(await runCli(folder, [...words, below])).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: cannot write ${below}: a part of its path is a file, not a folder\n  hint: check the path\n`,
    });
  });
});

test('a device is refused in the same way by every command, whatever its name ends with', async ({ folder }) => {
  const lines = [...writers.map(([, words]) => words), ['evaluate', 'run', '--predictions'], ['config', 'new', '--data', '.', '--out']]; // prettier-ignore
  for (const words of lines.filter((each) => each.at(-1) !== '.')) {
    const { code, stderr } = await runCli(folder, [...words, '/dev/null']);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^error: cannot \w+ [\w ]+: \/dev\/null is a device, not a file\n {2}hint: give the name of a/,
    );
  }
});

test('makes the missing folders of the file', async ({ folder }) => {
  const args = ['export', '--config', 'tiny-isda', '--out', 'new/a/x.safetensors'];
  expect(await runCli(folder, args)).toMatchObject({ code: 0 });
});

test('replaces an empty file and a picture that isda wrote, but no picture of another program', async ({ folder }) => {
  const path = join(folder, 'a.png');
  writeFileSync(path, '');
  refuseForeignFile(path, ['png'], 'draw');
  const image = sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } }).png();
  writeFileSync(path, await encodePng(new Uint8Array(12), 2, 2));
  refuseForeignFile(path, ['png'], 'draw');
  expect(await sharp(path).raw().toBuffer()).toEqual(Buffer.alloc(12));
  writeFileSync(path, await image.clone().toBuffer());
  expect(() => refuseForeignFile(path, ['png'], 'draw')).toThrow(/did not write it/);
  writeFileSync(
    path,
    await image
      .clone()
      .withExif({ IFD0: { Copyright: 'me' } })
      .toBuffer(),
  );
  expect(() => refuseForeignFile(path, ['png'], 'draw')).toThrow(/did not write it/);
});

test('keeps a file that it may not read', async ({ folder, skip }) => {
  makeStoredRun(join(folder, 'store'), run);
  writeFileSync(join(folder, 'a.svg'), 'mine\n', { mode: 0 });
  const [program, ...words] = [...asUser, process.execPath, ...isdaCommand];
  if ((await execa(program, [...words, '--version'], { reject: false })).failed) skip('this user is never refused');
  const line = ['figure', 'curve', '--run', 'store/test-a-seed1', '--out', 'a.svg'];
  const { exitCode, stderr } = await execa(program, [...words, ...line], { cwd: folder, reject: false });
  expect(stderr).toContain('a file of that name exists, and it cannot be read\n');
  expect(exitCode).toBe(2);
  chmodSync(join(folder, 'a.svg'), 0o600);
  expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toBe('mine\n');
});
