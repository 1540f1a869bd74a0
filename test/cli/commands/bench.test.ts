// `isda bench` and the lists, on small networks; no time is asserted.
import { describe, expect, it } from 'vitest';
import { runIsda } from '../../support/process.js';

const bench = (...args: string[]) =>
  runIsda('/', ['bench', '--config', 'tiny-isda', '--steps', '3', '--warmup', '1', ...args]);

describe('isda bench', () => {
  it('prints losses and executions as a table', async () => {
    const { exitCode, stdout, stderr } = await bench();
    expect(exitCode, stderr).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^resnet-8, batch 32, float32, 3 steps each in turn, (cpu|cuda): ./);
    expect(lines[2]).toMatch(/^loss {11}execution +median +min +images\/s +ratio$/);
    expect(lines.slice(4, 8).map((line) => line.split(/\s{2,}/).slice(0, 2))).toEqual([
      ['cross-entropy', 'captured'],
      ['cross-entropy', 'eager'],
      ['isda', 'captured'],
      ['isda', 'eager'],
    ]);
    expect(lines[4]).toMatch(/ [\d.]+ ms +[\d.]+ ms +\d+ +1\.000$/);
    expect(lines.at(-1)).toMatch(/^peak memory \d+ MB, grown by -?[\d.]+ MB while measuring$/);
  });

  it('prints an array of results as JSON', async () => {
    const { stdout } = await bench(
      '--loss',
      'isda',
      '--execution',
      'captured',
      '--set',
      'training.batchSize=8',
      '--precision',
      'bfloat16',
      '--json',
    );
    const results = JSON.parse(stdout) as Record<string, number>[];
    expect(results).toHaveLength(1);
    const [result] = results;
    expect(result).toMatchObject({
      network: 'resnet-8',
      loss: 'isda',
      execution: 'captured',
      precision: 'bfloat16',
      parameters: 78_042,
      batchSize: 8,
      steps: 3,
    });
    for (const key of [
      'medianMilliseconds',
      'minMilliseconds',
      'imagesPerSecond',
      'peakMemoryMegabytes',
      'computedMegabytes',
    ])
      expect(result[key]).toBeGreaterThan(0);
    expect(result['minMilliseconds']).toBeLessThanOrEqual(result['medianMilliseconds']);
    expect(result['imagesPerSecond']).toBeCloseTo(8000 / result['medianMilliseconds'], 9);
    expect(Number.isFinite(result['grownMegabytes'])).toBe(true);
  });
});
