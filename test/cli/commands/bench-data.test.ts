// `isda bench data`, on a small set; no rate is asserted.
import { describe, expect } from 'vitest';
import { runCli } from '../../support/cli.js';
import { makeData } from '../../support/runs.js';
import { runIsda } from '../../support/process.js';
import { test } from '../../temporary-folder.js';

const common = ['bench', 'data', '--config', 'tiny-isda', '--set', 'dataset.dir=data', '--seconds', '0.1'];

describe('isda bench data', () => {
  test('prints augmentations and numbers of threads as a table', async ({ folder }) => {
    await makeData(folder);
    const { exitCode, stdout, stderr } = await runIsda(folder, [...common, '--workers', '0', '1']);
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toBe('');
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^cifar10, batch 32, about 0\.\d s each in turn$/);
    expect(lines[2]).toMatch(/^augmentation +threads +images\/s +a batch$/);
    expect(lines.slice(4, 10).map((line) => line.split(/\s+/).slice(0, 2).join(' '))).toEqual(
      ['standard', 'cutout', 'autoaugment'].flatMap((name) => [`${name} 0`, `${name} 1`]),
    );
  });

  test('prints an array of results as JSON', async ({ folder }) => {
    await makeData(folder);
    const { stdout } = await runIsda(folder, [
      ...common.slice(0, -1),
      '1',
      '--augmentation',
      'config',
      '--workers',
      '2',
      '--json',
    ]);
    const [result, ...others] = JSON.parse(stdout) as Record<string, number>[];
    expect(others).toEqual([]);
    expect(result).toMatchObject({ dataset: 'cifar10', augmentation: 'config', workers: 2, batchSize: 32 });
    expect(result['seconds']).toBeGreaterThanOrEqual(1);
    expect(result['images']).toBeGreaterThan(0);
    expect(result['imagesPerSecond']).toBeCloseTo(result['images'] / result['seconds'], 6);
  });

  test('has options of its own beside those of `isda bench`', async ({ folder }) => {
    const data = await runCli(folder, ['bench', 'data', '--loss', 'isda']);
    expect(data).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--loss'") as string });
    const bench = await runCli(folder, ['bench', '--seconds', '1']);
    expect(bench).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--seconds'") as string });
    expect((await runCli(folder, ['bench', 'data', '--workers', 'many'])).stderr).toContain('Expected 0 to 256');
    const none = await runCli(folder, ['bench', 'data', '--seconds', '0']);
    expect(none.stderr).toContain('Expected seconds from 0.1 to 999999999.');
  });
});
