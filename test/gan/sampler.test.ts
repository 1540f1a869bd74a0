// Images of a generator: shape, range, and that each depends only on its seed, label and index.
import { describe, expect, it } from 'vitest';
import { openSampler } from '../../src/gan/sampler.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { fresh, kinds, narrow } from './support.js';

const engine = testEngine();
const bytes = 32 * 32 * 3;

describe.each(kinds)('samples of %s', (name) => {
  const stored = fresh(narrow(name));
  const take = (
    labels: readonly number[],
    seed: number,
    first: number,
    batchSize: number,
    execution = executions[0],
  ) => {
    const sampler = openSampler(engine, stored, batchSize, execution);
    const images = sampler.sample(Int32Array.from(labels), seed, first);
    sampler.close();
    return images;
  };
  const labels = [0, 1, 2, 1, 0];
  const all = take(labels, 7, 0, 2);

  it('are images, as many as labels, that are not all the same', () => {
    expect(all.length).toBe(labels.length * bytes);
    expect(new Set(labels.map((_, i) => all.subarray(i * bytes, (i + 1) * bytes).join())).size).toBe(labels.length);
  });

  it('do not depend on the batch', () => {
    expect(take(labels, 7, 0, 5)).toEqual(all);
    expect(take(labels.slice(3), 7, 3, 1)).toEqual(all.subarray(3 * bytes));
    expect(take(labels, 8, 0, 5)).not.toEqual(all);
  });

  it('are the same in both executions, up to rounding', () => {
    const eager = take(labels, 7, 0, 2, 'eager');
    expect(Math.max(...eager.map((value, i) => Math.abs(value - all[i])))).toBeLessThanOrEqual(1);
  });
});
