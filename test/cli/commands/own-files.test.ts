// Commands that write leave the files of others as they are, and refuse paths that name nothing.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { runCli } from '../../support/cli.js';
import { makeData } from '../../support/runs.js';
import { test } from '../../temporary-folder.js';

const data = ['--set', 'dataset.dir=data'];
const tiny = 'extends: TINY\nexperiment: mine\n';

describe.each([
  ['train', ['train', '--config', 'tiny-isda']],
  ['gan train', ['gan', 'train', '--config', 'tiny-gan']],
])('isda %s', (_, command) => {
  test('keeps a hand-written config.yaml of the folder that --out names', async ({ folder }) => {
    await makeData(folder, 128);
    writeFileSync(join(folder, 'config.yaml'), tiny);
    writeFileSync(join(folder, 'summary.json'), 'mine');
    const before = readdirSync(folder);
    const { code, stderr } = await runCli(folder, [...command, ...data, '--out', '.']);
    expect(code).toBe(2);
    expect(stderr).toContain('it holds config.yaml, summary.json, which no run wrote');
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe(tiny);
    expect(readFileSync(join(folder, 'summary.json'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('a path on the command line', () => {
  test.for<[string, readonly string[], string]>([
    ['is not empty', ['train', '--config', 'tiny-isda', '--out', ''], "option '--out <dir>' is empty"],
    ['is not empty, of a list', ['report', '--store', '', '--out', 'x'], 'is empty'],
    [
      'is not meant for a shell',
      ['train', '--config', 'tiny-isda', '--out=~/x'],
      "is '~/x', and no shell expanded its ~",
    ],
    [
      'is not meant for a shell, in a config',
      ['train', '--config', 'tiny-isda', '--set', 'output.dir=~/x'],
      'begins with ~',
    ],
    [
      'is not meant for a shell, of data',
      ['train', '--config', 'tiny-isda', '--set', 'dataset.dir=~/data'],
      'begins with ~',
    ],
    [
      'is not meant for a shell, with a variable',
      ['train', '--config', 'tiny-isda', '--set', 'output.dir=$HOME/runs'],
      'begins with $HOME, which only a shell expands',
    ],
  ])('%s', async ([, args, message], { folder }) => {
    const { code, stderr } = await runCli(folder, args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});
