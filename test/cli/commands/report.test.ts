import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { projectRoot } from '../../config/support.js';
import { runCli } from '../../support/cli.js';
import { makeStoredRun } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

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
    const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
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
    const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
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
    const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
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
