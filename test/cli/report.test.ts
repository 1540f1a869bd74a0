import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { projectRoot } from '../config/support.js';
import { runCli } from '../support/cli.js';
import { makeStoredRun } from '../support/stores.js';
import { test } from '../temporary-folder.js';

describe('isda report', () => {
  test('writes a page, or the index of a folder, and says how large it is', async ({ folder }) => {
    makeStoredRun(join(folder, 'store'), { row: 'basic' });
    const page = await runCli(folder, ['report', '--store', 'store', '--out', 'a/b.html', '--title', 'My <runs>']);
    expect(page).toMatchObject({ code: 0, stderr: '' });
    expect(page.stdout).toMatch(/b\.html \(1 run, \d+(\.\d+)? KiB\)\n$/);
    expect(readFileSync(join(folder, 'a', 'b.html'), 'utf8')).toContain('<h1>My &lt;runs&gt;</h1>');
    expect((await runCli(folder, ['report', '--store', 'store', '--out', 'site'])).code).toBe(0);
    expect(readFileSync(join(folder, 'site', 'index.html'), 'utf8')).toContain('<h1>Runs of store</h1>');
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

  test('a store that is not there', async ({ folder }) => {
    const outcome = await runCli(folder, ['report', '--store', 'none', '--out', 'a.html']);
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toContain('cannot read the runs: there is no such folder');
    expect((await runCli(folder, ['report', '--out', 'a.html'])).code).toBe(2);
  });
});
