// Grouped convolution against one dense convolution a group, values and gradients.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { concat, conv2d, mul, slice, sum } from '../../../src/engine/ops/index.js';
import type { Tensor } from '../../../src/engine/tensor.js';
import { testEngine } from '../../support/engine.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();
const [batch, extent, inputs, outputs] = [2, 6, 8, 16];

/** Every group on its own, by dense convolutions alone. */
function groupByGroup(x: Tensor, kernel: Tensor, groups: number, stride: number): Tensor {
  const [into, from] = [inputs / groups, outputs / groups];
  const parts = Array.from({ length: groups }, (_, group) =>
    conv2d(
      slice(x, [0, 0, 0, group * into], [batch, extent, extent, into]),
      slice(kernel, [0, 0, 0, group * from], [3, 3, into, from]),
      { stride, padding: 1 },
    ),
  );
  return concat(parts, 3);
}

describe.each(executions)('grouped conv2d (%s)', (execution) => {
  it.each([
    { groups: 2, stride: 1 },
    { groups: 4, stride: 2 },
    { groups: 8, stride: 1 },
  ])('is a dense convolution of each group: $groups groups, stride $stride', ({ groups, stride }) => {
    const leaves = {
      x: filled([batch, extent, extent, inputs], (i) => Math.sin(i)),
      kernel: filled([3, 3, inputs / groups, outputs], (i) => Math.cos(3 * i)),
      slope: filled([batch, extent / stride, extent / stride, outputs], (i) => Math.sin(2 * i + 1)),
    };
    const found = runOnce(engine, execution, leaves, ({ x, kernel, slope }) => {
      const both = {
        grouped: conv2d(x, kernel, { stride, padding: 1 }),
        single: groupByGroup(x, kernel, groups, stride),
      };
      return Object.fromEntries(
        Object.entries(both).flatMap(([name, value]) => {
          const [inputGradient, kernelGradient] = gradients(sum(mul(value, slope)), [x, kernel]);
          return [
            [`${name}.value`, value],
            [`${name}.input`, inputGradient],
            [`${name}.kernel`, kernelGradient],
          ];
        }),
      );
    });
    for (const part of ['value', 'input', 'kernel']) {
      const expected = [...found[`single.${part}`]];
      expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
      expected.forEach((value, index) => expect(found[`grouped.${part}`][index]).toBeCloseTo(value, 4));
    }
  });
});
