// Activations: values and gradients against float64.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { erf, gelu, leakyRelu, relu, sigmoid, silu, softplus, sum, tanh } from '../../../src/engine/ops/index.js';
import type { Tensor } from '../../../src/engine/tensor.js';
import { expectClose } from '../../support/close.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();

/** The error function by its series, to 1e-12 where |x| is below 4. */
function erfOf(x: number): number {
  let term = x;
  let total = x;
  for (let n = 1; n < 100; n++) {
    term *= -(x * x) / n;
    total += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * total;
}

const activations: Readonly<Record<string, [(x: Tensor) => Tensor, (x: number) => number]>> = {
  relu: [relu, (x) => Math.max(x, 0)],
  leakyRelu: [(x) => leakyRelu(x, 0.2), (x) => (x > 0 ? x : 0.2 * x)],
  sigmoid: [sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  tanh: [tanh, Math.tanh],
  softplus: [softplus, (x) => Math.log1p(Math.exp(x))],
  erf: [erf, erfOf],
  gelu: [gelu, (x) => (x * (1 + erfOf(x / Math.SQRT2))) / 2],
  silu: [silu, (x) => x / (1 + Math.exp(-x))],
};

describe.each(executions)('activations, %s', (execution) => {
  it.each(Object.entries(activations))('%s', (_, [operation, value]) => {
    const leaves = { x: randomLeaf([3, 5], 'x', 0.01) };
    checkOperation(engine, execution, { leaves, build: ({ x }) => operation(x), reference: ({ x }) => x.map(value) });
  });

  it('gives SciPy’s values', () => {
    const at = [-3, -1.5, -0.25, 0, 0.5, 2, 4];
    const found = runOnce(engine, execution, { x: filled([7], (i) => at[i]) }, ({ x }) => {
      const [slope] = gradients(sum(gelu(x)), [x]);
      return { erf: erf(x), gelu: gelu(x), slope };
    });
    // scipy.special.erf(x), x * scipy.stats.norm.cdf(x) and its derivative, norm.cdf(x) + x * norm.pdf(x).
    expectClose(
      found['erf'],
      [-0.99997791, -0.966105146, -0.27632639, 0, 0.520499878, 0.995322265, 0.999999985],
      'erf',
    );
    expectClose(
      found['gelu'],
      [-0.00404969409, -0.100210802, -0.100323419, 0, 0.345731231, 1.95449974, 3.99987332],
      'gelu',
    );
    expectClose(
      found['slope'],
      [-0.0119456472, -0.127469192, 0.304626645, 0.5, 0.867495125, 1.0852318, 1.00050365],
      'slope',
    );
  });

  it('softplus neither overflows nor loses small values', () => {
    const leaves = { x: filled([3], (i) => [-80, 0, 200][i]) };
    const { value } = runOnce(engine, execution, leaves, ({ x }) => ({ value: softplus(x) }));
    expect(value[0] / Math.exp(-80)).toBeCloseTo(1, 5);
    expect(value[1]).toBeCloseTo(Math.LN2, 6);
    expect(value[2]).toBe(200);
  });
});
