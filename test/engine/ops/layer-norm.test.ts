// Layer normalization: value and gradients against float64.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { cast, layerNorm, mul, sum } from '../../../src/engine/ops/index.js';
import type { Shape } from '../../../src/engine/types.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { total } from '../../support/grid.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();
const size = 4;
const epsilon = 1e-2;

const normalized = (row: readonly number[]): number[] => {
  const mean = total(row) / row.length;
  const variance = total(row.map((value) => (value - mean) ** 2)) / row.length;
  return row.map((value) => (value - mean) / Math.sqrt(variance + epsilon));
};

describe.each(executions)('layer normalization, %s', (execution) => {
  it.each<[Shape]>([[[size]], [[3, size]], [[2, 1, 3, size]]])('of %j', (shape) => {
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(shape, 'x'), scale: randomLeaf([size], 'scale'), offset: randomLeaf([size], 'offset') },
      build: ({ x, scale, offset }) => layerNorm(x, { scale, offset }, epsilon),
      reference: ({ x, scale, offset }) =>
        Array.from({ length: x.length / size }, (_, row) => x.slice(row * size, (row + 1) * size)).flatMap((row) =>
          normalized(row).map((value, channel) => value * scale[channel] + offset[channel]),
        ),
    });
  });

  it('gives bfloat16 for bfloat16, computed in float32', () => {
    const values = [256, 257, 258, 259];
    const leaves = {
      x: filled([size], (i) => values[i]),
      scale: filled([size], () => 1),
      offset: filled([size], () => 0),
    };
    const found = runOnce(engine, execution, leaves, ({ x, scale, offset }) => {
      const value = layerNorm(cast(x, 'bfloat16'), { scale, offset }, epsilon);
      expect(value.dtype).toBe('bfloat16');
      const [slope] = gradients(sum(mul(cast(value, 'float32'), offset)), [scale]);
      expect(slope.dtype).toBe('float32');
      return { value: cast(value, 'float32') };
    });
    expectClose(found['value'], normalized([256, 256, 258, 260]), 'value', 1e-2);
  });
});
