// Random numbers in a step: a function of the seed, the same in both executions, uniform.
import { describe, expect, it } from 'vitest';
import { statelessNormal, statelessUniform } from '../../../src/engine/ops/index.js';
import type { Execution } from '../../../src/engine/session.js';
import { testEngine } from '../../support/engine.js';
import { total } from '../../support/grid.js';
import { executions, runOnce } from '../../support/run-once.js';

const engine = testEngine();

const draw = (execution: Execution, seed: readonly [number, number], count: number): Float32Array =>
  runOnce(engine, execution, {}, (_, program) => ({
    values: statelessUniform(program.constant(Int32Array.from(seed), { dtype: 'int32', shape: [2] }), [count]),
  }))['values'] as Float32Array;

describe('statelessUniform', () => {
  it('gives the same bits for the same seed, captured and eager', () => {
    expect(draw('captured', [7, -3], 1000)).toEqual(draw('captured', [7, -3], 1000));
    expect(draw('captured', [7, -3], 1000)).toEqual(draw('eager', [7, -3], 1000));
  });

  it('gives other numbers for another seed, in either part', () => {
    const first = draw('captured', [7, -3], 100);
    for (const seed of [
      [8, -3],
      [7, -2],
      [-3, 7],
    ] as const) {
      const other = draw('captured', seed, 100);
      expect(first.filter((value, index) => value === other[index]).length).toBeLessThan(3);
    }
  });

  it.each(executions)('is uniform in [0, 1), %s', (execution) => {
    const [count, bins] = [64_000, 64];
    const values = draw(execution, [1, 2], count);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const tally = new Array<number>(bins).fill(0);
    for (const value of values) tally[Math.floor(value * bins)] += 1;
    const expected = count / bins;
    const chiSquare = total(tally.map((found) => (found - expected) ** 2 / expected));
    // 63 degrees of freedom: outside of 27 … 118 with a probability of 5e-5.
    expect(chiSquare).toBeGreaterThan(27);
    expect(chiSquare).toBeLessThan(118);
    // Neighbours are not correlated: standard deviation 1 / sqrt(count) = 0.004.
    const products = total(Array.from(values.subarray(1), (value, index) => (value - 0.5) * (values[index] - 0.5)));
    expect(Math.abs((12 * products) / count)).toBeLessThan(0.016);
  });
});

describe('statelessNormal', () => {
  const normal = (execution: Execution, count: number): Float32Array =>
    runOnce(engine, execution, {}, (_, program) => ({
      values: statelessNormal(program.constant(Int32Array.of(7, -3), { dtype: 'int32', shape: [2] }), [count]),
    }))['values'] as Float32Array;

  it('gives the same bits captured and eager', () => {
    expect(normal('captured', 1000)).toEqual(normal('eager', 1000));
  });

  it('has the moments of the standard normal distribution', () => {
    const count = 100_000;
    const values = Array.from(normal('captured', count));
    const moment = (power: number): number => total(values.map((value) => value ** power)) / count;
    // Five standard deviations of each mean: sqrt(var(x^k) / count) with var 1, 2, 15, 96.
    expect(Math.abs(moment(1))).toBeLessThan(0.016);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.023);
    expect(Math.abs(moment(3))).toBeLessThan(0.062);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.155);
  });
});
