// Rows by their indices, and the sums that are their gradient.
import { describe, expect, it } from 'vitest';
import { gatherRows } from '../../../src/engine/ops/index.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();

describe.each(executions)('rows, %s', (execution) => {
  it('gatherRows takes rows in any order and more than once', () => {
    const leaves = { x: filled([3, 2], (i) => i) };
    const found = runOnce(engine, execution, leaves, ({ x }, program) => {
      const rows = program.constant(Int32Array.of(2, 0, 2, 1), { dtype: 'int32', shape: [4] });
      return { rows: gatherRows(x, rows) };
    });
    expect([...found['rows']]).toEqual([4, 5, 0, 1, 4, 5, 2, 3]);
  });

  it.each([false, true])('adds gradients up at their rows (deterministic: %s)', (deterministic) => {
    const indices = [2, 0, 2, 2, 4, 0];
    const row = (values: readonly number[], index: number): readonly number[] =>
      values.slice(index * 6, (index + 1) * 6);
    checkOperation(testEngine({ deterministic }), execution, {
      leaves: { x: randomLeaf([5, 3, 2], 'x') },
      build: ({ x }, program) =>
        gatherRows(x, program.constant(Int32Array.from(indices), { dtype: 'int32', shape: [2, 3] })),
      reference: ({ x }) => indices.flatMap((index) => row(x, index)),
    });
  });
});
