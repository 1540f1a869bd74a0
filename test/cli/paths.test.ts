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
