// Paths that are not UTF-8 are refused before a file is created under a different name.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect } from 'vitest';
import { isdaCommand } from '../support/process.js';
import { test } from '../temporary-folder.js';

/** Runs a line of bash in which `isda` is the program; `$'caf\xe9'` in a line is a name in Latin-1. */
function bash(folder: string, line: string) {
  const program = `isda() { '${process.execPath}' '${isdaCommand.join("' '")}' "$@"; }`;
  const env = { ...process.env, ISDA_PROGRAM: 'isda', ISDA_DATA: undefined };
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${program}; ${line}`], { cwd: folder, env });
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString() };
}

const namesIn = (folder: string): readonly string[] => readdirSync(folder, 'latin1');

describe('a path that is not UTF-8', () => {
  test.for([
    [
      '--out',
      String.raw`isda data synthesize --train 10 --test 10 --out $'caf\xe9'`,
      String.raw`read the command line: caf\xe9`,
    ],
    ['--store', String.raw`isda report --store $'a/\xe9' --out r.html`, String.raw`read the command line: a/\xe9`],
    [
      'a setting',
      String.raw`isda config show tiny-isda --set $'dataset.dir=\xff'`,
      String.raw`read the command line: dataset.dir=\xff`,
    ],
    [
      'ISDA_DATA',
      String.raw`ISDA_DATA=$'\xe9' isda data synthesize --train 10 --test 10`,
      String.raw`read the environment: ISDA_DATA=\xe9`,
    ],
    ['HOME', String.raw`ISDA_HOME= HOME=$'/\xe9' isda losses`, String.raw`read the environment: HOME=/\xe9`],
  ] as const)('is refused as %s', ([, line, message], { folder }) => {
    const { code, stderr } = bash(folder, line);
    expect(stderr).toContain(`error: cannot ${message} is not UTF-8 text\n  hint: `);
    expect(code).toBe(2);
    expect(namesIn(folder)).toEqual([]);
  });

  test('is refused as the working directory', ({ folder }) => {
    const { code, stderr } = bash(folder, String.raw`mkdir $'\xe9' && cd $'\xe9' && isda data synthesize --out x`);
    expect(stderr).toContain(String.raw`cannot work in this folder: ${folder}/\xe9 is not UTF-8 text`);
    expect(code).toBe(2);
    expect(namesIn(folder)).toEqual(['\xe9']);
  });

  test('may hold the replacement character U+FFFD itself', ({ folder }) => {
    const { code, stderr } = bash(folder, `isda data synthesize --train 10 --test 10 --out 'x\ufffd'`);
    expect([stderr, code]).toEqual(['', 0]);
    expect(readdirSync(folder)).toEqual(['x\ufffd']);
  });

  test('is reported for a run in a store', ({ folder }) => {
    execFileSync('bash', ['-c', String.raw`mkdir $'r\xe9' $'no run \xe9' && touch $'r\xe9/config.yaml' $'n\xe9.txt'`], {
      cwd: folder,
    });
    const { stdout } = bash(folder, 'isda runs . --json');
    const reason = 'the name of its folder is not UTF-8 text: rename it';
    expect(JSON.parse(stdout)).toMatchObject([{ name: String.raw`r\xe9`, state: 'failed', reason }]);
    const report = bash(folder, 'isda report --store . --out r.html');
    expect(report.stdout + report.stderr).toContain(String.raw`r\xe9`);
  });
});
