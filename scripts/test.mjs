// `npm test`: bootstrap, then vitest with the arguments passed on, then one closing line with the counts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bootstrap, isMain, run, runScript } from './bootstrap.mjs';

/** The closing line for a report of vitest's JSON reporter. A file that could not run counts as one failed test. */
export function closingLine(report) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  const counts = `${report.numPassedTests} passed, ${report.numFailedTests + broken} failed`;
  return skipped > 0 ? `${counts}, ${skipped} skipped` : counts;
}

async function main() {
  await bootstrap();
  const folder = mkdtempSync(join(tmpdir(), 'isda-test-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2)];
    const code = await run(process.execPath, args, { show: true });
    let line = '0 passed, 1 failed';
    try {
      line = closingLine(JSON.parse(readFileSync(file, 'utf8')));
    } catch (error) {
      process.stderr.write(`error: vitest wrote no report: ${error.message}\n`);
      if (code === 0) return 1;
    }
    process.stdout.write(`\n${line}\n`);
    return code;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (isMain(import.meta.url)) await runScript(main);
