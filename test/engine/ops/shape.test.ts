// Operations that move values: values and gradients against plain arrays.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import {
  broadcastTo,
  cast,
  concat,
  mul,
  onesLike,
  pad,
  reshape,
  slice,
  sum,
  sumTo,
  transpose,
  zerosLike,
} from '../../../src/engine/ops/index.js';
import type { Tensor } from '../../../src/engine/tensor.js';
import type { Shape } from '../../../src/engine/types.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { at, table } from '../../support/grid.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();

describe.each(executions)('shapes, %s', (execution) => {
  it('reshape', () => {
    const leaves = { x: randomLeaf([2, 3, 4], 'x') };
    checkOperation(engine, execution, { leaves, build: ({ x }) => reshape(x, [4, 6]), reference: ({ x }) => x });
  });
  it('reshape infers an axis of -1', () => {
    const leaves = { x: randomLeaf([2, 3, 4], 'x') };
    checkOperation(engine, execution, { leaves, build: ({ x }) => reshape(x, [-1, 6]), reference: ({ x }) => x });
    runOnce(engine, execution, leaves, ({ x }) => {
      expect([reshape(x, [2, -1, 2]), reshape(x, [-1])].map(({ shape }) => shape)).toEqual([[2, 6, 2], [24]]);
      return { x };
    });
  });
  it.each([[[5]], [[-1, 5]], [[-1, -1, 24]], [[-2, -12]], [[-1, 0]]])('reshape refuses %j', (shape) => {
    const leaves = { x: randomLeaf([2, 3, 4], 'x') };
    expect(() => runOnce(engine, execution, leaves, ({ x }) => ({ y: reshape(x, shape) }))).toThrow(
      `cannot reshape: the shape [${shape.join(', ')}] does not match the 24 elements of float32[2, 3, 4]`,
    );
  });

  it.each([[[1, 0, 2]], [[2, 0, 1]], [[1, 2, 0]], [[0, 1, 2]], [[2, 1, 0]]])('transpose %j', (order) => {
    const shape = [2, 3, 4];
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(shape, 'x') },
      build: ({ x }) => transpose(x, order),
      reference: ({ x }) =>
        table(
          order.map((axis) => shape[axis]),
          (index) =>
            at(
              x,
              shape,
              shape.map((_, axis) => index[order.indexOf(axis)]),
            ),
        ),
    });
  });

  it.each<[Shape, Shape]>([
    [[3], [2, 3]],
    [
      [2, 1],
      [2, 3],
    ],
    [[], [2, 2]],
    [
      [1, 1, 2],
      [3, 1, 2],
    ],
  ])('broadcastTo %j to %j', (from, to) => {
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(from, 'x') },
      build: ({ x }) => broadcastTo(x, to),
      reference: ({ x }) => table(to, (index) => at(x, from, index)),
    });
  });

  it('sumTo', () => {
    const shape = [4, 2, 1, 3];
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(shape, 'x') },
      build: ({ x }) => sumTo(x, [1, 1, 3]),
      reference: ({ x }) => {
        const sums = [0, 0, 0];
        x.forEach((value, index) => (sums[index % 3] += value));
        return sums;
      },
    });
  });

  it('pad', () => {
    const shape = [2, 3];
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(shape, 'x') },
      build: ({ x }) =>
        pad(x, [
          [1, 0],
          [2, 3],
        ]),
      reference: ({ x }) =>
        table([3, 8], ([row, column]) =>
          row >= 1 && column >= 2 && column < 5 ? at(x, shape, [row - 1, column - 2]) : 0,
        ),
    });
  });

  it('slice', () => {
    const shape = [4, 5];
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf(shape, 'x') },
      build: ({ x }) => slice(x, [1, 2], [2, 3]),
      reference: ({ x }) => table([2, 3], ([row, column]) => at(x, shape, [row + 1, column + 2])),
    });
  });

  it.each([0, 1, 2])('concat along axis %i', (axis) => {
    const extents = [1, 3, 2];
    const shapes = extents.map((extent) => [2, 2, 2].with(axis, extent));
    const [a, b, c] = shapes;
    checkOperation(engine, execution, {
      leaves: { a: randomLeaf(a, 'a'), b: randomLeaf(b, 'b'), c: randomLeaf(c, 'c') },
      build: (x) => concat([x['a'], x['b'], x['c']], axis),
      reference: (x) =>
        table([2, 2, 2].with(axis, 6), (index) => {
          const position = index[axis];
          const part = position < 1 ? 0 : position < 4 ? 1 : 2;
          const start = [0, 1, 4][part];
          return at(x['abc'[part]], shapes[part], index.with(axis, position - start));
        }),
    });
  });

  it.each([-1, -2])('concat along axis %i', (axis) => {
    const [a, b] = [[2, 2], [2, 2].with(axis + 2, 3)];
    checkOperation(engine, execution, {
      leaves: { a: randomLeaf(a, 'a'), b: randomLeaf(b, 'b') },
      build: (x) => concat([x['a'], x['b']], axis),
      reference: (x) =>
        table([2, 2].with(axis + 2, 5), (index) => {
          const position = index[axis + 2];
          return position < 2 ? at(x['a'], a, index) : at(x['b'], b, index.with(axis, position - 2));
        }),
    });
  });

  it.each<[string, (x: Tensor) => Tensor, string]>([
    ['transpose', (x) => transpose(x, [0, 0]), '[0, 0] names axis 0 twice'],
    ['transpose', (x) => transpose(x, [1]), '[1] is not a permutation of all axes of float32[4, 5]'],
    ['transpose', (x) => transpose(x, undefined!), 'expected a list of whole numbers as axes, got undefined'],
    ['reshape', (x) => reshape(x, 20 as never), 'expected a list of whole numbers as a shape, got 20'],
    ['slice', (x) => slice(x, [0, 3], [4, 3]), 'float32[4, 5] does not contain a block of [4, 3] at [0, 3]'],
    ['slice', (x) => slice(x, [0], [4]), 'float32[4, 5] does not contain a block of [4] at [0]'],
    ['slice', (x) => slice(x, 0 as never, [4, 3]), 'expected a list of whole numbers as begin, got 0'],
    [
      'pad',
      (x) => pad(x, [[1, 1]]),
      'expected [before, after], whole numbers of at least 0, for each axis of float32[4, 5], got [[1,1]]',
    ],
    ['concatenate', (x) => concat([x, reshape(x, [5, 4])], 0), 'float32[4, 5] and float32[5, 4] differ in more than axis 0'], // prettier-ignore
    ['concatenate', (x) => concat([x, cast(x, 'int32')], 0), 'float32[4, 5] and int32[4, 5] differ in more than axis 0'], // prettier-ignore
    ['concatenate', (x) => concat([x, x], 2), 'float32[4, 5] has no axis 2'],
    [
      'cast float32[4, 5]',
      (x) => cast(x, 'float64' as never),
      'the type float64 is unknown, expected one of float32, int32, ',
    ],
  ])('refuses to %s what does not fit: %s', (action, build, reason) => {
    const leaves = { x: randomLeaf([4, 5], 'x') };
    expect(() => runOnce(engine, execution, leaves, ({ x }) => ({ y: build(x) }))).toThrow(
      `cannot ${action}: ${reason}`,
    );
  });

  it('fills and casts', () => {
    const leaves = { x: filled([2, 2], (i) => i - 1.5) };
    const found = runOnce(engine, execution, leaves, ({ x }) => ({
      zeros: zerosLike(x),
      ones: onesLike(cast(x, 'int32')),
      whole: cast(x, 'int32'),
      logical: cast(cast(cast(x, 'int32'), 'bool'), 'float32'),
      half: cast(cast(x, 'bfloat16'), 'float32'),
    }));
    expect([...found['zeros']]).toEqual([0, 0, 0, 0]);
    expect(found['ones']).toEqual(Int32Array.of(1, 1, 1, 1));
    expect(found['whole']).toEqual(Int32Array.of(-1, 0, 0, 1));
    expect([...found['logical']]).toEqual([1, 0, 0, 1]);
    expect([...found['half']]).toEqual([-1.5, -0.5, 0.5, 1.5]);
  });

  it('casts gradients back', () => {
    const leaves = { x: filled([4], (i) => [0.5, -1.25, 3, 0.015625][i]) };
    const found = runOnce(engine, execution, leaves, ({ x }, program) => {
      const weights = program.constant(Float32Array.of(1, 0.5, -2, 4), { dtype: 'float32', shape: [4] });
      const [slope] = gradients(sum(mul(cast(cast(x, 'bfloat16'), 'float32'), weights)), [x]);
      expect(slope.dtype).toBe('float32');
      return { slope };
    });
    expect([...found['slope']]).toEqual([1, 0.5, -2, 4]);
  });
});
