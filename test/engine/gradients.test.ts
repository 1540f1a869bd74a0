// Differentiation: values used more than once, detached values, custom gradients, errors.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { add, cast, exp, matMul, mul, mulScalar, square, sub, sum } from '../../src/engine/ops/index.js';
import { customGradient, detach, type Tensor } from '../../src/engine/tensor.js';
import { checkOperation, randomLeaf } from '../support/check-operation.js';
import { testEngine } from '../support/engine.js';
import { executions, filled, runOnce } from '../support/run-once.js';

const engine = testEngine();

describe.each(executions)('gradients, %s', (execution) => {
  const slopes = (values: readonly number[], build: (x: Tensor) => Tensor): number[] => {
    const leaves = { x: filled([values.length], (index) => values[index]) };
    const found = runOnce(engine, execution, leaves, ({ x }) => ({ slope: gradients(build(x), [x])[0] }));
    return [...found['slope']];
  };

  it('sums over all uses of a value', () => {
    checkOperation(engine, execution, {
      leaves: { x: randomLeaf([2, 2], 'x'), y: randomLeaf([2, 2], 'y') },
      build({ x, y }) {
        const shared = mul(x, y);
        return add(add(mul(shared, shared), mul(x, x)), sub(shared, exp(shared)));
      },
      reference: ({ x, y }) =>
        x.map((value, index) => {
          const shared = value * y[index];
          return shared * shared + value * value + shared - Math.exp(shared);
        }),
    });
  });

  it('visits each step of a chain of doublings once', () => {
    // 2^40 paths lead from the sum to x: a walk along paths would not end.
    const doubled = (x: Tensor, times: number): Tensor => (times === 0 ? x : doubled(add(x, x), times - 1));
    expect(slopes([1, 2], (x) => sum(doubled(x, 40)))).toEqual([2 ** 40, 2 ** 40]);
  });

  it('gives gradients of intermediate values too', () => {
    const found = runOnce(engine, execution, { x: filled([2], (i) => i + 1) }, ({ x }) => {
      const y = square(x);
      const [ofX, ofY] = gradients(sum(square(y)), [x, y]);
      return { ofX, ofY };
    });
    expect([...found['ofX'], ...found['ofY']]).toEqual([4, 32, 2, 8]);
  });

  it('stops at detached values', () => {
    expect(slopes([2, 3], (x) => sum(mul(x, detach(x))))).toEqual([2, 3]);
    expect(slopes([2, 3], (x) => sum(square(detach(x))))).toEqual([0, 0]);
  });

  it('uses a custom gradient', () => {
    const scaled = (x: Tensor): Tensor =>
      customGradient([x], (inner) => {
        expect(inner.needsGradient).toBe(false);
        return { value: square(inner), backward: (gradient) => [mulScalar(gradient, 7)] };
      });
    expect(slopes([2, 3], (x) => sum(mulScalar(scaled(x), 2)))).toEqual([14, 14]);
  });

  it('uses a custom gradient of a value that is the input itself', () => {
    const reversed = (x: Tensor): Tensor =>
      customGradient([x], (inner) => ({ value: inner, backward: (gradient) => [mulScalar(gradient, -1)] }));
    expect(slopes([2, 3], (x) => sum(square(reversed(x))))).toEqual([-4, -6]);
  });

  it('gives zeros if no value depends on a target', () => {
    const leaves = { x: filled([2], (i) => i), unused: filled([2, 3], (i) => i) };
    const found = runOnce(engine, execution, leaves, ({ x, unused }) => {
      const [, slope] = gradients(sum(x), [x, unused]);
      expect(slope.shape).toEqual([2, 3]);
      return { slope };
    });
    expect([...found['slope']]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('computes only the required gradients', () => {
    const leaves = { x: filled([1, 2], (i) => i + 1) };
    runOnce(engine, execution, leaves, ({ x }, program) => {
      const fixed = program.constant(Float32Array.of(3, 4), { dtype: 'float32', shape: [2, 1] });
      const product = matMul(x, fixed);
      expect(fixed.needsGradient).toBe(false);
      const [ofX, ofFixed] = product.origin!.backward(product, [true, false]);
      expect(ofX?.shape).toEqual([1, 2]);
      expect(ofFixed).toBeUndefined();
      return { product };
    });
  });

  it('refuses values that are not scalars, and gradients of another shape', () => {
    expect(() => slopes([1, 2], (x) => x)).toThrow('cannot differentiate: the value is float32[2], expected a scalar');
    const wrong = (x: Tensor): Tensor =>
      customGradient([x], (inner) => ({ value: sum(inner), backward: (gradient) => [gradient] }));
    expect(() => slopes([1, 2], wrong)).toThrow(
      'cannot differentiate: a gradient is float32[] for an input of float32[2]',
    );
    const halved = (x: Tensor): Tensor =>
      customGradient([x], (inner) => ({ value: square(inner), backward: (gradient) => [cast(gradient, 'bfloat16')] }));
    expect(() => slopes([1, 2], (x) => sum(halved(x)))).toThrow(
      'cannot differentiate: a gradient is bfloat16[2] for an input of float32[2]',
    );
  });

  it('passes no gradient through integers', () => {
    const rounded = (x: Tensor): Tensor => cast(cast(x, 'int32'), 'float32');
    expect(slopes([1.5, 2.5], (x) => sum(mulScalar(rounded(x), 2.7)))).toEqual([0, 0]);
    expect(slopes([1.5, 2.5], (x) => sum(mul(x, rounded(x))))).toEqual([1, 2]);
  });
});
