// Choices, bounds, signs and powers: values and gradients against float64.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import {
  abs,
  broadcastShape,
  cast,
  clamp,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  maximumScalar,
  minimum,
  minimumScalar,
  mulScalar,
  neg,
  pow,
  powScalar,
  sign,
  sqrt,
  sum,
  where,
} from '../../../src/engine/ops/index.js';
import { detach, type Tensor } from '../../../src/engine/tensor.js';
import type { Shape } from '../../../src/engine/types.js';
import { checkOperation, positiveLeaf, randomLeaf } from '../../support/check-operation.js';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { at, table } from '../../support/grid.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();

const unary: Readonly<Record<string, [(x: Tensor) => Tensor, (x: number) => number]>> = {
  abs: [abs, Math.abs],
  clamp: [(x) => clamp(x, -0.5, 0.75), (x) => Math.min(0.75, Math.max(-0.5, x))],
  minimumScalar: [(x) => minimumScalar(x, 0.3), (x) => Math.min(x, 0.3)],
  maximumScalar: [(x) => maximumScalar(x, 0.3), (x) => Math.max(x, 0.3)],
  'powScalar 3': [(x) => powScalar(x, 3), (x) => x ** 3],
  'powScalar -2': [(x) => powScalar(x, -2), (x) => x ** -2],
  'powScalar 0': [(x) => powScalar(x, 0), () => 1],
};

describe.each(executions)('choices, %s', (execution) => {
  it.each(Object.entries(unary))('%s', (_, [operation, value]) => {
    const leaves = { x: randomLeaf([3, 5], 'x', 0.1) };
    checkOperation(engine, execution, { leaves, build: ({ x }) => operation(x), reference: ({ x }) => x.map(value) });
  });

  it.each<[Shape, Shape]>([
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[], [2, 2]],
    [
      [2, 1, 3],
      [4, 1],
    ],
  ])('%j and %j', (first, second) => {
    const shape = broadcastShape(first, second)!;
    const leaves = { a: randomLeaf(first, 'a'), b: randomLeaf(second, 'b') };
    type Value = (a: number, b: number) => number;
    const check = (build: (a: Tensor, b: Tensor) => Tensor, value: Value, own = leaves) =>
      checkOperation(engine, execution, {
        leaves: own,
        build: ({ a, b }) => build(a, b),
        reference: ({ a, b }) => table(shape, (index) => value(at(a, first, index), at(b, second, index))),
      });
    check(minimum, Math.min);
    check((a, b) => where(greater(a, b), a, b), Math.max);
    check((a, b) => where(less(a, b), powScalar(a, 2), b), (a, b) => (a < b ? a * a : b)); // prettier-ignore
    check(pow, (a, b) => a ** b, { a: positiveLeaf(first, 'a'), b: randomLeaf(second, 'b') });
  });

  it('broadcasts a condition', () => {
    const leaves = { a: randomLeaf([2, 3], 'a'), b: randomLeaf([], 'b') };
    checkOperation(engine, execution, {
      leaves,
      build: ({ a, b }, program) =>
        where(cast(program.constant(Int32Array.of(1, 0), { dtype: 'int32', shape: [2, 1] }), 'bool'), a, b),
      reference: ({ a, b }) => a.map((value, index) => (index < 3 ? value : b[0])),
    });
  });

  it('knows order, equal values and signs', () => {
    const leaves = { x: filled([3], (i) => i - 1), zero: filled([3], () => 0) };
    const found = runOnce(engine, execution, leaves, ({ x, zero }) => ({
      greater: cast(greater(x, zero), 'int32'),
      greaterEqual: cast(greaterEqual(x, zero), 'int32'),
      less: cast(less(x, zero), 'int32'),
      lessEqual: cast(lessEqual(x, zero), 'int32'),
      sign: sign(x),
    }));
    const values = Object.fromEntries(Object.entries(found).map(([name, each]) => [name, [...each]]));
    expect(values).toEqual({
      greater: [0, 0, 1],
      greaterEqual: [0, 1, 1],
      less: [1, 0, 0],
      lessEqual: [1, 1, 0],
      sign: [-1, 0, 1],
    });
  });

  it('has the gradients of PyTorch at bounds and at 0', () => {
    const slopeOf = (at: readonly number[], build: (x: Tensor) => Tensor) =>
      runOnce(engine, execution, { x: filled([at.length], (i) => at[i]) }, ({ x }) => ({
        slope: gradients(sum(build(x)), [x])[0],
      }))['slope'];
    expect([...slopeOf([-2, -1, 0, 1, 2], (x) => clamp(x, -1, 1))]).toEqual([0, 1, 1, 1, 0]);
    expect([...slopeOf([-4, 4], (x) => sqrt(clamp(x, 0, 9)))]).toEqual([0, 0.25]);
    expect([...slopeOf([-4, 4], (x) => sqrt(maximumScalar(x, 0)))]).toEqual([0, 0.25]);
    expect([...slopeOf([4, -4], (x) => sqrt(neg(minimumScalar(x, 0))))]).toEqual([0, -0.25]);
    expect([...slopeOf([-4, 4], (x) => sqrt(maximum(detach(mulScalar(x, 0)), x)))]).toEqual([0, 0.25]);
    expect([...slopeOf([0], abs)]).toEqual([0]);
    expect([...slopeOf([0, 2], (x) => powScalar(x, 2))]).toEqual([0, 4]);
    expect([...slopeOf([0, 2], (x) => powScalar(x, 0))]).toEqual([0, 0]);
    const exponents = filled([4], (i) => [-1, 0, 2, 2][i]);
    const ofExponent = runOnce(
      engine,
      execution,
      { a: filled([4], (i) => [0, 0, 0, 3][i]), b: exponents },
      ({ a, b }) => ({ slope: gradients(sum(pow(a, b)), [b])[0] }),
    ).slope;
    expectClose(ofExponent, [0, 0, 0, 9 * Math.log(3)], 'slope of exponents');
    // What is not chosen may be anything: no gradient, and no NaN, comes from it.
    expectClose(
      slopeOf([0, 4], (x) => where(greater(x, maximumScalar(x, 1)), x, powScalar(maximumScalar(x, 1), 0.5))),
      [0, 0.25],
      'slope of what is chosen',
    );
  });

  it('refuses what does not fit together', () => {
    const leaves = { x: randomLeaf([2, 3], 'x') };
    const of = (build: (x: Tensor) => Tensor) => () => runOnce(engine, execution, leaves, ({ x }) => ({ y: build(x) }));
    expect(of((x) => where(x, x, x))).toThrow(
      'cannot compute where: expected a bool tensor and two tensors of one type that broadcast, got float32[2, 3], float32[2, 3], float32[2, 3]',
    );
    expect(of((x) => where(greater(x, x), x, cast(x, 'int32')))).toThrow('bool[2, 3], float32[2, 3], int32[2, 3]');
  });
});
