// A custom learning-rate schedule: one cycle (Smith and Topin, 2019), up to the initial rate and down to nearly 0.

const annealed = (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));

/** @type {import('isda/kit').ScheduleModule['createSchedule']} */
export function createSchedule({ options }) {
  // As in PyTorch's OneCycleLR, where `optimizer.learningRate` is max_lr.
  const { rise = 0.3, divisor = 25, finalDivisor = 1e4 } = options;
  const first = 1 / Number(divisor);
  const last = first / Number(finalDivisor);
  return {
    learningRateFactor({ iteration, totalIterations }) {
      const peak = Number(rise) * totalIterations - 1;
      return iteration <= peak
        ? annealed(first, 1, iteration / peak)
        : annealed(1, last, (iteration - peak) / (totalIterations - 1 - peak));
    },
  };
}
