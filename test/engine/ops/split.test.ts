// Parts of tensors: values, gradients, and what cannot be divided.
import { describe, expect, it } from 'vitest';
import { mul, splitLast, splitVector, sub } from '../../../src/engine/ops/index.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { at, table } from '../../support/grid.js';
import { executions, runOnce } from '../../support/run-once.js';

const engine = testEngine();

describe.each(executions)('parts, %s', (execution) => {
  it('splits the last axis', () => {
    const shape = [2, 6];
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(shape, 'x') },
      build({ x }) {
        const [a, b, c] = splitLast(x, 3);
        return mul(a, sub(c, mul(b, b)));
      },
      reference: ({ x }) =>
        table([2, 2], ([row, column]) => {
          const [a, b, c] = [0, 2, 4].map((start) => at(x, shape, [row, start + column]));
          return a * (c - b * b);
        }),
    });
  });

  it('splits a vector', () => {
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf([5], 'x') },
      build({ x }) {
        const [a, b, c] = splitVector(x, [2, 1, 2]);
        return mul(mul(a, b), c);
      },
      reference: ({ x: [a0, a1, b, c0, c1] }) => [a0 * b * c0, a1 * b * c1],
    });
  });

  it('refuses parts that are not equal', () => {
    const leaves = { x: randomLeaf([4, 5], 'x') };
    expect(() => runOnce(engine, execution, leaves, ({ x }) => ({ y: splitLast(x, 2)[0] }))).toThrow(
      'cannot split: the last axis of float32[4, 5] cannot be divided into 2 equal parts',
    );
  });
});
