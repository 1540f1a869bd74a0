// Generated pages are up to date; what scripts/docs.mjs makes of numbers.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../config/support.js';

const script = (name: string): string => join(projectRoot, 'scripts', name);

it('docs, results and expected times are what npm run docs writes', async () => {
  const { stdout, stderr, exitCode } = await execa(process.execPath, [script('docs.mjs'), '--check'], {
    reject: false,
  });
  expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
});

/** The sentences about two rows with so many of five seeds. */
async function follows(basic: readonly number[], isda: readonly number[], comparison: object): Promise<string> {
  const row = (name: string, errors: readonly number[], more: object) => ({
    ...{ row: name, seeds: errors.map((_, index) => index + 1), bySeed: [], ...more },
  });
  const outcomes = [row('basic', basic, {}), row('isda', isda, { baseline: 'basic', comparison })];
  const asked = ['basic', 'isda'].map((name) => ({ row: name, seeds: 5 }));
  const source = `import { whatFollows } from ${JSON.stringify(pathToFileURL(script('docs/follows.mjs')).href)};
    process.stdout.write(whatFollows(${JSON.stringify({ groups: [{ outcomes }], asked })}).join('\\n'));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', source]);
  return stdout;
}

const comparison = (holmP: number, t: number) => ({
  ...{ holmP, welch: { t, p: holmP }, paired: { pairs: 5, mean: t, interval: { low: t - 1, high: t + 1 } } },
});

it('few seeds make no claim, whatever the numbers are', async () => {
  const text = await follows([1, 2, 3], [1, 2], comparison(0.001, -2));
  expect(text).toBe('- `isda` (2 of 5 seeds) against `basic` (3 of 5): fewer than three seeds, so nothing follows.');
});

it('the corrected p decides what is said, and the sign which way', async () => {
  const five = [1, 2, 3, 4, 5];
  expect(await follows(five, five, comparison(0.04, -2))).toMatch(/: the error is lower\.$/);
  expect(await follows(five, five, comparison(0.04, 2))).toMatch(/: the error is higher\.$/);
  expect(await follows(five, five, comparison(0.06, 0.5))).toMatch(/: no difference is shown; the interval says/);
  expect(await follows(five, five.slice(2), comparison(0.04, 2))).toMatch(
    / Seeds are missing, so this is not final\.$/,
  );
});
