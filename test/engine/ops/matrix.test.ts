// Matrix products: every transposition, flat, stacked and with stacks that broadcast.
import { describe, expect, it } from 'vitest';
import { broadcastShape, matMul } from '../../../src/engine/ops/index.js';
import type { Shape } from '../../../src/engine/types.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { at, range, table, total } from '../../support/grid.js';
import { executions, runOnce } from '../../support/run-once.js';

const engine = testEngine();
const [rows, inner, columns] = [2, 3, 4];

const stacks: readonly (readonly [string, Shape, Shape])[] = [
  ['flat', [], []],
  ['stacked', [2], [2]],
  ['doubly stacked', [2, 3], [2, 3]],
  ['a stack by one', [2], []],
  ['one by a stack', [], [3]],
  ['stacks of extent 1', [1], [3]],
  ['crossed stacks', [2, 1], [3]],
  ['stacks crossed in three axes', [2, 1, 2], [3, 1]],
  // The process ends where oneDNN broadcasts these itself.
  ['a stack of stacks of extent 1 by one', [13, 1], []],
  ['one by a stack of stacks of extent 1', [], [13, 1]],
];

describe.each(executions)('matMul, %s', (execution) => {
  describe.each(stacks)('%s', (_, stackA, stackB) => {
    it.each([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ])('transposed: %s, %s', (transposeA, transposeB) => {
      const shapeA = [...stackA, ...(transposeA ? [inner, rows] : [rows, inner])];
      const shapeB = [...stackB, ...(transposeB ? [columns, inner] : [inner, columns])];
      const shape = [...broadcastShape(stackA, stackB)!, rows, columns];
      checkOperation(engine, execution, {
        leaves: { a: randomLeaf(shapeA, 'a'), b: randomLeaf(shapeB, 'b') },
        build: ({ a, b }) => matMul(a, b, { transposeA, transposeB }),
        reference: ({ a, b }) =>
          table(shape, (index) => {
            const stack = index.slice(0, -2);
            const [row, column] = index.slice(-2);
            return total(
              range(inner).map(
                (k) =>
                  at(a, shapeA, [...stack, ...(transposeA ? [k, row] : [row, k])]) *
                  at(b, shapeB, [...stack, ...(transposeB ? [column, k] : [k, column])]),
              ),
            );
          }),
      });
    });
  });

  it('refuses matrices that do not fit', () => {
    const leaves = { a: randomLeaf([2, 3], 'a'), b: randomLeaf([3, 4], 'b') };
    expect(() =>
      runOnce(engine, execution, leaves, ({ a, b }) => ({ value: matMul(a, b, { transposeB: true }) })),
    ).toThrow('cannot multiply matrices: float32[2, 3] and float32[3, 4] transposed are incompatible');
  });
});
