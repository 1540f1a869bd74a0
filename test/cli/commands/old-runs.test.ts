// Runs that commit 43dfa25 made: read, tabulated, evaluated and continued.
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fingerprints } from '../../../src/config/fingerprint.js';
import { loadConfig } from '../../../src/config/load.js';
import { runHere } from '../../support/cli.js';

const fixture = join(import.meta.dirname, '../../fixtures/runs-of-43dfa25');
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await cp(fixture, folder, { recursive: true });
const made = await runHere(folder, ['data', 'synthesize', '--out', 'syn', '--train', '200', '--test', '100']);
if (made.exitCode !== 0) throw new Error(made.all);

const small = ['model.name=densenet-bc', 'model.depth=10', 'model.growth=2', 'training.epochs=30'];
const set = (values: readonly string[]) => values.flatMap((value) => ['--set', value]);
const ablate = [
  ...['ablate', '--config', 'tiny-isda', '--variant', 'isda', '--variant', 'diagonal', '--seed', '1', '--out', 'store'],
  ...set(['dataset.dir=syn', 'training.device=cpu', ...small]),
];
const stored = (run: string, name: string): Promise<string> => readFile(join(folder, 'store', run, name), 'utf8');
const [done, stopped] = ['tiny-isda-diagonal-seed1', 'tiny-isda-isda-seed1'];

describe('a store from before fingerprints left out default values', () => {
  it('is listed and reported', async () => {
    const runs = await runHere(folder, ['runs', 'store', '--json']);
    expect(JSON.parse(runs.stdout)).toMatchObject([
      { name: done, state: 'done', epochsDone: 30 },
      { name: stopped, state: 'stopped', epochsDone: 11 },
    ]);
    const report = await runHere(folder, ['report', '--store', 'store', '--out', 'report.html']);
    expect(report.exitCode, report.all).toBe(0);
    expect(report.all).not.toMatch(/another version|cannot/);
  });

  it('is evaluated', async () => {
    const { exitCode, all } = await runHere(folder, ['evaluate', '--run', join('store', stopped)]);
    expect(exitCode, all).toBe(0);
  });

  it('resumes in the existing folders: finished runs stay, stopped runs continue', async () => {
    const [before, whole] = [await stored(stopped, 'metrics.csv'), await stored(done, 'summary.json')];
    const { exitCode, all } = await runHere(folder, ablate);
    expect(exitCode, all).toBe(0);
    expect(await stored(done, 'summary.json')).toBe(whole);
    const after = await stored(stopped, 'metrics.csv');
    const rows = (text: string): string[] => text.split('\n').slice(0, 12);
    expect(rows(after)).toEqual(rows(before));
    expect(after.trim().split('\n')).toHaveLength(31);
    const runs = await runHere(folder, ['runs', 'store', '--json']);
    expect(JSON.parse(runs.stdout)).toMatchObject([
      { name: done, state: 'done' },
      { name: stopped, state: 'done' },
    ]);
    // Its new files have today's format; the old record stays.
    const places = { configsDirectory: folder, workingDirectory: folder };
    const [today, old] = fingerprints(loadConfig(join(folder, 'store', stopped, 'config.yaml'), places).config);
    expect(JSON.parse(await stored(stopped, 'summary.json'))).toMatchObject({ of: { settings: today } });
    expect(JSON.parse(await stored(stopped, 'cell.json'))).toMatchObject({ fingerprint: old });
  });

  it('is tabulated', async () => {
    const config = join('store', done, 'config.yaml');
    const table = await runHere(folder, [
      'table',
      '1',
      '--config',
      config,
      '--from',
      'store',
      '--seeds',
      '1',
      '--json',
    ]);
    expect(table.exitCode, table.all).toBe(0);
    expect(JSON.parse(table.stdout)).toMatchObject({ cells: [{ runs: [{ seed: 1, error: 77.4 }] }], missing: [] });
  });
});

describe('a generator from that commit', () => {
  it('resumes from its checkpoint', async () => {
    const settings = ['dataset.dir=syn', 'dataset.subset=100', 'gan.name=wgan', 'gan.noise=2'];
    const widths = ['gan.generatorWidth=1', 'gan.discriminatorWidth=1'];
    const args = ['gan', 'train', '--config', 'tiny-gan', '--out', 'gan', ...set([...settings, ...widths])];
    const { exitCode, all } = await runHere(folder, args);
    expect(exitCode, all).toBe(0);
    expect(all).toContain('resuming after iteration 3');
  });
});
