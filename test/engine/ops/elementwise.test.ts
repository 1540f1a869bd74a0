// Arithmetic element by element: values, gradients and broadcasting against float64.
import { describe, expect, it } from 'vitest';
import {
  add,
  addN,
  addScalar,
  broadcastShape,
  cast,
  div,
  equal,
  exp,
  greaterEqual,
  log,
  maximum,
  maximumScalar,
  mul,
  mulScalar,
  neg,
  sqrt,
  square,
  sub,
} from '../../../src/engine/ops/index.js';
import type { Tensor } from '../../../src/engine/tensor.js';
import type { Shape } from '../../../src/engine/types.js';
import { checkOperation, positiveLeaf, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { at, table } from '../../support/grid.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();

const shapePairs: readonly (readonly [Shape, Shape])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], [3]],
  [[3], [2, 3]],
  [
    [2, 1, 3],
    [4, 1],
  ],
  [
    [1, 3],
    [2, 1],
  ],
  [[], [2, 2]],
  [[2, 2], []],
  [[], []],
];

const binary: Readonly<Record<string, [(a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number]>> = {
  add: [add, (a, b) => a + b],
  sub: [sub, (a, b) => a - b],
  mul: [mul, (a, b) => a * b],
  div: [div, (a, b) => a / b],
};

const unary: Readonly<Record<string, [(x: Tensor) => Tensor, (x: number) => number]>> = {
  neg: [neg, (x) => -x],
  square: [square, (x) => x * x],
  exp: [exp, Math.exp],
  addScalar: [(x) => addScalar(x, 1.5), (x) => x + 1.5],
  mulScalar: [(x) => mulScalar(x, -2.5), (x) => -2.5 * x],
};

describe.each(executions)('element by element, %s', (execution) => {
  describe.each(Object.entries(binary))('%s', (_, [operation, value]) => {
    it.each(shapePairs)('%j and %j', (first, second) => {
      const shape = broadcastShape(first, second)!;
      checkOperation(engine, execution, {
        leaves: { a: randomLeaf(first, 'a'), b: randomLeaf(second, 'b', 0.3) },
        build: ({ a, b }) => operation(a, b),
        reference: ({ a, b }) => table(shape, (index) => value(at(a, first, index), at(b, second, index))),
      });
    });
  });

  it.each(Object.entries(unary))('%s', (_, [operation, value]) => {
    const leaves = { x: randomLeaf([3, 5], 'x', 0.01) };
    checkOperation(engine, execution, { leaves, build: ({ x }) => operation(x), reference: ({ x }) => x.map(value) });
  });

  it.each([
    ['log', log, Math.log],
    ['sqrt', sqrt, Math.sqrt],
  ] as const)('%s', (_, operation, value) => {
    const leaves = { x: positiveLeaf([3, 5], 'x') };
    checkOperation(engine, execution, { leaves, build: ({ x }) => operation(x), reference: ({ x }) => x.map(value) });
  });

  it('addN', () => {
    checkOperation(engine, execution, {
      leaves: { a: randomLeaf([2, 3], 'a'), b: randomLeaf([2, 3], 'b'), c: randomLeaf([2, 3], 'c') },
      build: ({ a, b, c }) => addN([a, b, c, a]),
      reference: ({ a, b, c }) => a.map((value, index) => 2 * value + b[index] + c[index]),
    });
  });

  it('compares', () => {
    const leaves = { a: filled([2, 2], (i) => i), b: filled([2], () => 2) };
    const found = runOnce(engine, execution, leaves, ({ a, b }) => ({
      greaterEqual: cast(greaterEqual(a, b), 'int32'),
      equal: cast(equal(a, b), 'int32'),
      maximum: maximum(a, b),
      maximumScalar: maximumScalar(a, 1.5),
    }));
    expect([...found['greaterEqual']]).toEqual([0, 0, 1, 1]);
    expect([...found['equal']]).toEqual([0, 0, 1, 0]);
    expect([...found['maximum']]).toEqual([2, 2, 2, 3]);
    expect([...found['maximumScalar']]).toEqual([1.5, 1.5, 2, 3]);
  });

  it('refuses shapes and types that do not fit', () => {
    const leaves = { a: randomLeaf([2, 3], 'a'), b: randomLeaf([2], 'b') };
    const build = (operation: (a: Tensor, b: Tensor) => Tensor) => () =>
      runOnce(engine, execution, leaves, ({ a, b }) => ({ value: operation(a, b) }));
    expect(build(add)).toThrow('cannot compute AddV2: float32[2, 3] and float32[2] are incompatible');
    expect(build((a) => mul(cast(a, 'int32'), a))).toThrow('int32[2, 3] and float32[2, 3] are incompatible');
    expect(build((a, b) => addN([a, b]))).toThrow('cannot add: float32[2, 3] and float32[2] differ');
  });
});
