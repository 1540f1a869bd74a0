// A custom optimizer: Lion (Chen et al., 2023), steps by the sign of a mean of gradients, with decoupled weight decay.

/** @type {import('isda/kit').OptimizerModule['createOptimizer']} */
export function createOptimizer({ options, kit }) {
  const { mul, sign, sub } = kit.ops;
  const { blend, stateOf } = kit.optimizers;
  const { beta1 = 0.9, beta2 = 0.99, weightDecay = 0.01 } = options;
  return {
    name: 'lion',
    // Every value is updated independently, so many parameters may be updated as one vector.
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
