// Commands do not overwrite files that isda did not write, and refuse empty or unexpanded paths.
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
    expect(stderr).toContain('it contains config.yaml, summary.json, not written by a run');
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toBe(tiny);
    expect(readFileSync(join(folder, 'summary.json'), 'utf8')).toBe('mine');
    expect(readdirSync(folder)).toEqual(before);
  });
});

describe('a path in an option or a config is refused', () => {
  test.for<[string, readonly string[], string]>([
    ['if it is empty', ['train', '--config', 'tiny-isda', '--out', ''], "option '--out <dir>' is empty"],
    ['if one of a list is empty', ['report', '--store', '', '--out', 'x'], 'is empty'],
    [
      'if no shell expanded its ~',
      ['train', '--config', 'tiny-isda', '--out=~/x'],
      "is '~/x', but the shell did not expand ~",
    ],
    ['if it starts with ~ in a config', ['train', '--config', 'tiny-isda', '--set', 'output.dir=~/x'], 'starts with ~'],
    [
      'if the path of the data starts with ~',
      ['train', '--config', 'tiny-isda', '--set', 'dataset.dir=~/data'],
      'starts with ~',
    ],
    [
      'if it starts with a shell variable',
      ['train', '--config', 'tiny-isda', '--set', 'output.dir=$HOME/runs'],
      'starts with $HOME, which only a shell expands',
    ],
  ])('%s', async ([, args, message], { folder }) => {
    const { code, stderr } = await runCli(folder, args);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});
