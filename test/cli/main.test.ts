// Invalid command lines: one line with the error, one with a hint, exit code 2, nothing on stdout.
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
    ['help nonsense', "unknown command 'nonsense'", 'isda --help'],
    ['help trian', "unknown command 'trian'; did you mean train?", 'isda --help'],
    ['help figure curv', "unknown command 'curv'; did you mean curve?", 'isda figure --help'],
    ['figure help 5', "unknown command '5'", 'isda figure --help'],
    ['figure 5', "unknown command '5'", 'isda figure --help'],
    ['figure curv', "unknown command 'curv'; did you mean curve?", 'isda figure --help'],
    ['table', "missing required argument 'number'", 'isda table --help'],
    ['train', "cannot train: required option '--config <file>' not specified", 'isda train --help'],
    ['train --config a --config b', "option '--config <file>' is given twice", 'isda train --help'],
    ['train --config a --seed 1 --seed 2', "option '--seed <n>' is given twice", 'isda train --help'],
    ['figure curve --out a.svg --out b.svg', "option '--out <file>' is given twice", 'isda figure curve --help'],
    ['doctor --jsn', "unknown option '--jsn'; did you mean --json?", 'isda doctor --help'],
  ] as const)('is refused: isda %s', async ([line, reason, help], { folder }) => {
    const { code, stdout, stderr } = await runCli(folder, line.split(' '));
    expect(stderr.trimEnd().split('\n')).toEqual([`error: ${reason}`, `  hint: \`${help}\` shows the usage`]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});

test.for([
  ['help data export', 'isda data export'],
  ['data help export', 'isda data export'],
  ['help train', 'isda train'],
  ['help bench', 'isda bench'],
  ['figure help', 'isda figure'],
  ['help --debug', 'isda'],
] as const)('isda %s shows the help of %s', async ([line, command], { folder }) => {
  const { code, stdout, stderr } = await runCli(folder, line.split(' '));
  expect(stdout).toMatch(new RegExp(`^Usage: ${command} \\[`, 'm'));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

describe('an option that is named like a config key', () => {
  test.for([
    ['train a --epochs 3', '--epochs', '--set training.epochs=3'],
    ['train a --epochs=3', '--epochs=3', '--set training.epochs=3'],
    ['train --config a --lr -0.5 --seed 2', '--lr', '--set optimizer.learningRate=-0.5'],
    ['train a --batch-size 8', '--batch-size', '--set training.batchSize=8'],
    ['train a --loss.lambda0 1', '--loss.lambda0', '--set loss.lambda0=1'],
    ['train a --milestones [2,4]', '--milestones', "--set 'schedule.milestones=[2,4]'"],
    ['train a --deterministic', '--deterministic', '--set training.deterministic=VALUE'],
    ['train a --epochs --json', '--epochs', '--set training.epochs=VALUE'],
    ['plan sweep lambda0 --num_workers 2', '--num_workers', '--set training.workers=2'],
    ['gan train --config a --iterations 5', '--iterations', '--set training.iterations=5'],
  ] as const)('is refused with the --set to write: isda %s', async ([line, option, setting], { folder }) => {
    const { code, stdout, stderr } = await runCli(folder, line.split(' '));
    expect(stderr).toBe(`error: unknown option '${option}'\n  hint: write ${setting}\n`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test.for([
    ['runs . --epochs 3', "unknown option '--epochs'", 'isda runs --help'],
    ['train a --sed 3', "unknown option '--sed'; did you mean ", 'isda train --help'],
    ['gan train --config a --epochs 5', "unknown option '--epochs'", 'isda gan train --help'],
  ] as const)('is not suggested as a key for `isda %s`', async ([line, reason, help], { folder }) => {
    const { stderr } = await runCli(folder, line.split(' '));
    expect(stderr).toContain(`error: ${reason}`);
    expect(stderr).toContain(`  hint: \`${help}\` shows the usage\n`);
  });
});
