// Commands that errors suggest start with the words that called the program: real processes.
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { isdaCommand } from '../support/process.js';
import { projectRoot } from '../config/support.js';
import { test } from '../temporary-folder.js';

const [program] = isdaCommand;

/** The output of a command line. */
async function outputOf(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string | undefined> = {},
) {
  const unset = { ISDA_PROGRAM: undefined, npm_command: undefined };
  return await execa(file, [...args], { cwd, env: { ...unset, ...env }, reject: false });
}

/** What it prints on stderr. */
const errorOf = async (...of: Parameters<typeof outputOf>): Promise<string> => (await outputOf(...of)).stderr;

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

  test('does so also on stdout, where a result says what to do next', async ({ folder }) => {
    const outputs = async (...args: readonly string[]) => {
      const environment = { ISDA_HOME: folder, ISDA_PROGRAM: './isda', PATH: process.env['PATH'] };
      return (await outputOf(process.execPath, [program, ...args], folder, environment)).stdout.replaceAll(/\s+/g, ' ');
    };
    expect(await outputs('doctor')).toContain('→ run `./isda setup` ');
    expect(await outputs('runs', '.')).toContain('runs are made by `./isda train`, `./isda study`');
    expect(await outputs('config', 'list')).toContain('`./isda plan train CONFIG` measures');
    expect(await outputs('table', '1')).toMatch(/: \.\/isda plan table 1 \.\/isda table 1 --run$/);
    expect(await outputs('table', '1', '--format', 'markdown')).not.toContain('./isda');
  });
});
