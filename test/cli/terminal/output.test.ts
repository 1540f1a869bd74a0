// Names that `--out` accepts: a picture needs its extension, a folder must not have the extension of a file.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { runCli } from '../../support/cli.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const both = ['--run', 'r', '--generator', 'g'];
const png = '--out must end with .png';
const page = '--out must end with .html or be a folder';
const folderOfFiles = 'name a folder: several files are written';

describe('--out is refused before anything is read', () => {
  test.for([
    [['gan', 'sample', '--run', 'g', '--out', 'x.jpg'], 'draw the figure: x.jpg is not the name of a PNG file', png],
    [['gan', 'quality', ...both, '--out', 'q.svg'], 'draw the figure: q.svg is not the name of a PNG file', png],
    [['data', 'show', '--config', 'c', '--out', 'x'], 'draw the figure: x is not the name of a PNG file', png],
    [['report', '--store', 's', '--out', 'r.pdf'], 'write the report: r.pdf is the name of a file, not of a folder', page],
    [['visualize', ...both, '--out', 'f.png'], 'draw the figure: f.png is the name of a file, not of a folder', folderOfFiles],
    [['figure', '4', ...both, '--out', 'f.PNG'], 'draw the figure: f.PNG is the name of a file, not of a folder', folderOfFiles],
  ] as const)('%j', async ([args, message, hint], { folder }) => {
    const stderr = `error: cannot ${message}\n  hint: ${hint}\n`;
    expect(await runCli(folder, args)).toEqual({ code: 2, stdout: '', stderr });
  }); // prettier-ignore
});

test('refuses a file in place of a folder before anything is read', async ({ folder }) => {
  writeFileSync(join(folder, 'taken'), '');
  for (const args of [
    ['report', '--store', 's'],
    ['visualize', ...both],
  ])
    expect(await runCli(folder, [...args, '--out', 'taken'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('taken is not a folder\n') as string,
    });
});

test('refuses a file that two results of an evaluation would have', async ({ folder }) => {
  const args = ['evaluate', 'run', '--confusion', 'a.csv', 'b.svg', '--calibration', './b.svg'];
  const stderr =
    'error: cannot write the results of the evaluation: one file is named twice\n' +
    `  ${join(folder, 'b.svg')}\n  hint: give each result a file of its own\n`;
  expect(await runCli(folder, args)).toEqual({ code: 2, stdout: '', stderr });
});

test('accepts any name of an existing folder, and a new folder with a dot in its name', async ({ folder }) => {
  makeStoredRun(join(folder, 'store'), { row: 'basic' });
  mkdirSync(join(folder, 'old.pdf'));
  for (const out of ['old.pdf', 'v1.2', 'example.org', 'new.pdf/']) {
    expect((await runCli(folder, ['report', '--store', 'store', '--out', out])).code).toBe(0);
    expect(existsSync(join(folder, out, 'index.html'))).toBe(true);
  }
});
