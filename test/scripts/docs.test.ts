// Generated pages are up to date; sentences of scripts/docs.mjs for given numbers.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { projectRoot } from '../config/support.js';
import { makeStoredRun } from '../support/stores.js';
import { test } from '../temporary-folder.js';

const script = (name: string): string => join(projectRoot, 'scripts', name);

it('docs, results and expected times are what npm run docs writes', async () => {
  const { stdout, stderr, exitCode } = await execa(process.execPath, [script('docs.mjs'), '--check'], {
    reject: false,
  });
  expect([exitCode, stdout, stderr]).toEqual([0, '', '']);
});

type Case = readonly [basic: readonly number[], isda: readonly number[], comparison: object];

/** The groups of two rows with the given numbers of seeds, of five. */
function groupOf([basic, isda, comparison]: Case): object {
  const row = (name: string, errors: readonly number[], more: object) => ({
    ...{ row: name, seeds: errors.map((_, index) => index + 1), bySeed: [], ...more },
  });
  const outcomes = [row('basic', basic, {}), row('isda', isda, { baseline: 'basic', comparison })];
  const asked = ['basic', 'isda'].map((name) => ({ row: name, seeds: 5 }));
  return { groups: [{ outcomes }], asked };
}

/** The sentences for each case. */
async function follows(...cases: readonly Case[]): Promise<string[]> {
  const source = `import { whatFollows } from ${JSON.stringify(pathToFileURL(script('docs/follows.mjs')).href)};
    const cases = ${JSON.stringify(cases.map(groupOf))};
    process.stdout.write(JSON.stringify(cases.map((each) => whatFollows(each).join('\\n'))));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', source]);
  return JSON.parse(stdout) as string[];
}

const comparison = (holmP: number, t: number) => ({
  ...{ holmP, welch: { t, p: holmP }, paired: { pairs: 5, mean: t, interval: { low: t - 1, high: t + 1 } } },
});

it('few seeds make no claim, whatever the numbers are', async () => {
  const [text] = await follows([[1, 2, 3], [1, 2], comparison(0.001, -2)]);
  expect(text).toBe(
    '- `isda` (2 of 5 seeds) against `basic` (3 of 5): fewer than three seeds, so no conclusion is drawn.',
  );
});

it('says what there is no interval or no p of', async () => {
  const three = [1, 2, 3];
  const { welch, holmP, paired } = comparison(0.5, 1);
  const [onePair, noPair, noSpread, corrected] = await follows(
    [three, three, { welch, holmP, paired: { ...paired, pairs: 1, interval: undefined } }],
    [three, three, { welch, holmP }],
    [three, three, { paired }],
    [three, three, comparison(0.06, 2)],
  );
  expect(onePair).toMatch(/ over 1 pairs, p 0\.50, with Holm's correction 0\.50: no difference is shown\. /);
  expect(noPair).toMatch(/ over 0 pairs, .*: no difference is shown\. /);
  expect(noSpread).toMatch(/: the errors do not vary over the seeds, so there is no p\.$/);
  expect(corrected).toMatch(/: the uncorrected interval excludes 0, but with the correction no /);
});

it('the corrected p decides what is said, and the sign which way', async () => {
  const five = [1, 2, 3, 4, 5];
  const [lower, higher, open, few] = await follows(
    [five, five, comparison(0.04, -2)],
    [five, five, comparison(0.04, 2)],
    [five, five, comparison(0.06, 0.5)],
    [five, five.slice(2), comparison(0.04, 2)],
  );
  expect(lower).toMatch(/: the error is lower\.$/);
  expect(higher).toMatch(/: the error is higher\.$/);
  expect(open).toMatch(/: no difference is shown; the interval shows/);
  expect(few).toMatch(/ Seeds are missing, so this is not final\.$/);
});

/** The sentences on a repeated comparison with these differences of error, and a loss that is 1 lower. */
async function repeats(differences: readonly number[]): Promise<string> {
  const seeds = differences.map((_, index) => index + 6);
  const runs = (loss: number) =>
    seeds.map((seed) => ({ config: { training: { seed } }, rows: [{ testLoss: loss + seed * seed * 0.01 * loss }] }));
  const row = (name: string, loss: number, more: object) => ({
    ...{ row: name, seeds, experiment: { runs: runs(loss) }, ...more },
  });
  const source = `import { whatIsRepeated } from ${JSON.stringify(pathToFileURL(script('docs/repeated.mjs')).href)};
    import { pairedDifference } from ${JSON.stringify(pathToFileURL(join(projectRoot, 'dist/common/statistics/samples.js')).href)};
    const [basic, isda] = ${JSON.stringify([row('basic', 4, {}), row('isda', 3, { baseline: 'basic' })])};
    const bySeed = (values) => values.map((value, index) => ({ seed: index, value }));
    const differences = ${JSON.stringify(differences)};
    isda.comparison = { paired: pairedDifference(bySeed(differences), bySeed(differences.map(() => 0))) };
    const asked = ['basic', 'isda'].map((row) => ({ row, seeds: 5 }));
    process.stdout.write(whatIsRepeated({ groups: [{ outcomes: [basic, isda] }], asked }).join('\\n'));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', source]);
  return stdout;
}

it('a repeated comparison is judged by the paired t-test', async () => {
  // p and intervals by scipy.stats (ttest_1samp, t.interval).
  expect(await repeats([-2.825, 0.067, -3.592, -1.635, -1.728])).toBe(
    [
      '- The error of `isda` against that of `basic` (5 of 5 pairs): -1.94 [-3.66, -0.22] by seed, p of the paired t-test 0.035: it is lower.',
      '- The test loss of `isda` against that of `basic` (5 of 5 pairs): -1.660 [-1.975, -1.345] by seed, p of the paired t-test <0.001: it is lower.',
    ].join('\n'),
  );
  const [open] = (await repeats([-2.825, 0.067, -3.592, 1.635])).split('\n');
  expect(open).toMatch(
    / \(4 of 5 pairs\): -1\.18 \[.*, \+.*\] by seed, p of the paired t-test 0\.41: no difference is shown/,
  );
  expect(await repeats([-2, -3])).toMatch(/ \(2 of 5 pairs\): fewer than three pairs, so no conclusion is drawn\./);
});

it('a float32 run is compared with its own seed, beside what two seeds differ by', async () => {
  const source = `import { precisionPairs, precisionLines } from ${JSON.stringify(pathToFileURL(script('docs/precision.mjs')).href)};
    const study = (...rows) => ({ groups: [{ outcomes: rows.map(([row, bySeed, std]) => ({ row, bySeed: new Map(bySeed), last10: { std } })) }] });
    const bfloat16 = study(['basic', [[1, 20], [2, 21], [3, 22]], 1], ['isda', [[1, 19], [2, 20]], 0.7]);
    const float32 = study(['basic', [[1, 22.8], [2, 23.9]]], ['isda', [[1, 19.5]]], ['other', [[1, 5]]]);
    process.stdout.write(JSON.stringify([precisionPairs(float32, bfloat16), precisionLines(float32, bfloat16)[0]]));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', source]);
  const [pairs, table] = JSON.parse(stdout) as [object[], string];
  // 2.8 is below twice √2, 2.9 above it; the spread of two seeds is not used.
  expect(pairs).toEqual([
    { row: 'basic', seed: 1, error: 22.8, other: 20, spread: Math.SQRT2 },
    { row: 'basic', seed: 2, error: 23.9, other: 21, spread: Math.SQRT2 },
    { row: 'isda', seed: 1, error: 19.5, other: 19 },
  ]);
  expect(table.split('\n').slice(2)).toEqual([
    '| basic | 1 | 22.80 | 20.00 | +2.80 | 1.41 | within |',
    '| basic | 2 | 23.90 | 21.00 | +2.90 | 1.41 | beyond |',
    '| isda | 1 | 19.50 | 19.00 | +0.50 | - | - |',
  ]);
});

it('of the settings of a generator the nearest of the diverse ones is taken, else the most diverse', async () => {
  const source = `import { gridLines, takenSetting } from ${JSON.stringify(pathToFileURL(script('docs/generator-grid.mjs')).href)};
    const grid = (...settings) => settings.map(([weight, diversity, frechetDistance]) => ({ weight, rate: 0.001, diversity, frechetDistance, classLoss: 1, codeLoss: 1 / 3, points: [] }));
    const diverse = grid([1, 0.2, 1], [0.3, 0.5, 6], [0.1, 0.9, 5]);
    const collapsed = grid([1, 0.2, 9], [0.3, 0.3, 6], [0.1, 0.1, 5]);
    const open = grid([1, 0.9, 9], [0.3, 0.9, undefined], [0.1, 0.1, 5]);
    const rows = (settings) => gridLines(settings, 3).join('\\n').split('\\n').filter((line) => line.startsWith('| weight'));
    process.stdout.write(JSON.stringify([takenSetting(diverse).weight, takenSetting(collapsed).weight, rows(diverse)[2], rows(open), rows(diverse.slice(1))]));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', source]);
  const [nearest, mostDiverse, taken, open, begun] = JSON.parse(stdout) as [number, number, string, string[], string[]];
  expect([nearest, mostDiverse]).toEqual([0.1, 0.3]);
  expect(taken).toBe('| weight 0.1, rate 0.001 (selected) | 0.90 | 5.00 | 1.00 | 0.33 |');
  // No setting is chosen before all are trained and measured.
  for (const line of [...open, ...begun]) expect(line).not.toContain('taken');
});

test('pictures of results name failed runs, and need no curve of every row', async ({ folder }) => {
  const failed = { epochs: 0, state: 'failed', reason: 'train_loss is NaN' } as const;
  for (const seed of [1, 2]) makeStoredRun(folder, { row: 'basic', seed });
  makeStoredRun(folder, { row: 'basic', seed: 3, ...failed });
  makeStoredRun(folder, { row: 'isda', config: { loss: { name: 'isda' } }, ...failed });
  makeStoredRun(folder, { row: 'longer', config: { training: { epochs: 30 } }, ...failed });
  const from = (path: string): string => JSON.stringify(pathToFileURL(join(projectRoot, path)).href);
  const source = `import { pictures } from ${from('scripts/docs/results.mjs')};
    import { readStoredRuns } from ${from('dist/grids/store/runs.js')};
    import { groupOutcomes } from ${from('dist/report/runs/outcomes.js')};
    import { recordedRuns } from ${from('dist/report/runs/recorded-runs.js')};
    const { runs } = await recordedRuns(await readStoredRuns([${JSON.stringify(folder)}], () => 0));
    const study = { store: 'a/store/b', groups: groupOutcomes(runs), comparison: true };
    process.stdout.write(JSON.stringify([study.groups.length, ...pictures(study)]));`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '--eval', source]);
  const [groups, ...drawn] = JSON.parse(stdout) as [number, ...[string, string][]];
  expect([groups, ...drawn.map(([name]) => name)]).toEqual([2, 'a/b-dots.svg', 'a/b-curves.svg']);
  expect(drawn[1][1]).toContain('>basic (2 seeds; seed 3 failed before the end of epoch 1)<');
  expect(drawn[1][1]).toContain('Bands: from one seed to the other.');
});
