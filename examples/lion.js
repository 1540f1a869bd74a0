// An optimizer of one's own: Lion (Chen et al., 2023), the sign of a mean of gradients, with decoupled weight decay.

/** @type {import('../src/runs/kit.js').OptimizerModule['createOptimizer']} */
export function createOptimizer({ options, kit }) {
  const { div, maximumScalar, mul, sqrt, square, sub } = kit.ops;
  const { blend, stateOf } = kit.optimizers;
  const { beta1 = 0.9, beta2 = 0.99, weightDecay = 0.01 } = options;
  /** Values of 1 and −1; 0 of 0. */
  const sign = (x) => div(x, maximumScalar(sqrt(square(x)), 1e-20));
  return {
    name: 'lion',
    // Every value is updated without regard to the others: many parameters may come as one vector.
    elementwise: true,
    state: (parameter) => [stateOf('momentum', parameter)],
    // Inputs of each step: functions of the schedule's learning rate and of the step, from 1.
    scalars: {
      stepSize: ({ learningRate }) => learningRate,
      kept: ({ learningRate }) => 1 - learningRate * Number(weightDecay),
    },
    update({ program, parameter, value, gradient, scalars }) {
      const momentum = stateOf('momentum', parameter);
      const mean = program.read(momentum);
      const step = sign(blend(mean, gradient, Number(beta1)));
      program.assign(parameter, sub(mul(value, scalars.kept), mul(step, scalars.stepSize)));
      program.assign(momentum, blend(mean, gradient, Number(beta2)));
    },
  };
}
