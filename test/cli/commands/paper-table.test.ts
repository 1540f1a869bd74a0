// The output of `isda table` and `isda plan`: layouts, files, errors, commands for missing runs.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { seededCells } from '../../../src/grids/rows.js';
import { claimCell } from '../../../src/grids/store/claim.js';
import { placeCell } from '../../../src/grids/store/store.js';
import { writeInputs } from '../../../src/records/inputs.js';
import { writeSummary } from '../../../src/records/summary.js';
import { projectRoot } from '../../config/support.js';
import { someSummary } from '../../support/cells.js';
import { runCli } from '../../support/cli.js';
import { makeData } from '../../support/runs.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };

/** Writes finished runs of a config into a store, with these errors on the seeds 1, 2, …. */
async function done(store: string, name: string, errors: readonly number[]): Promise<void> {
  const { config } = loadConfig(name, places);
  for (const [index, error] of errors.entries()) {
    const [cell] = seededCells([{ name, config }], [index + 1]);
    const stored = await placeCell(store, cell, Date.now);
    const attempt = await claimCell(stored, Date.now);
    await writeSummary(join(stored.folder, 'summary.json'), someSummary(error));
    if ('claim' in attempt) await attempt.claim.end({ state: 'done' });
  }
}

const cifar10 = ['--only', 'resnet-32,cifar10'];

describe('isda table', () => {
  test('prints measured next to printed numbers, and lists the missing runs', async ({ folder }) => {
    await done(join(folder, 'runs/table1'), 'resnet32-cifar10-basic', [7.3, 7.41, 7.46]);
    await done(join(folder, 'runs/table1'), 'resnet32-cifar10-isda', [7.01, 7.05]);
    const { code, stdout, stderr } = await runCli(folder, ['table', '1', ...cifar10]);
    expect([code, stderr]).toEqual([0, '']);
    const [title, , , kinds, , numbers] = stdout.split('\n').map((line) => line.trim().split(/ {2,}/));
    expect(title).toEqual(['Table 1. Networks on CIFAR']);
    const basic = ['measured', '95 %', 'printed', 'diff', 'n'];
    expect(kinds).toEqual(['network', 'params', ...basic, ...basic, 'minus basic', 'p', 'p (Holm)']);
    expect(numbers).toEqual([
      ...['ResNet-32', '0.5M', '7.39 ± 0.08', '7.19 to 7.59', '7.39 ± 0.10', '0.00', '3'],
      ...['7.03 ± 0.03', '6.78 to 7.28', '7.09 ± 0.12', '-0.06', '2/3', '-0.33 [-0.77, +0.12]', '0.009', '0.009'],
    ]);
    expect(stdout).toContain('Missing: 1 run of resnet32-cifar10-isda: 1 not started.');
    expect(stdout.trimEnd().split('\n').slice(-2)).toEqual([
      '  isda plan table 1 --only resnet-32,cifar10',
      '  isda table 1 --run --only resnet-32,cifar10',
    ]);
  });

  test('uses the runs of other tables, unless --from names stores', async ({ folder }) => {
    await done(join(folder, 'runs/table1'), 'resnet110-cifar10-isda', [6.3, 6.4, 6.5]);
    const args = ['table', '3', '--only', 'resnet-110,cifar10,isda', '--json'];
    const cells = async (...more: string[]) => {
      const { stdout } = await runCli(folder, [...args, ...more]);
      return (JSON.parse(stdout) as { cells: { runs: unknown[]; method: string; printed: object }[] }).cells;
    };
    expect(await cells()).toMatchObject([{ method: 'isda', printed: { mean: 6.33, std: 0.19 }, runs: [{}, {}, {}] }]);
    expect(await cells('--out', 'other')).toMatchObject([{ runs: [] }]);
    expect(await cells('--out', 'other', '--from', 'runs/table1')).toMatchObject([{ runs: [{}, {}, {}] }]);
  });

  test('reports a run that cannot be read', async ({ folder }) => {
    await done(join(folder, 'store'), 'resnet32-cifar10-isda', [7.01, 7.05, 7.1]);
    writeFileSync(join(folder, 'store', 'resnet32-cifar10-isda-seed2', 'cell.json'), '{');
    const words = ['table', '1', '--only', 'resnet-32,cifar10,isda', '--from', 'store'];
    const { code, stdout } = await runCli(folder, words);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ResNet-32 .* 2\/3/m);
    expect(stdout).toMatch(
      /^Left out: resnet32-cifar10-isda-seed2 \(cannot read\s[^)]*: it is not the record of a run\)\.$/m,
    );
  });

  test.for([
    ['table', '1'],
    ['plan', 'table', '1'],
  ])('%j refuses a missing folder in --from', async (words, { folder }) => {
    mkdirSync(join(folder, 'store'));
    const { code, stderr } = await runCli(folder, [...words, '--from', 'store', '--from', 'stoer']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      [
        'error: cannot use the runs of stoer: there is no such folder',
        `  ${join(folder, 'stoer')}`,
        '  hint: --from must be an existing folder of runs; --out sets the folder of new runs',
        '',
      ].join('\n'),
    );
  });

  test('does not plan runs that another store has', async ({ folder }) => {
    await done(join(folder, 'runs/table1'), 'resnet110-cifar10-isda', [6.3, 6.4]);
    const args = ['table', '3', '--only', 'resnet-110,cifar10,isda', '--dry-run'];
    expect((await runCli(folder, args)).stdout).toMatch(
      /^run +state +epochs\n[- ]+\nresnet110-cifar10-isda-seed3 +planned +0\/160\n1 run, 1 not done yet, in runs\/table3\n$/,
    );
    expect(existsSync(join(folder, 'runs/table3'))).toBe(false);
  });

  test('does not plan runs of its own store that it uses, whatever their folders are called', async ({ folder }) => {
    const store = join(folder, 'store');
    const { config } = loadConfig('resnet32-cifar10-isda', places);
    const [, plain] = [1, 2].map((seed) => makeStoredRun(store, { row: 'mine', config, seed }));
    // As `isda train` leaves it.
    rmSync(join(plain, 'cell.json'));
    const words = ['--only', 'resnet-32,cifar10,isda', '--out', 'store'];
    const listed = await runCli(folder, ['table', '1', ...words, '--json']);
    expect((JSON.parse(listed.stdout) as { missing: unknown }).missing).toMatchObject([{ seed: 3 }]);
    const run = await runCli(folder, ['table', '1', ...words, '--run', '--dry-run', '--json']);
    expect((JSON.parse(run.stdout) as { runs: unknown }).runs).toMatchObject([{ seed: 3, state: 'planned' }]);
    const plan = await runCli(folder, ['table', '1', ...words, '--seeds', '2', '--run']);
    expect([plan.code, plan.stderr, readdirSync(store)]).toEqual([
      ...[0, ''],
      ['table1.csv', 'table1.md', 'test-mine-seed1', 'test-mine-seed2'],
    ]);
  });

  test('counts a run on the official images as done where other images are here now', async ({ folder }) => {
    await makeData(folder);
    await done(join(folder, 'store'), 'resnet32-cifar10-isda', [7]);
    const run = join(folder, 'store/resnet32-cifar10-isda-seed1');
    const data = { checksum: 'a-b', trainImages: 50_000, testImages: 10_000, official: true };
    await writeInputs(join(run, 'inputs.json'), { data: { ...data, classNames: [] } });
    await writeSummary(join(run, 'summary.json'), { ...someSummary(7), data });
    mkdirSync(join(run, 'checkpoints'));
    writeFileSync(join(run, 'checkpoints/epoch-0160-step-0062560.safetensors'), '');
    const words = ['--only', 'resnet-32,cifar10,isda', '--out', 'store', '--seeds', '1', '--dry-run', '--json'];
    const { stdout } = await runCli(folder, ['table', '1', ...words], { ...process.env, ISDA_DATA: 'data' });
    expect((JSON.parse(stdout) as { runs: unknown }).runs).toMatchObject([{ name: basename(run), state: 'done' }]);
  });

  test.for([
    ['t.md', /^## Table 1\. Networks on CIFAR\n/],
    ['t.csv', /^table,row,column,/],
    ['deep/t.HTML', /^<!doctype html>\n/],
    ['t.txt', /^Table 1\. Networks on CIFAR\n/],
  ] as const)('writes %s', async ([name, content], { folder }) => {
    const { code, stdout } = await runCli(folder, ['table', '1', ...cifar10, '--to', name]);
    expect([code, stdout]).toEqual([0, `${name}\n`]);
    expect(readFileSync(join(folder, name), 'utf8')).toMatch(content);
  });

  test('prints the requested format', async ({ folder }) => {
    const { stdout } = await runCli(folder, ['table', '5', '--format', 'csv', '--seeds', '5']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(13);
    expect(stdout).toContain(
      '5,basic,"WRN-28-10, CIFAR-10",wrn-28-10,cifar10,,basic,top1,table5/wrn28-10-cifar10-ablation-basic,,,3.82,0.15,,0,5,,,,,,,,,,,,,\n',
    );
  });

  test("of own configs has the paper's numbers for them", async ({ folder }) => {
    const own = ['--config', 'resnet32-cifar10-isda', 'tiny-isda', '--set', 'training.epochs=3', '--seeds', '1'];
    const { stdout } = await runCli(folder, ['table', '1', ...own]);
    expect(stdout).toMatch(/^ResNet-32 +0\.5M +- +7\.09 ± 0\.12 +0\/1$/m);
    expect(stdout).toMatch(/^ResNet-8 +- +0\/1$/m);
    expect(stdout).toContain("Not the paper's settings: resnet32-cifar10-isda, tiny-isda.");
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(
      '  isda table 1 --run --seeds 1 --config resnet32-cifar10-isda --config tiny-isda --set training.epochs=3',
    );
  });

  test('of own configs with the same name has the runs and a plan row of each', async ({ folder }) => {
    for (const [place, depth] of [
      ['p', 8],
      ['q', 14],
    ] as const) {
      mkdirSync(join(folder, place));
      writeFileSync(join(folder, place, 'r.yaml'), `extends: tiny-isda\nmodel: { depth: ${depth} }\n`);
    }
    const words = ['table', '1', '--config', 'p/r.yaml', 'q/r.yaml', '--seeds', '2', '--json'];
    const { stdout } = await runCli(folder, [...words, '--dry-run']);
    const { runs } = JSON.parse(stdout) as { runs: { row: string; seed: number }[] };
    const rows = ['r (resnet-8)', 'r (resnet-14)'];
    expect(runs.map(({ row, seed }) => [row, seed])).toEqual([1, 2].flatMap((seed) => rows.map((row) => [row, seed])));
    const plan = await runCli(folder, ['plan', ...words, '--steps', '1']);
    expect(JSON.parse(plan.stdout)).toMatchObject({ rows: rows.map((row) => ({ row, runs: 2 })), totals: { runs: 4 } });
  });

  test('quotes words in the suggested command', async ({ folder }) => {
    const { stdout } = await runCli(folder, ['table', '1', '--only', '*-32', '--out', "it's here"]);
    expect(stdout).toContain(`\n  isda table 1 --run --only '*-32' --out 'it'\\''s here'\n`);
  });

  test('suggests the command with the options for running and without those for the output', async ({ folder }) => {
    const making = ['--jobs', '4', '--executor', 'slurm', '--detach', '--poll', '5'];
    const showing = ['--format', 'markdown', '--to', 't.txt'];
    await runCli(folder, ['table', '1', ...showing, ...making, '--seeds', '1', ...cifar10, '--set', 'slurm.gpus=1']);
    const text = readFileSync(join(folder, 't.txt'), 'utf8');
    const choice = '--seeds 1 --only resnet-32,cifar10 --set slurm.gpus=1';
    expect(text).toContain(`\`isda plan table 1 ${choice} --jobs 4\``);
    expect(text).toContain(`\`isda table 1 --run ${choice} --jobs 4 --executor slurm --detach --poll 5\``);
  });

  test.for([
    [['table', '6'], "command-argument value '6' is invalid for argument 'number'. Allowed choices are 1, 2, 3, 4, 5."],
    [['table'], "missing required argument 'number'"],
    [
      ['table', '1', '--only', 'resnet-31'],
      'cannot choose resnet-31: the table contains nothing called "resnet-31"\n  hint: did you mean resnet-32?',
    ],
    [['table', '1', '--only', 'imagenet'], 'the table contains nothing called "imagenet"\n  hint: '],
    [
      ['table', '1', '--to', 'table.pdf'],
      'cannot write table.pdf: its extension does not determine the format\n  hint: use one of the extensions .md, .csv, .html, .txt, or set --format',
    ],
    [['table', '1', '--config', 'tiny-isdaa'], 'cannot use config tiny-isdaa'],
    [['table', '1', '--set', 'loss.lamda0=1'], 'unknown key loss.lamda0'],
    [['table', '1', '--seeds', '0'], 'Expected a whole number of at least 1.'],
  ] as const)('refuses %j', async ([args, message], { folder }) => {
    const { code, stderr } = await runCli(folder, args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('isda plan', () => {
  const short = ['--set', 'dataset.subset=40', '--set', 'dataset.testSubset=20', '--steps', '1'];

  test('estimates the time of an ablation, and starts nothing', async ({ folder }) => {
    const args = ['plan', 'ablate', '--config', 'tiny-isda', '--variant', 'isda', '--seeds', '2', ...short];
    const { code, stdout, stderr } = await runCli(folder, args);
    expect(code).toBe(0);
    expect(stderr).toBe('measuring resnet-8, cifar10, isda, 32 images per step\n');
    expect(stdout).toMatch(
      /^row +runs +images +step +epoch +a run +memory +disk\n[- ]+\nisda +2 +40 +\d+ ms +\d+\.\d s +\d+\.\d s +[\d.]+ MiB +[\d.]+ MiB\n\n2 runs: \d+\.\d s one after the other; /,
    );
    expect(stdout).toContain('Some data sets are missing here');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe('nothing was started; the runs would be in runs/ablate-tiny-isda');
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });

  test('estimates the time of one run, and its remaining time', async ({ folder }) => {
    const json = ['--json', '--steps', '1'];
    const named = await runCli(folder, ['plan', 'train', 'tiny-isda', ...json]);
    expect(JSON.parse(named.stdout)).toMatchObject({
      store: join(folder, 'runs/tiny-isda-seed1'),
      rows: [{ row: 'tiny-isda', runs: 1, done: 0, epochs: 2, epochsLeft: [2] }],
    });
    await done(join(folder, 'runs'), 'tiny-isda', [7]);
    const again = await runCli(folder, ['plan', 'train', '--config', 'tiny-isda', ...json]);
    expect(JSON.parse(again.stdout)).toMatchObject({ rows: [{ done: 1, epochsLeft: [] }] });
    const none = await runCli(folder, ['plan', 'train']);
    expect([none.code, none.stderr]).toEqual([
      2,
      'error: cannot plan a run: no config is given\n  hint: name one, as in `isda plan train wrn28-10-cifar100`\n',
    ]);
  });

  test('counts finished runs, and the final runs of a sweep', async ({ folder }) => {
    await done(join(folder, 'runs/table1'), 'tiny-isda', [7]);
    const table = await runCli(folder, ['plan', 'table', '1', '--config', 'tiny-isda', '--json', '--steps', '1']);
    expect(JSON.parse(table.stdout)).toMatchObject({
      rows: [{ row: 'tiny-isda', runs: 3, done: 1, epochsLeft: [2, 2], images: { train: 128 } }],
      totals: { runs: 3, done: 1, unknown: 0, jobs: 1 },
    });
    const sweep = await runCli(folder, [
      ...[
        'plan',
        'sweep',
        'lambda0',
        '--config',
        'tiny-isda',
        '--values',
        '0,1',
        '--holdout',
        '20',
        '--json',
        ...short,
      ],
    ]);
    expect((JSON.parse(sweep.stdout) as { rows: { row: string; runs: number }[] }).rows).toMatchObject([
      { row: 'lambda0-0', runs: 1 },
      { row: 'lambda0-1', runs: 1 },
      { row: 'the chosen one, on all images', runs: 3 },
    ]);
  });
});
