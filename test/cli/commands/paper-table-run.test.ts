// `isda table --run` end to end: real processes fill a table from nothing, and do so after kill -9 with no cell lost or
// done twice.
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readCell } from '../../../src/grids/store/cell.js';
import { runHere } from '../../support/cli.js';
import { startHeld } from '../../support/held.js';
import { runIsda } from '../../support/process.js';
import { makeData, outcomeOf, read } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder);
afterAll(() => rm(folder, { recursive: true, force: true }));
writeFileSync(
  join(folder, 'own.yaml'),
  `dataset: { name: cifar10, dir: data, subset: 60, testSubset: 20 }
model: { name: resnet, depth: 8 }
loss: { name: isda }
schedule: { name: constant }
training: { epochs: 2, batchSize: 12, evaluationBatchSize: 20, execution: eager }
`,
);
const variants = ['basic', 'identity', 'diagonal', 'single', 'constant-lambda', 'isda'];
const names = variants.map((variant) => `own-${variant}-seed1`);
const args = (out: string, ...more: string[]): string[] => [
  ...['table', '5', '--run', '--config', 'own.yaml', '--seeds', '1', '--executor', 'local', '--out', out],
  ...more,
];

const whole = await runIsda(folder, args('whole'));
if (whole.exitCode !== 0) throw new Error(whole.all);
const [, finalTable] = whole.stdout.split('\nTable 5. ');

it('fills all six variants of an empty store, and saves the table there', () => {
  expect(whole.stderr).toBe('');
  expect(finalTable).toMatch(/^Ablation of ISDA\n\n +ResNet-8, CIFAR-10\nvariant +measured +95 % +n +minus basic\n/);
  for (const name of names) {
    const { last10MeanTestErrorPercent: error } = JSON.parse(read(folder, 'whole', name, 'summary.json')) as {
      last10MeanTestErrorPercent: number;
    };
    expect(finalTable).toMatch(
      new RegExp(
        `^[\\w ]+  ${error.toFixed(2).replace('.', '\\.')} † +n = 1 +1( +[-+]?\\d+\\.\\d+ \\(n = 1\\))? *$`,
        'm',
      ),
    );
  }
  expect(finalTable).not.toContain('Missing');
  expect(read(folder, 'whole', 'table5.md')).toMatch(/^## Table 5\. Ablation of ISDA\n/);
  expect(read(folder, 'whole', 'table5.csv').split('\n')).toHaveLength(8);
});

it('prints the same table without --run, and CSV alone on stdout', async () => {
  const again = ['table', '5', '--config', 'own.yaml', '--seeds', '1', '--out', 'whole'];
  const shown = await runHere(folder, again);
  expect(`${shown.stdout}`).toBe(`Table 5. ${finalTable}`);
  const csv = await runHere(folder, args('whole', '--format', 'csv'));
  expect(`${csv.stdout}\n`).toBe(read(folder, 'whole', 'table5.csv'));
  expect(csv.stderr.split('\n')).toEqual([
    `grid    ${names.length} runs`,
    ...names.map((name) => `found   ${name}, done before`),
  ]);
});

it('repeats to the same table after kill -9 of the command, then of a run; no run is lost or done twice', async () => {
  const some = ['basic', 'identity', 'single'].flatMap((variant) => ['--only', variant]);
  const afterAnEpoch = (run: string) => ({ run, line: /^epoch 1\// });
  const first = await startHeld(folder, args('killed', ...some), afterAnEpoch('own-basic-seed1'));
  first.child.kill('SIGKILL');
  expect((await first.child).signal).toBe('SIGKILL');
  expect(() => process.kill(first.pid, 0)).not.toThrow();

  const second = await startHeld(folder, args('killed', ...some), afterAnEpoch('own-identity-seed1'));
  process.kill(second.pid, 'SIGKILL');
  first.go();
  const failed = await second.child;
  expect(failed.exitCode, failed.all).toBe(1);
  expect(failed.stdout).not.toContain('start   own-basic');
  expect(failed.stdout).toContain('found   own-basic-seed1, done before');
  expect(failed.stdout).toMatch(/^identity matrix +- +0\/1$/m);
  expect(failed.stdout).toContain('Missing: 1 run of own-identity: 1 failed.');
  expect(failed.stderr).toContain('own-identity-seed1: killed (SIGKILL), perhaps out of memory');
  const only = '--only basic --only identity --only single';
  const again = `isda table 5 --run --seeds 1 ${only} --config own.yaml --out killed --executor local`;
  expect(failed.stderr).toContain(`; \`${again}\` tries again`);
  expect(failed.stdout).toContain(`\n  ${again}`);

  const finished = await runHere(folder, args('killed', ...some));
  expect(finished.exitCode, finished.all).toBe(0);
  expect(finished.stdout).not.toContain('Missing');
  const killed = ['basic', 'identity', 'single'].map((variant) => `own-${variant}-seed1`);
  expect(killed.map((name) => outcomeOf(join(folder, 'killed', name)))).toEqual(
    killed.map((name) => outcomeOf(join(folder, 'whole', name))),
  );
  const cells = await Promise.all(killed.map((name) => readCell(join(folder, 'killed', name))));
  expect(cells.map((cell) => [cell?.state, cell?.attempts])).toEqual([
    ['done', 1], // its starter was killed: it was waited for
    ['done', 2],
    ['done', 1],
  ]);
});
