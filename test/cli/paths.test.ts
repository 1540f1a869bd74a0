import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { runCli } from '../support/cli.js';
import { test } from '../temporary-folder.js';

describe('a path on the command line', () => {
  test.for([
    [['train', '--config', 'tiny-isda', '--out', ''], "option '--out <dir>' is empty"],
    [['report', '--store', 'a', '', '--out', 'b.html'], "option '--store <dir...>' is empty"],
    [['figure', 'curve', '--run', '', '--out', 'a.svg'], "option '--run <dirs...>' is empty"],
    [['figure', 'curve', '--run=~/x', '--out', 'a.svg'], "option '--run <dirs...>' is '~/x'"],
    [['study', ''], "argument 'file' is empty"],
    [['runs', ''], "argument 'folder' is empty"],
    [['config', 'check', 'tiny-isda', ''], "argument 'file' is empty"],
    [['study', '~/a.yaml'], "argument 'file' is '~/a.yaml', but the shell did not expand ~"],
    [['runs', '$HOME/runs'], "argument 'folder' is '$HOME/runs', but the shell did not expand $HOME"],
    [
      ['data', 'synthesize', '--out', '${TMP}/x'],
      "option '--out <dir>' is '${TMP}/x', but the shell did not expand ${TMP}",
    ],
    [['data', 'synthesize', '--out=~/x'], "option '--out <dir>' is '~/x', but the shell did not expand ~"],
    [['evaluate', 'run', '--confusion=~/c.csv'], "option '--confusion [files...]' is '~/c.csv', but the shell did"],
    [['predict', '~/x.png', '--network', 'n'], "argument 'files' is '~/x.png', but the shell did not expand ~"],
    [['predict', '', '--network', 'n'], "argument 'files' is empty"],
  ] as const)('is refused if it is empty or not expanded by a shell: %j', async ([args, message], { folder }) => {
    const { code, stderr } = await runCli(folder, args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(join(folder, '~'))).toBe(false);
  });
});

describe('a folder in the environment', () => {
  test.for([
    ['ISDA_DATA', '~/data', '~'],
    ['ISDA_HOME', '$HOME/isda', '$HOME'],
    ['ISDA_LIBTENSORFLOW', '~', '~'],
  ] as const)('is refused if no shell has expanded it: %s=%s', async ([name, value, word], { folder }) => {
    const line = ['data', 'download', 'cifar10', '--from', 'none.tar.gz'];
    expect(await runCli(folder, line, { [name]: value })).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: cannot read the environment: ${name} is ${value}, but no shell has expanded ${word}\n  hint: write the full path\n`,
    });
    expect(existsSync(join(folder, value))).toBe(false);
  });
});
