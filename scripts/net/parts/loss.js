// A user's loss with state, a scalar that grows and randomness: cross entropy times noise and 1 + lambda (loss so far).

export function createLoss({ options, kit }) {
  const { add, floatScalar, mean, mul, softmaxCrossEntropy, statelessUniform } = kit.ops;
  const average = kit.declare('loss.average', 'state', [], kit.initializers.filledWith(0));
  return {
    name: 'net-loss',
    tensors: [average],
    scalars: {
      lambda: ({ iteration, totalIterations }) => {
        // A crash, or a signal that stops the run: once, where the environment asks for it.
        if (iteration === options.stopAt && process.env.NET_SIGNAL) process.kill(process.pid, process.env.NET_SIGNAL);
        return iteration / totalIterations;
      },
    },
    compute({ program, logits, labels, seed, scalars }) {
      const losses = softmaxCrossEntropy(logits, labels);
      const half = floatScalar(program, 0.5);
      const old = program.read(average);
      program.assign(average, mul(half, add(old, mean(losses))));
      const noise = add(half, statelessUniform(seed, labels.shape));
      const weight = add(floatScalar(program, 1), mul(old, scalars.lambda));
      return mul(weight, mean(mul(losses, noise)));
    },
  };
}
