// Smoke runs: every command line once, on tiny subsets, in a temporary folder. One line a command: add yours to the list.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMain, run, runScript, StepError, stepLogger } from './bootstrap.mjs';

/** Command lines with the exit code they owe, in order. `{tmp}` stands for a temporary folder for what they write. */
const commands = [
  [0, '--help'],
  [0, 'setup'],
  [0, 'setup --json'],
  [0, 'doctor'],
  [0, 'doctor --json'],
  [2, 'no-such-command'],
  [2, 'setup --no-such-option'],
  [2, 'setup --build abacus'],
];

async function main() {
  const log = stepLogger();
  const folder = mkdtempSync(join(tmpdir(), 'isda-smoke-'));
  try {
    for (const [expected, line] of commands) {
      log(`isda ${line}`);
      const args = line.split(' ').map((word) => word.replace('{tmp}', folder));
      const code = await run(process.execPath, ['bin/isda.js', ...args], { show: true });
      if (code === expected) continue;
      throw new StepError(`cannot pass: isda ${line} ended with exit code ${code}, not ${expected}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  log('all command lines did as they should');
  return 0;
}

if (isMain(import.meta.url)) await runScript(main);
