// SGD on a small problem, against the same steps in float64.
import { describe, expect, it } from 'vitest';
import { floatScalar, mul, mulScalar, square, sum } from '../../src/engine/ops/index.js';
import { createTally } from '../../src/engine/tally-program.js';
import { detach, type Tensor } from '../../src/engine/tensor.js';
import { declare, filledWith } from '../../src/nn/tensors.js';
import { applyOptimizer } from '../../src/optimizers/apply.js';
import { optimizerOptions, type SgdOptions } from '../../src/optimizers/options.js';
import { createSgd, velocityOf } from '../../src/optimizers/sgd.js';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const w = declare('w', 'parameter', [3], filledWith(0));
const idle = declare('idle', 'parameter', [2], filledWith(0));
const factors = [1, -2, 0.5];

describe.each(executions)('SGD, %s', (execution) => {
  it.each([
    { nesterov: true, momentum: 0.9, weightDecay: 0.01 },
    { nesterov: false, momentum: 0.9, weightDecay: 0.01 },
    { nesterov: true, momentum: 0.9, weightDecay: 0 },
    { nesterov: false, momentum: 0, weightDecay: 0.1 },
  ])('nesterov $nesterov, momentum $momentum, weight decay $weightDecay', (options) => {
    const { nesterov, momentum, weightDecay } = options;
    const tensors = [w, idle, velocityOf(w), velocityOf(idle)];
    const session = engine.createSession(execution, tensors, [
      {
        name: 'step',
        inputs: { learningRate: { dtype: 'float32', shape: [] } },
        build({ learningRate }, program) {
          // The gradient of the sum of f w² / 2 is f w.
          const value = program.read(w);
          const f = program.constant(Float32Array.from(factors), { dtype: 'float32', shape: [3] });
          const loss = sum(mulScalar(mul(f, square(value)), 0.5));
          const optimizer = createSgd({ name: 'sgd', learningRate: 1, ...options });
          applyOptimizer(optimizer, loss, { parameters: [w, idle], scalars: { learningRate } });
          return { loss };
        },
      },
    ]);
    let weights = [1, 2, -3];
    let [decayed, velocityOfIdle] = [4, 0];
    let velocity = [0, 0, 0];
    session.write(
      new Map([
        ['w', Float32Array.from(weights)],
        ['idle', Float32Array.of(4, 4)],
        ['optimizer.momentum.w', new Float32Array(3)],
        ['optimizer.momentum.idle', new Float32Array(2)],
      ]),
    );
    for (const learningRate of [0.1, 0.1, 0.02, 0.02]) {
      const { loss } = session.call('step', { learningRate: Float32Array.of(learningRate) });
      expectClose(loss, [weights.reduce((total, x, i) => total + (factors[i] * x * x) / 2, 0)], 'loss');
      const slopes = weights.map((x, i) => factors[i] * x + weightDecay * x);
      velocity = velocity.map((v, i) => momentum * v + slopes[i]);
      weights = weights.map((x, i) => x - learningRate * (nesterov ? slopes[i] + momentum * velocity[i] : velocity[i]));
      // A parameter that the loss does not depend on only decays.
      const slope = weightDecay * decayed;
      velocityOfIdle = momentum * velocityOfIdle + slope;
      decayed -= learningRate * (nesterov ? slope + momentum * velocityOfIdle : velocityOfIdle);
      const state = session.read(['w', 'idle', 'optimizer.momentum.w']);
      expectClose(state.get('w')!, weights, 'weights');
      expectClose(state.get('optimizer.momentum.w')!, velocity, 'velocity');
      expectClose(state.get('idle')!, [decayed, decayed], 'decayed');
    }
    session.close();
  });
});

describe('velocityOf', () => {
  it("is a parameter's state in its layout", () => {
    const kernel = declare('conv.weight', 'parameter', [3, 3, 2, 4], filledWith(1), 'conv');
    const { name, role, shape, layout, trainable } = velocityOf(kernel);
    expect({ name, role, shape, layout, trainable }).toEqual({
      name: 'optimizer.momentum.conv.weight',
      role: 'state',
      shape: [3, 3, 2, 4],
      layout: 'conv',
      trainable: false,
    });
  });
});

it('refuses a loss without a gradient, with which nothing would be trained', () => {
  const { program } = createTally();
  const value = program.read(w);
  const train = (loss: Tensor) => () =>
    applyOptimizer(createSgd(optimizerOptions.parse({}) as SgdOptions), loss, {
      parameters: [w],
      scalars: { learningRate: floatScalar(program, 1) },
    });
  expect(train(sum(value))).not.toThrow();
  expect(train(sum(detach(value)))).toThrow(
    'cannot differentiate: the loss has no gradient with respect to any parameter, so nothing would be trained',
  );
});
