// The closing line of `npm test` and the comparison of `npm start`, from their reports.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Calls an exported function of a script in a separate process. */
async function call(script: string, name: string, argument: unknown): Promise<unknown> {
  const code = `import(${JSON.stringify(join(root, 'scripts', script))})
    .then((script) => console.log(JSON.stringify(script[${JSON.stringify(name)}](JSON.parse(process.argv[1])))))`;
  const { stdout } = await execa(process.execPath, ['-e', code, JSON.stringify(argument)]);
  return JSON.parse(stdout);
}

/** Runs vitest with the given test files; returns its JSON report and exit code. */
async function report(files: Readonly<Record<string, string>>): Promise<{ json: unknown; code: number | undefined }> {
  const folder = await mkdtemp(join(tmpdir(), 'isda-vitest-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--root', folder, '--globals', '--reporter=json'];
  const { stdout, exitCode } = await execa(process.execPath, args, { cwd: root, reject: false });
  return { json: JSON.parse(stdout.slice(stdout.indexOf('{'))), code: exitCode };
}

describe('closingLine', () => {
  it('counts passed, failed and skipped tests of a real report', async () => {
    const { json, code } = await report({
      'a.test.js': `it('a', () => {}); it('b', () => {}); it('c', () => { throw new Error('no'); });
        it.skip('d', () => {}); it.todo('e');`,
    });
    expect(code).toBe(1);
    expect(await call('test.mjs', 'closingLine', json)).toBe('2 passed, 1 failed, 2 skipped');
  });

  it('counts a file that cannot run as a failure, and says nothing of skipped tests where there are none', async () => {
    const { json, code } = await report({ 'a.test.js': `it('a', () => {});`, 'b.test.js': `throw new Error('no');` });
    expect(code).toBe(1);
    expect(await call('test.mjs', 'closingLine', json)).toBe('1 passed, 1 failed');
    // The report of only the passing file.
    const whole = json as { testResults: { status: string }[] };
    const passed = { ...whole, testResults: whole.testResults.filter(({ status }) => status === 'passed') };
    expect(passed.testResults).toHaveLength(1);
    expect(await call('test.mjs', 'closingLine', passed)).toBe('1 passed, 0 failed');
  });
});

describe('comparison', () => {
  it('puts the test errors side by side, aligned', async () => {
    const summaries = [
      { title: 'cross entropy', summary: { last: { testErrorPercent: 12.5 }, best: { testErrorPercent: 11 } } },
      { title: 'ISDA', summary: { last: { testErrorPercent: 9.125 }, best: { testErrorPercent: 8 } } },
    ];
    expect(await call('start.mjs', 'comparison', summaries)).toEqual([
      'test error         last      best',
      'cross entropy   12.50 %   11.00 %',
      'ISDA             9.13 %    8.00 %',
    ]);
    const [what, difference] = (await call('start.mjs', 'meaning', summaries)) as string[];
    expect(what).toContain('of the 500 test images that are classified wrongly; lower is better');
    // 12.5 % and 9.125 % of 500.
    expect(difference).toMatch(/^The two last epochs differ by 17 images\./);
  });
});
