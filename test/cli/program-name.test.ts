// Commands that errors suggest start with the words that called the program: real processes.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { isdaCommand } from '../support/process.js';
import { projectRoot } from '../config/support.js';
import { test } from '../temporary-folder.js';

const [program] = isdaCommand;

/** The output of a command line on stderr. */
async function errorOf(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string | undefined> = {},
) {
  const unset = { ISDA_PROGRAM: undefined, npm_command: undefined };
  return (await execa(file, [...args], { cwd, env: { ...unset, ...env }, reject: false })).stderr;
}

describe('a suggested command', () => {
  test('starts with the words that called the program: Node.js, a link, npx, or a name on the PATH', async ({
    folder,
  }) => {
    const usage = ['doctor', '--jsn'];
    const failure = ['evaluate', 'no-run'];
    expect(await errorOf(process.execPath, ['bin/isda.js', ...usage], projectRoot)).toContain(
      'hint: `node bin/isda.js doctor --help` shows',
    );
    expect(await errorOf(process.execPath, [program, ...failure], folder)).toContain(
      `which \`node ${program} train\` makes`,
    );
    const bin = join(folder, 'node_modules', '.bin');
    mkdirSync(bin, { recursive: true });
    const link = join(bin, 'isda');
    symlinkSync(program, link);
    const nodes = `${join(process.execPath, '..')}:${process.env['PATH']}`;
    const from = (env: Record<string, string>) => errorOf(link, usage, folder, { PATH: nodes, ...env });
    expect(await from({})).toContain('`node_modules/.bin/isda doctor --help`');
    expect(await from({ npm_command: 'exec' })).toContain('`npx isda doctor --help`');
    expect(await from({ PATH: `${bin}:${nodes}` })).toContain('`isda doctor --help`');
    expect(await from({ ISDA_PROGRAM: './bundle/isda' })).toContain('`./bundle/isda doctor --help`');
  });
});
