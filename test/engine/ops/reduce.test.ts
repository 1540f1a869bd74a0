// Sums, means, and positions of the largest elements.
import { describe, expect, it } from 'vitest';
import {
  argMax,
  cast,
  floatScalar,
  inTopK,
  logSumExp,
  max,
  mean,
  min,
  mul,
  reshape,
  sum,
} from '../../../src/engine/ops/index.js';
import { gradients } from '../../../src/engine/gradients.js';
import { expectClose } from '../../support/close.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { table } from '../../support/grid.js';
import { executions, filled, runOnce } from '../../support/run-once.js';
import { randomStream } from '../../../src/common/random.js';

const engine = testEngine();
const shape = [2, 3, 4];

/** Sums over axes of a table of `shape`, row-major. */
function sums(x: readonly number[], axes: readonly number[]): number[] {
  const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
  const result = table(kept, () => 0);
  const places = table(shape, (index) =>
    kept.reduce((flat, extent, axis) => flat * extent + (axes.includes(axis) ? 0 : index[axis]), 0),
  );
  x.forEach((value, index) => (result[places[index]] += value));
  return result;
}

describe.each(executions)('reductions, %s', (execution) => {
  describe.each([[[0]], [[1]], [[2]], [[0, 2]], [[1, 2]], [[0, 1, 2]], [[]]])('over axes %j', (axes) => {
    const count = axes.reduce((product, axis) => product * shape[axis], 1);
    it.each([false, true])('kept: %s', (keepAxes) => {
      const leaves = { x: randomLeaf(shape, 'x') };
      const keptShape = shape.flatMap((extent, axis) => (axes.includes(axis) ? (keepAxes ? [1] : []) : [extent]));
      checkOperation(engine, execution, {
        leaves,
        build({ x }) {
          const value = sum(x, axes, { keepAxes });
          expect(value.shape).toEqual(keptShape);
          return value;
        },
        reference: ({ x }) => sums(x, axes),
      });
      checkOperation(engine, execution, {
        leaves,
        build: ({ x }) => mean(x, axes, { keepAxes }),
        reference: ({ x }) => sums(x, axes).map((value) => value / count),
      });
    });
  });

  it.each([[[-1]], [[-2]], [[0, -1]], [[-3, 1]]])('counts the axes %j from the last', (axes) => {
    const counted = axes.map((axis) => (axis < 0 ? axis + 3 : axis));
    const count = counted.reduce((product, axis) => product * shape[axis], 1);
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(shape, 'x') },
      // The gradient of x flows through both, as in a normalization.
      build: ({ x }) => mul(sum(x, axes, { keepAxes: true }), mean(x, axes, { keepAxes: true })),
      reference: ({ x }) => sums(x, counted).map((value) => (value * value) / count),
    });
  });

  it('refuses axes that do not exist', () => {
    const of = (axes: unknown) => () =>
      runOnce(engine, execution, { x: randomLeaf(shape, 'x') }, ({ x }) => ({ y: sum(x, axes as number[]) }));
    expect(of([3])).toThrow('cannot compute sum: float32[2, 3, 4] has no axis 3');
    expect(of([-4])).toThrow('cannot compute sum: float32[2, 3, 4] has no axis -4');
    expect(of([2, -1])).toThrow('cannot compute sum: [2, -1] names axis 2 twice');
    expect(of(1)).toThrow('cannot compute sum: expected a list of whole numbers as axes, got 1');
    expect(of({ axes: [1] })).toThrow('expected a list of whole numbers as axes, got an object');
  });

  /** The values of x that are reduced to each value over axes. */
  const groups = (x: readonly number[], axes: readonly number[]): number[][] => {
    const kept = shape.map((extent, axis) => (axes.includes(axis) ? 1 : extent));
    const found = table(kept, () => 0).map((): number[] => []);
    const place = (index: readonly number[]) =>
      kept.reduce((flat, extent, axis) => flat * extent + (axes.includes(axis) ? 0 : index[axis]), 0);
    table(shape, place).forEach((group, at) => found[group].push(x[at]));
    return found;
  };
  const logSumExpOf = (values: readonly number[]) => Math.log(values.reduce((sum, value) => sum + Math.exp(value), 0));

  it.each([
    ['max', max, (values: readonly number[]) => Math.max(...values)],
    ['min', min, (values: readonly number[]) => Math.min(...values)],
    ['logSumExp', logSumExp, logSumExpOf],
  ] as const)('%s over some axes', (_, operation, value) => {
    for (const axes of [[0], [-1], [1, 2], [0, 1, 2]]) {
      for (const keepAxes of [false, true]) {
        const counted = axes.map((axis) => (axis < 0 ? axis + 3 : axis));
        checkOperation(engine, execution, {
          leaves: { x: randomLeaf(shape, 'x') },
          build({ x }) {
            const made = operation(x, axes, { keepAxes });
            expect(made.shape).toEqual(sum(x, axes, { keepAxes }).shape);
            return made;
          },
          reference: ({ x }) => groups(x, counted).map(value),
        });
      }
    }
  });

  it('shares the gradient among equal values, and neither overflows nor makes NaN', () => {
    const rows = [
      [1, 3, 3, 2],
      [1000, 999, -1000, 0],
      [-1e30, -1e30, -1e30, 5],
    ];
    const found = runOnce(engine, execution, { x: filled([3, 4], (i) => rows.flat()[i]) }, ({ x }) => {
      const [slope] = gradients(sum(max(x, [1])), [x]);
      const [soft] = gradients(sum(logSumExp(x, [1])), [x]);
      const none = floatScalar(x.program, -Infinity);
      return { slope, soft, value: logSumExp(x, [1]), none: logSumExp(reshape(none, [1])) };
    });
    expect([...found['slope']]).toEqual([0, 0.5, 0.5, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
    const first = rows[0].map((value) => Math.exp(value - logSumExpOf(rows[0])));
    const second = [Math.E / (Math.E + 1), 1 / (Math.E + 1), 0, 0];
    expectClose(found['soft'], [...first, ...second, 0, 0, 0, 1], 'slope of log sum exp');
    expectClose(found['value'], [logSumExpOf(rows[0]), 1000 + Math.log(1 + 1 / Math.E), 5], 'log sum exp');
    expect([...found['none']]).toEqual([-Infinity]);
  });

  it('reduces everything by default', () => {
    const found = runOnce(engine, execution, { x: filled([2, 3], (i) => i) }, ({ x }) => ({
      sum: sum(x),
      mean: mean(x),
    }));
    expect([...found['sum'], ...found['mean']]).toEqual([15, 2.5]);
  });

  it('finds the largest element, the first of equal ones', () => {
    const rows = [
      [0, 3, 1],
      [2, 2, 1],
      [-3, -2, -1],
    ];
    const leaves = { x: filled([3, 3], (i) => rows.flat()[i]) };
    const found = runOnce(engine, execution, leaves, ({ x }) => ({ at: argMax(x), down: argMax(x, 0) }));
    expect(found['at']).toEqual(Int32Array.of(1, 0, 2));
    expect(found['down']).toEqual(Int32Array.of(1, 0, 0));
  });

  it.each([1, 3, 5, 12])('finds whether labels are among the largest %i', (k) => {
    const [count, classes] = [40, 12];
    const leaves = { logits: randomLeaf([count, classes], 'logits') };
    const random = randomStream(3, 'labels');
    const labels = Int32Array.from({ length: count }, () => random.integer(classes));
    const found = runOnce(engine, execution, leaves, ({ logits }, program) => ({
      hits: cast(inTopK(logits, program.constant(labels, { dtype: 'int32', shape: [count] }), k), 'int32'),
    }));
    const expected = Array.from(labels, (label, row) => {
      const own = Array.from(leaves.logits.values).slice(row * classes, (row + 1) * classes);
      return own.filter((value) => value > own[label]).length < k ? 1 : 0;
    });
    expect([...found['hits']]).toEqual(expected);
  });
});
