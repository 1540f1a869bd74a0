// Command lines that are none: one line with what is wrong, one with what to do, exit code 2, nothing on stdout.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { projectRoot } from '../config/support.js';
import { runCli } from '../support/cli.js';
import { test } from '../temporary-folder.js';

test('isda --version prints the version of package.json, and nothing else', async ({ folder }) => {
  const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
  expect(await runCli(folder, ['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

describe('a command line with a mistake', () => {
  test.for([
    ['nonsense', "unknown command 'nonsense'", 'isda --help'],
    ['trian', "unknown command 'trian'; did you mean train?", 'isda --help'],
    ['figure 5', "unknown command '5'", 'isda figure --help'],
    ['figure curv', "unknown command 'curv'; did you mean curve?", 'isda figure --help'],
    ['table', "missing required argument 'number'", 'isda table --help'],
    ['train', "cannot train: required option '--config <file>' not specified", 'isda train --help'],
    ['train --config a --config b', "option '--config <file>' is given twice", 'isda train --help'],
    ['train --config a --seed 1 --seed 2', "option '--seed <n>' is given twice", 'isda train --help'],
    ['figure curve --out a.svg --out b.svg', "option '--out <file>' is given twice", 'isda figure curve --help'],
    ['doctor --jsn', "unknown option '--jsn'; did you mean --json?", 'isda doctor --help'],
  ] as const)('%s', async ([line, reason, help], { folder }) => {
    const { code, stdout, stderr } = await runCli(folder, line.split(' '));
    expect(stderr.trimEnd().split('\n')).toEqual([`error: ${reason}`, `  hint: \`${help}\` lists what there is`]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
