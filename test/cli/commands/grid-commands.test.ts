// The output of `isda ablate`, `isda sweep` and `isda runs`: plans, lists and errors.
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { claimCell } from '../../../src/grids/store/claim.js';
import { placeCell } from '../../../src/grids/store/store.js';
import { projectRoot } from '../../config/support.js';
import { someCell } from '../../support/cells.js';
import { runCli } from '../../support/cli.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const ablate = ['ablate', '--config', 'tiny-isda', '--dry-run'];
const sweep = (...args: string[]): string[] => [
  'sweep',
  ...args,
  '--config',
  'tiny-isda',
  ...(args.includes('--holdout') ? [] : ['--holdout', '50']),
  '--dry-run',
];

describe('a grid without --config', () => {
  const named = /^config {2}wrn28-10-cifar100, the network of the paper's ablation \(Table 5\)/;
  test('prints the config that it uses in the first line, from any folder', async ({ folder }) => {
    const ablation = await runCli(folder, ['ablate', '--variant', 'diagonal', '--dry-run']);
    expect(ablation.code, ablation.stderr).toBe(0);
    expect(ablation.stdout).toMatch(named);
    expect(ablation.stdout).toMatch(/\nwrn28-10-cifar100-diagonal-seed1 +planned +0\/240\n/);
    const swept = await runCli(folder, ['sweep', 'lambda0', '--dry-run']);
    expect(swept.code, swept.stderr).toBe(0);
    expect(swept.stdout).toMatch(named);
    expect(swept.stdout).toMatch(/\nwrn28-10-cifar100-lambda0-0\.25-seed1 +planned/);
  });
  test('uses its own config whatever files the folder has, and prints only JSON with --json', async ({ folder }) => {
    writeFileSync(join(folder, 'wrn28-10-cifar100.yaml'), 'experiment: other\n');
    const { stdout, stderr } = await runCli(folder, ['ablate', '--seed', '1', '--dry-run', '--json']);
    expect(stderr).toMatch(named);
    const { runs } = JSON.parse(stdout) as { runs: { name: string }[] };
    expect(runs[0].name).toBe('wrn28-10-cifar100-basic-seed1');
  });
  test('prints no such line if --config names one', async ({ folder }) => {
    const { stdout } = await runCli(folder, ablate);
    expect(stdout).not.toMatch(/^config/);
  });
});

describe('isda study --dry-run', () => {
  test('has the seeds of its file, and with --seeds as many from the same first one', async ({ folder }) => {
    writeFileSync(join(folder, 'study.yaml'), 'study: s\nconfig: tiny-isda\nfirstSeed: 6\nrows: [{ name: a }]\n');
    const namesOf = async (...more: string[]): Promise<readonly string[]> => {
      const { stdout } = await runCli(folder, ['study', 'study.yaml', '--dry-run', '--json', ...more]);
      return (JSON.parse(stdout) as { runs: { name: string }[] }).runs.map(({ name }) => name);
    };
    expect(await namesOf()).toEqual(['s-a-seed6', 's-a-seed7', 's-a-seed8']);
    expect(await namesOf('--seeds', '2')).toEqual(['s-a-seed6', 's-a-seed7']);
  });
});

describe('isda ablate --dry-run', () => {
  test('lists six variants and three seeds, and creates nothing', async ({ folder }) => {
    const { code, stdout } = await runCli(folder, ablate);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2 + 18 + 1);
    expect(lines[2]).toMatch(/^tiny-isda-basic-seed1 +planned +0\/2$/);
    expect(lines.at(-1)).toBe('18 runs, 18 not done yet, in runs/ablate-tiny-isda');
    expect(existsSync(join(folder, 'runs'))).toBe(false);
  });
  test('uses the singular for one run', async ({ folder }) => {
    const { stdout } = await runCli(folder, [...ablate, '--variant', 'isda', '--seeds', '1']);
    expect(stdout).toMatch(/\n1 run, 1 not done yet, in /);
    const { stdout: swept } = await runCli(folder, [...sweep('lambda0', '--values', '1'), '--final-seeds', '1']);
    expect(swept).toMatch(/\n1 run, 1 not done .*\nthen the chosen value on all images, on seed 1\n$/);
  });
  test('lists the selected variants, in the order of the table, and one seed', async ({ folder }) => {
    const { stdout } = await runCli(folder, [
      ...ablate,
      '--variant',
      'isda',
      '--variant',
      'basic',
      '--seed',
      '7',
      '--json',
    ]);
    const { runs } = JSON.parse(stdout) as { runs: { name: string }[] };
    expect(runs.map(({ name }) => name)).toEqual(['tiny-isda-basic-seed7', 'tiny-isda-isda-seed7']);
  });
  test.for([
    [
      ['--variant', 'isdaa'],
      "option '--variant <name>' argument 'isdaa' is invalid. Expected basic, identity, diagonal, single, constant-lambda, isda, sketch; did you mean isda?",
    ],
    [['--seed', '-1'], 'training.seed: expected an integer from 0 to 4294967295, got -1'],
    [['--jobs', '0'], 'Expected a whole number of at least 1.'],
    [['--executor', 'cloud'], "argument 'cloud' is invalid. Allowed choices are local, slurm."],
    [['--poll', '0'], 'Expected seconds from 0.1 to 3600.'],
  ] as const)('refuses %j', async ([args, message], { folder }) => {
    const { code, stderr } = await runCli(folder, [...ablate, ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('isda sweep --dry-run', () => {
  test("uses the paper's values of lambda0, whatever the loss of the config", async ({ folder }) => {
    const { stdout } = await runCli(folder, sweep('lambda0', '--set', 'loss.name=cross-entropy'));
    const names = ['0.1', '0.25', '0.5', '0.75', '1'].map((value) => `tiny-isda-lambda0-${value}-seed1`);
    expect(stdout.match(/^tiny-\S+/gm)).toEqual(names);
    expect(stdout).toContain('\nthen the chosen value on all images, on seeds 1 to 3\n');
  });
  test.for([
    [
      ['lambda0', '--values', ''],
      'cannot sweep loss.lambda0: there are no values\n  hint: expected a number of at least 0, at least once',
    ],
    [
      ['lambda0', '--values', '0.1,-1'],
      'loss.lambda0: expected a number of at least 0, got -1\n  --set loss.lambda0=-1\n',
    ],
    [['lambda0', '--values', '0.1,abc'], 'loss.lambda0: expected a number of at least 0, got "abc"'],
    [['lambda0', '--values', '1,1.0'], 'cannot sweep loss.lambda0: the value 1 is given twice'],
    [
      ['optimizer.learningRate'],
      'cannot sweep optimizer.learningRate: there are no values\n  hint: expected a number above 0',
    ],
    [
      ['optimizer.learningrate', '--values', '1'],
      'unknown key optimizer.learningrate\n  --set optimizer.learningrate=1\n                  ^^^^^^^^^^^^\n  hint: did you mean optimizer.learningRate?',
    ],
    [[], 'cannot sweep: no key is given'],
    [['lambda0', '--random', '2'], 'cannot sweep lambda0 at random: --random takes its keys from --range and --choice'],
    [['--random', '2', '--range', 'loss.lambda0=-1..1'], 'loss.lambda0: expected a number of at least 0, got -1'],
    [
      ['lambda0', '--holdout', '49900'],
      'dataset.subset: expected at most the 100 training images that dataset.holdout leaves, got 128',
    ],
    [['lambda0', '--values', '', '--holdout', '128'], 'cannot sweep loss.lambda0: there are no values'],
    [
      ['training.seed', '--values', '1,2'],
      'cannot sweep training.seed: --seeds sets training.seed in every run\n  hint: --seeds N runs each value on seeds 1 to N',
    ],
    [
      ['training', '--values', '{seed: 1},{seed: 2, epochs: 3}'],
      'cannot sweep training: --seeds sets training.seed in every run',
    ],
    [['dataset.holdout', '--values', '10,20'], 'cannot sweep dataset.holdout: --holdout sets dataset.holdout'],
    [['--random', '2', '--range', 'training.seed=1..9'], 'cannot sweep training.seed: --seeds sets training.seed'],
    [['--random', '2', '--choice', 'dataset={holdout: 9}'], 'cannot sweep dataset: --holdout sets dataset.holdout'],
    [['experiment', '--values', 'a'], 'cannot sweep experiment: the values of experiment make no difference to a run'],
    [['output.keepCheckpoints', '--values', '1,2'], 'the values of output.keepCheckpoints make no difference'],
    [
      ['training.device', '--values', 'auto,cpu'],
      'cannot sweep training.device: the values of training.device make no difference: "auto" and "cpu" are one run',
    ],
    [['loss', '--values', '{name: isda},{name: isda, lambda0: 0.5}'], 'the values of loss make no difference: '],
    [['--random', '2', '--choice', 'training.workers=0,1'], 'the values of training.workers make no difference: '],
    [['lambda0', '--holdout', '-1'], 'Expected a whole number of at least 0.'],
  ] as const)('refuses %j', async ([args, message], { folder }) => {
    const { code, stderr } = await runCli(folder, sweep(...args));
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
  test('refuses to hold out more images than the data set has', async ({ folder }) => {
    await runCli(folder, ['data', 'synthesize', '--out', 'data', '--train', '300', '--test', '100']);
    for (const grid of [sweep('lambda0', '--holdout', '200'), [...ablate, '--set', 'dataset.holdout=200']]) {
      const { code, stderr } = await runCli(folder, grid);
      expect(code).toBe(2);
      expect(stderr).toContain(
        'cannot choose training images in addition to a holdout: subset is 128, but there are only 100 images',
      );
    }
    expect((await runCli(folder, sweep('lambda0', '--holdout', '172'))).code).toBe(0);
    const all = await runCli(folder, sweep('lambda0', '--holdout', '5000', '--set', 'dataset.subset=10'));
    expect(all.stderr).toContain('cannot hold out images: holdout is 5000, but there are only 300 images');
  });
  test('warns of a selection on the test set', async ({ folder }) => {
    const { code, stderr } = await runCli(folder, sweep('lambda0', '--holdout', '0'));
    expect([code, stderr]).toEqual([
      0,
      'warning: with --holdout 0 the value is chosen on the test set, so the error of the chosen value is underestimated\n',
    ]);
  });
});

describe('isda runs', () => {
  const now = Date.now;
  test('lists, filters and counts', async ({ folder }) => {
    await placeCell(folder, someCell('a'), now);
    const attempt = await claimCell(await placeCell(folder, someCell('b'), now), now);
    if ('claim' in attempt) await attempt.claim.end({ state: 'failed', reason: 'it was b' });
    const all = await runCli(folder, ['runs', '.']);
    expect(all.stdout).toMatch(/^run +state +epochs +last 10 +last +since +reason\n/);
    expect(all.stdout).toMatch(
      /\ntest-b-seed1 +failed +0\/2 +- +- +\d[\d.]* (?:s|min \d\d s) +it was b\n\n2 runs: 1 planned, 1 failed\n$/,
    );
    const planned = await runCli(folder, ['runs', '.', '--state', 'planned', '--json']);
    expect(JSON.parse(planned.stdout)).toMatchObject([{ name: 'test-a-seed1', state: 'planned', epochsDone: 0 }]);
  });
  test('suggests the nearest run name, and lists the allowed states', async ({ folder }) => {
    await placeCell(folder, someCell('a'), now);
    const missing = await runCli(folder, ['runs', '.', '--log', 'test-a-seed2']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toBe(
      'error: cannot show the log of test-a-seed2: the folder has no such run\n  ' +
        folder +
        '\n  hint: did you mean test-a-seed1?\n',
    );
    const state = await runCli(folder, ['runs', '.', '--state', 'ready']);
    expect(state.stderr).toContain('Allowed choices are planned, queued, running, done, failed, stopped.');
  });
  test('lists a run with a damaged record too, and shows its log', async ({ folder }) => {
    await placeCell(folder, someCell('a'), now);
    const { folder: lost } = await placeCell(folder, someCell('b'), now);
    writeFileSync(join(lost, 'cell.json'), '{');
    writeFileSync(join(lost, 'log.txt'), 'epoch 1\n');
    const { code, stdout } = await runCli(folder, ['runs', '.']);
    expect(code).toBe(0);
    const reason = `cannot read ${join(lost, 'cell.json')}: it is not the record of a run`;
    expect(stdout.split('\n').slice(2)).toEqual([
      expect.stringMatching(/^test-a-seed1 +planned +0\/2 /),
      expect.stringMatching(/^test-b-seed1 +failed +- +- +- +- +cannot read /),
      '',
      '2 runs: 1 planned, 1 failed',
      '',
    ]);
    const failed = await runCli(folder, ['runs', '.', '--state', 'failed', '--json']);
    expect(JSON.parse(failed.stdout)).toEqual([{ name: 'test-b-seed1', folder: lost, state: 'failed', reason }]);
    expect((await runCli(folder, ['runs', '.', '--log', 'test-b-seed1'])).stdout).toContain('log.txt\nepoch 1\n');
  });
  test('refuses a missing folder; for one without runs it suggests commands that make some', async ({ folder }) => {
    expect((await runCli(folder, ['runs', 'no'])).stderr).toMatch(
      /^error: cannot list the runs: there is no such folder\n/,
    );
    writeFileSync(join(folder, 'file'), '');
    expect((await runCli(folder, ['runs', 'file'])).stderr).toMatch(
      /^error: cannot list the runs: it is not a folder\n/,
    );
    // A hand-written config is not a run.
    writeFileSync(join(folder, 'config.yaml'), 'experiment: mine\n');
    const plain = await runCli(folder, ['runs', '.']);
    expect(plain.code).toBe(0);
    expect(plain.stdout).toBe(
      'no runs\nruns are made by `isda train`, `isda study`, `isda ablate`, `isda sweep` and `isda table --run`\n',
    );
    expect((await runCli(folder, ['runs', '.', '--json'])).stdout).toBe('[]\n');
  });
  test('lists runs of `isda train`, a single run, and folders of runs next to them', async ({ folder }) => {
    const run = makeStoredRun(folder, { row: 'a', error: 6 });
    const stopped = makeStoredRun(folder, { row: 'b' });
    for (const path of [join(run, 'cell.json'), join(stopped, 'cell.json'), join(stopped, 'summary.json')])
      rmSync(path);
    makeStoredRun(join(folder, 'table1'), { row: 'c' });
    const { code, stdout } = await runCli(folder, ['runs', '.']);
    expect(code).toBe(0);
    const [header, , ...lines] = stdout.split('\n');
    expect(header).toMatch(/^run +state +epochs +last 10 +last +since/);
    const summary = JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as {
      last10MeanTestErrorPercent: number;
      last: { testErrorPercent: number };
    };
    const { last10MeanTestErrorPercent, last } = summary;
    const [mean, end] = [last10MeanTestErrorPercent, last.testErrorPercent].map((error) => error.toFixed(2));
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^test-a-seed1 +done +20/\\d+ +${mean} % +${end} % +-`)),
      expect.stringMatching(/^test-b-seed1 +stopped +20\/\d+ /),
      '',
      '2 runs: 1 done, 1 stopped',
      'this folder contains folders of runs: table1; `isda runs table1` lists one of them',
      '',
    ]);
    const alone = await runCli(folder, ['runs', 'test-a-seed1', '--json']);
    expect(JSON.parse(alone.stdout)).toMatchObject([
      { name: 'test-a-seed1', state: 'done', last10MeanTestErrorPercent },
    ]);
  });
  test('help and hints name every command that makes a store', async ({ folder }) => {
    const makers = '`isda study`, `isda ablate`, `isda sweep` and `isda table --run`';
    for (const args of [['runs'], ['report'], ['figure', '2']]) {
      const { stdout } = await runCli(folder, [...args, '--help']);
      expect(stdout.replaceAll(/\s+/g, ' '), args.join(' ')).toContain(makers);
    }
    for (const args of [
      ['runs', 'no'],
      ['report', '--store', 'no', '--out', 'a.html'],
    ]) {
      expect((await runCli(folder, args)).stderr).toContain(makers);
    }
  });
});

describe('a grid with runs whose files are unusable', () => {
  const args = ['study', 'study.yaml', '--seeds', '3', '--out', 'store'];

  /** The three runs of a study, all done. */
  function makeStore(folder: string): string[] {
    writeFileSync(join(folder, 'study.yaml'), 'study: test\nconfig: tiny-isda\nrows: [{ name: a }]\n');
    const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: folder };
    const { config } = loadConfig('tiny-isda', places);
    return [1, 2, 3].map((seed) => makeStoredRun(join(folder, 'store'), { row: 'a', config, seed, error: 10 + seed }));
  }

  test('prints each reason with a hint after the table of the other runs', async ({ folder }) => {
    const [one, two, three] = makeStore(folder);
    copyFileSync(join(two, 'summary.json'), join(one, 'summary.json'));
    writeFileSync(join(three, 'cell.json'), '{');
    const { code, stdout, stderr } = await runCli(folder, args);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^grid {4}3 runs\nfailed {2}test-a-seed1: .*\nfound {3}test-a-seed2, done before\nfailed {2}test-a-seed3: /,
    );
    expect(stdout).toMatch(/^a .* 1 of 3$/m);
    const [error, first, second, hint] = stderr.split('\n');
    expect(error).toBe('error: cannot finish all runs: 2 of 3 failed');
    expect(first).toMatch(/^ {2}test-a-seed1: cannot use the run: its summary\.json is of other settings: /);
    expect(second).toBe(`  test-a-seed3: cannot read ${join(three, 'cell.json')}: it is not the record of a run`);
    expect(hint).toMatch(
      /^ {2}hint: where summary\.json is another run's, move it away; .*; move cell\.json away; the run beside it .*; `isda study .*` tries again$/,
    );
  });

  test('lists them as failed with --dry-run', async ({ folder }) => {
    const [one, , three] = makeStore(folder);
    writeFileSync(join(one, 'summary.json'), '{');
    writeFileSync(join(three, 'cell.json'), '{');
    const { code, stdout } = await runCli(folder, [...args, '--dry-run']);
    expect(code).toBe(0);
    expect(stdout.match(/^test-a-seed\d +\S+/gm)?.map((line) => line.split(/ +/)[1])).toEqual([
      'failed',
      'done',
      'failed',
    ]);
  });
});
