// Activations: values and gradients against float64.
import { describe, expect, it } from 'vitest';
import { leakyRelu, relu, sigmoid, softplus, tanh } from '../../../src/engine/ops/index.js';
import type { Tensor } from '../../../src/engine/tensor.js';
import { checkOperation, randomLeaf } from '../../support/check-operation.js';
import { testEngine } from '../../support/engine.js';
import { executions, filled, runOnce } from '../../support/run-once.js';

const engine = testEngine();

const activations: Readonly<Record<string, [(x: Tensor) => Tensor, (x: number) => number]>> = {
  relu: [relu, (x) => Math.max(x, 0)],
  leakyRelu: [(x) => leakyRelu(x, 0.2), (x) => (x > 0 ? x : 0.2 * x)],
  sigmoid: [sigmoid, (x) => 1 / (1 + Math.exp(-x))],
  tanh: [tanh, Math.tanh],
  softplus: [softplus, (x) => Math.log1p(Math.exp(x))],
};

describe.each(executions)('activations, %s', (execution) => {
  it.each(Object.entries(activations))('%s', (_, [operation, value]) => {
    const leaves = { x: randomLeaf([3, 5], 'x', 0.01) };
    checkOperation(engine, execution, { leaves, build: ({ x }) => operation(x), reference: ({ x }) => x.map(value) });
  });

  it('softplus neither overflows nor loses small values', () => {
    const leaves = { x: filled([3], (i) => [-80, 0, 200][i]) };
    const { value } = runOnce(engine, execution, leaves, ({ x }) => ({ value: softplus(x) }));
    expect(value[0] / Math.exp(-80)).toBeCloseTo(1, 5);
    expect(value[1]).toBeCloseTo(Math.LN2, 6);
    expect(value[2]).toBe(200);
  });
});
