// Max pooling against loops over the windows, values and gradients.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { cast, maxPool2d, mul, sum } from '../../../src/engine/ops/index.js';
import type { HostArray } from '../../../src/engine/types.js';
import { testEngine } from '../../support/engine.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();
const [count, channels] = [2, 3];

interface Case {
  readonly extent: number;
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
}

const after = ({ extent, size, stride, padding }: Case): number =>
  Math.floor((extent + 2 * padding - size) / stride) + 1;

/** The positions of each window inside the image; window k in the order of the pooled values. */
function windows(pooling: Case): number[][] {
  const { extent, size, stride, padding } = pooling;
  const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
  const inside = (start: number): number[] =>
    range(size)
      .map((offset) => start * stride - padding + offset)
      .filter((at) => at >= 0 && at < extent);
  return range(count).flatMap((n) =>
    range(after(pooling)).flatMap((i) =>
      range(after(pooling)).flatMap((j) =>
        range(channels).map((c) =>
          inside(i).flatMap((y) => inside(j).map((x) => ((n * extent + y) * extent + x) * channels + c)),
        ),
      ),
    ),
  );
}

/** All negative, so that a zero of the padding would be noticed; no two alike. */
const values = (pooling: Case): number[] =>
  Array.from({ length: count * pooling.extent ** 2 * channels }, (_, i) => -1 - ((i * 7919) % 1009) / 1009);
const slopes = (pooling: Case): number[] => windows(pooling).map((_, index) => Math.sin(index + 1));

function pooled(execution: (typeof executions)[number], pooling: Case) {
  const [input, weight] = [values(pooling), slopes(pooling)];
  const leaves = {
    x: filled([count, pooling.extent, pooling.extent, channels], (i) => input[i]),
    slope: filled([count, after(pooling), after(pooling), channels], (i) => weight[i]),
  };
  return runOnce(engine, execution, leaves, ({ x, slope }) => {
    const value = maxPool2d(x, pooling);
    return { value, gradient: gradients(sum(mul(value, slope)), [x])[0] };
  });
}

function expectClose(actual: HostArray, expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => expect(actual[index]).toBeCloseTo(value, 5));
}

describe.each(executions)('maxPool2d (%s)', (execution) => {
  it.each<Case>([
    { extent: 8, size: 3, stride: 2, padding: 1 },
    { extent: 7, size: 3, stride: 2, padding: 1 },
    { extent: 6, size: 2, stride: 2, padding: 0 },
  ])('takes the largest of each window: %o', (pooling) => {
    const [input, weight] = [values(pooling), slopes(pooling)];
    const largest = windows(pooling).map((at) => at.reduce((best, next) => (input[next] > input[best] ? next : best)));
    const gradient = input.map(() => 0);
    largest.forEach((at, window) => (gradient[at] += weight[window]));
    const found = pooled(execution, pooling);
    expectClose(
      found.value,
      largest.map((at) => input[at]),
    );
    expectClose(found.gradient, gradient);
  });

  it('works in bfloat16, padding included', () => {
    const pooling = { extent: 8, size: 3, stride: 2, padding: 1 };
    const leaves = { x: filled([count, 8, 8, channels], (i) => -1 - (i % 64) / 64) };
    const found = runOnce(engine, execution, leaves, ({ x }) => {
      const same = maxPool2d(x, pooling);
      const value = cast(maxPool2d(cast(x, 'bfloat16'), pooling), 'float32');
      return { same, value, gradient: sum(gradients(sum(value), [x])[0]) };
    });
    expect([...found.value]).toEqual([...found.same]);
    expect(found.gradient[0]).toBe(found.value.length);
  });

  it('refuses an image smaller than a window', () => {
    const pooling = { extent: 2, size: 3, stride: 1, padding: 0 };
    const leaves = { x: filled([count, 2, 2, channels], () => 0) };
    expect(() => runOnce(engine, execution, leaves, ({ x }) => ({ value: maxPool2d(x, pooling) }))).toThrow(
      'cannot pool: a window of 3 x 3 does not fit into float32[2, 2, 2, 3]',
    );
  });
});
