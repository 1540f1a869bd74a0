import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { projectRoot } from '../../config/support.js';
import { runCli } from '../../support/cli.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };

/** Makes a run with the settings of one of the paper's configs. */
const paperRun = (store: string, name: string, seed = 1, error = 7): string =>
  makeStoredRun(store, { row: name, seed, config: loadConfig(name, places).config, error });

/** The command of a report's table that trains what is missing, and the runs that it would start. */
async function missingRuns(folder: string, table: number, ...stores: readonly string[]) {
  expect((await runCli(folder, ['report', '--out', 'a.html', '--store', ...stores])).code).toBe(0);
  const page = readFileSync(join(folder, 'a.html'), 'utf8');
  const [command] = new RegExp(`isda table ${table} --run[^<]*`).exec(page) ?? [];
  if (command === undefined) return { command, page, runs: [] };
  const { stdout } = await runCli(folder, [...command.split(' ').slice(1), '--dry-run', '--json']);
  const { store, runs } = JSON.parse(stdout) as { store: string; runs: { name: string; state: string }[] };
  return { command, page, store, runs: runs.filter(({ state }) => state !== 'done').map(({ name }) => name) };
}

describe('the command below a table of a report', () => {
  test('starts the runs that are named as missing, and no others', async ({ folder }) => {
    paperRun(join(folder, 'store'), 'resnet32-cifar10-isda');
    paperRun(join(folder, 'other'), 'resnet32-cifar100-isda', 2);
    const one = await missingRuns(folder, 1, 'store');
    expect(one.page).toContain('Missing: 2 runs of resnet32-cifar10-isda: 2 not started.');
    expect(one.command).toBe('isda table 1 --run --only table1/resnet32-cifar10-isda --out store');
    expect(one.runs).toEqual(['resnet32-cifar10-isda-seed2', 'resnet32-cifar10-isda-seed3']);
    const two = await missingRuns(folder, 1, 'store', 'other');
    expect(two.runs).toEqual(
      [
        ['cifar100', 1],
        ['cifar10', 2],
        ['cifar10', 3],
        ['cifar100', 3],
      ].map(([data, seed]) => `resnet32-${data}-isda-seed${seed}`),
    );
  });

  test('puts no run into the folder of a run', async ({ folder }) => {
    const run = paperRun(join(folder, 'store'), 'resnet32-cifar10-isda');
    const from = `store/${basename(run)}`;
    const alone = await missingRuns(folder, 1, from);
    expect(alone.command).toBe(`isda table 1 --run --only table1/resnet32-cifar10-isda --from ${from}`);
    expect(alone).toMatchObject({ store: join(folder, 'runs/table1'), runs: { length: 2 } });
    paperRun(join(folder, 'other'), 'resnet32-cifar10-isda', 2);
    const beside = await missingRuns(folder, 1, from, 'other');
    expect(beside).toMatchObject({ store: join(folder, 'other'), runs: ['resnet32-cifar10-isda-seed3'] });
  });

  test('selects no numbers where the whole table is meant', async ({ folder }) => {
    const names = readdirSync(join(projectRoot, 'configs/table4')).map((name) => name.replace('.yaml', ''));
    for (const name of names) paperRun(join(folder, 'store'), name);
    const { command, runs } = await missingRuns(folder, 4, 'store');
    expect([command, runs.length]).toEqual(['isda table 4 --run --out store', 2 * names.length]);
  });
});

describe('the seeds of the tables of a report', () => {
  /** The numbers of ISDA in the part with the tables and in that with all results, and the note of the table. */
  async function means(folder: string, seeds: readonly number[]) {
    for (const seed of seeds) paperRun(join(folder, 'store'), 'resnet32-cifar10-isda', seed, seed);
    const missing = await missingRuns(folder, 1, 'store');
    const [, table] = /<td class="measured">([^<]*)</.exec(missing.page) ?? [];
    const [, result] = /<td class="name">[^<]*<\/td>\s*<td class="number">([^<]*)</.exec(missing.page) ?? [];
    const [, over] = /deviation over the seeds ([^;]*);/.exec(missing.page) ?? [];
    const [, n = ''] = /<td class="n">([^<]*)</.exec(missing.page) ?? [];
    return { ...missing, table, result, over, n };
  }
  const run = (seed: number): string => `resnet32-cifar10-isda-seed${seed}`;

  test('are those of its other results', async ({ folder }) => {
    const { table, result, over, n } = await means(folder, [1, 2, 3, 4, 5]);
    expect(table).toMatch(/^\d+\.\d\d ± 1\.5\d$/);
    expect([table, over, n]).toEqual([result, '1 to 5', '5']);
  });

  test('include 1 to 3, which are named where they are missing', async ({ folder }) => {
    const { table, result, over, n, runs } = await means(folder, [4, 5]);
    expect([table, over, n, runs]).toEqual([result, '1 to 5', '2/5', [1, 2, 3].map(run)]);
  });

  test('include others without asking for them', async ({ folder }) => {
    const { table, result, over, n, runs, command } = await means(folder, [1, 20, 0]);
    expect([table, over, n, runs]).toEqual([result, '0, 1, 2, 3, 20', '3/5', [2, 3].map(run)]);
    expect(command).not.toContain('--seeds');
  });
});

describe('isda report', () => {
  test('writes a page, or the index of a folder, and says how large it is', async ({ folder }) => {
    makeStoredRun(join(folder, 'store'), { row: 'basic' });
    const page = await runCli(folder, ['report', '--store', 'store', '--out', 'a/b.html', '--title', 'My <runs>']);
    expect(page).toMatchObject({ code: 0, stderr: '' });
    expect(page.stdout).toMatch(/b\.html \(1 run, \d+(\.\d+)? KiB\)\n$/);
    expect(readFileSync(join(folder, 'a', 'b.html'), 'utf8')).toContain('<h1>My &lt;runs&gt;</h1>');
    expect((await runCli(folder, ['report', '--store', 'store', '--out', 'site'])).code).toBe(0);
    expect(readFileSync(join(folder, 'site', 'index.html'), 'utf8')).toContain('<h1>Report on store</h1>');
  });

  test('has the tables of the paper that its runs give numbers for', async ({ folder }) => {
    const { config } = loadConfig('resnet32-cifar10-isda', places);
    makeStoredRun(join(folder, 'store'), { row: 'isda', config, error: 7 });
    expect((await runCli(folder, ['report', '--store', 'store', '--out', 'a.html'])).code).toBe(0);
    const page = readFileSync(join(folder, 'a.html'), 'utf8');
    expect(page.match(/id="table\d"/g)).toEqual(['id="table1"']);
    expect(page).toContain('<td class="printed">7.09 ± 0.12</td>');
  });

  test('compares with a row that is named', async ({ folder }) => {
    for (const seed of [1, 2]) {
      makeStoredRun(join(folder, 'store'), { row: 'basic', seed, error: 20 + seed });
      makeStoredRun(join(folder, 'store'), { row: 'isda', seed, error: 10 + seed, config: { loss: { name: 'isda' } } });
    }
    const report = (...more: string[]) => runCli(folder, ['report', '--store', 'store', '--out', 'a.html', ...more]);
    expect((await report('--baseline', 'isda')).code).toBe(0);
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toContain('minus isda');
    const unknown = await report('--baseline', 'full');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toBe('error: cannot compare with full: no row has that name\n  hint: rows: basic, isda\n');
    const dots = (name: string) => runCli(folder, ['figure', 'dots', '--store', 'store', '--out', 'a.svg', '--baseline', name]); // prettier-ignore
    expect((await dots('isda')).code).toBe(0);
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toContain('mean of isda');
    expect((await dots('full')).code).toBe(2);
  });

  test('names the held-out images that errors are of', async ({ folder }) => {
    const { config } = loadConfig('resnet32-cifar10-isda', places);
    const held = { ...config, dataset: { ...config.dataset, holdout: 500 } };
    makeStoredRun(join(folder, 'store'), { row: 'isda', config: held, error: 7 });
    expect((await runCli(folder, ['report', '--store', 'store', '--out', 'a.html'])).code).toBe(0);
    const page = readFileSync(join(folder, 'a.html'), 'utf8');
    expect(page).toContain('>holdout error (%)<');
    expect(page).not.toContain('>test error');
    expect((await runCli(folder, ['figure', 'dots', '--store', 'store', '--out', 'd.svg'])).code).toBe(0);
    expect(readFileSync(join(folder, 'd.svg'), 'utf8')).toContain('>holdout error, mean of the last ten epochs (%)<');
  });

  test('is not written without a run to show; what was left out is told', async ({ folder }) => {
    mkdirSync(join(folder, 'configs'));
    const empty = await runCli(folder, ['report', '--store', 'configs', '--out', 'a.html']);
    expect(empty).toMatchObject({ code: 1, stdout: '' });
    expect(empty.stderr).toMatch(
      /^error: cannot write the report: there is no usable run that has started\n {2}configs\n {2}hint: --store names folders of runs, made by /,
    );
    const run = makeStoredRun(join(folder, 'store'), { row: 'a' });
    writeFileSync(join(run, 'summary.json'), '{');
    const damaged = await runCli(folder, ['report', '--store', 'store', '--out', 'a.html']);
    expect(damaged.code).toBe(1);
    expect(damaged.stderr).toContain('\n  store\n  left out: test-a-seed1, cannot read ');
    expect(existsSync(join(folder, 'a.html'))).toBe(false);
  });

  test('its tables use no run that it leaves out', async ({ folder }) => {
    const { config } = loadConfig('resnet32-cifar10-isda', places);
    const [, changed] = [1, 2].map((seed) =>
      makeStoredRun(join(folder, 'store'), { row: 'isda', config, error: 7, seed }),
    );
    appendFileSync(join(changed, 'metrics.csv'), '161,210,0.1,0,1,10,1,20,2,100\n');
    expect((await runCli(folder, ['report', '--store', 'store', '--out', 'a.html'])).code).toBe(0);
    const page = readFileSync(join(folder, 'a.html'), 'utf8');
    expect(page).toContain('1/3');
    expect(page).not.toContain('2/3');
  });

  test('a store that is not there', async ({ folder }) => {
    const outcome = await runCli(folder, ['report', '--store', 'none', '--out', 'a.html']);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('cannot read the runs: there is no such folder');
    expect((await runCli(folder, ['report', '--out', 'a.html'])).code).toBe(2);
  });
});
