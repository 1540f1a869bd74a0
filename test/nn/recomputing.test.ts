// Recomputing layers: the same bits as the layer, state updated once, and recomputed values are not kept.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { add, mul, square, sum } from '../../src/engine/ops/index.js';
import { dropout } from '../../src/nn/dropout.js';
import { batchNorm, conv, relu } from '../../src/nn/layers.js';
import { sequence, type Layer } from '../../src/nn/layer.js';
import { recomputing } from '../../src/nn/recomputing.js';
import type { Execution, SessionFunction } from '../../src/engine/session.js';
import { sizeOf, type Shape } from '../../src/engine/types.js';
import { initialValues } from '../../src/nn/tensors.js';
import { createDensenet } from '../../src/models/densenet.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { expectSame } from '../support/same-numbers.js';

const engine = testEngine();
const plain = sequence(
  batchNorm('norm', 5),
  relu,
  conv('conv', { inputs: 5, outputs: 4, kernel: 3 }),
  dropout('drop', 0.3),
);

/** Value, gradients and new statistics of a layer that is applied to x², with x used before and after it. */
function measured(layer: Layer, shape: Shape, execution: Execution) {
  const input = { name: 'x', shape, trainable: true };
  const names = layer.tensors.filter(({ role }) => role === 'parameter');
  const step: SessionFunction = {
    name: 'step',
    inputs: { seed: { dtype: 'int32', shape: [2] } },
    build({ seed }, program) {
      const x = program.read(input);
      const y = layer.apply(mul(x, x), { program, training: true, seed });
      const value = add(sum(square(y)), sum(mul(x, x)));
      const targets = [x, ...names.map((tensor) => program.read(tensor))];
      const slopes = gradients(value, targets);
      return { y, ...Object.fromEntries(slopes.map((slope, index) => [`slope${index}`, slope])) };
    },
  };
  const session = engine.createSession(execution, [input, ...layer.tensors], [step]);
  try {
    session.write(initialValues(layer.tensors, 1));
    session.write(new Map([['x', Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(7 * i))]]));
    const outputs = session.call('step', { seed: Int32Array.of(3, 4) });
    return { outputs, state: session.read(layer.tensors.map(({ name }) => name)) };
  } finally {
    session.close();
  }
}

it.each(executions)('gives the bits of the layer itself (%s)', (execution) => {
  const shape = [3, 4, 4, 5];
  const expected = measured(plain, shape, execution);
  expect(expected.outputs['slope1'].some((value) => value !== 0)).toBe(true);
  expectSame(measured(recomputing(plain), shape, execution), expected);
});

describe('DenseNet', () => {
  it.each(executions)('has the same bits with and without (%s)', (execution) => {
    const options = { name: 'densenet-bc', depth: 16, growth: 4, dropout: 0.2 } as const;
    const input = { height: 32, width: 32, channels: 3, classes: 10 };
    const [kept, again] = [false, true].map((recompute) => {
      const network = createDensenet({ ...options, recompute }, input);
      const layer: Layer = { tensors: network.tensors, apply: (x, pass) => network.apply(x, pass).logits };
      return measured(layer, [2, 32, 32, 3], execution);
    });
    expectSame(again, kept);
  });
});
