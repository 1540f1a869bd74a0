// A different learning rate for some parameters, such as those of the last layer.
import type { Optimizer } from './optimizer.js';

/** Prefix of the names of the scalars for these parameters. */
export const headPrefix = 'head.';

const ownName = (scalar: string): string => `${headPrefix}${scalar}`;

/**
 * Returns the same optimizer with `factor` times the learning rate for the parameters in `names`, like PyTorch's
 * parameter groups. The scalars for these parameters are separate inputs, `head.<name>`.
 */
export function withHeadRate(optimizer: Optimizer, names: ReadonlySet<string>, factor: number): Optimizer {
  const { name, learningRate, scalars, apart = new Set<string>(), elementwise = true } = optimizer;
  const own = Object.entries(scalars).map(([scalar, valueAt]): [string, typeof valueAt] => [
    ownName(scalar),
    (moment) => valueAt({ ...moment, learningRate: factor * moment.learningRate }),
  ]);
  return {
    name,
    learningRate,
    elementwise,
    state: (parameter) => optimizer.state(parameter),
    scalars: { ...scalars, ...Object.fromEntries(own) },
    apart: new Set([...apart, ...names]),
    update(update) {
      if (!names.has(update.parameter.name)) return optimizer.update(update);
      const headScalars = Object.keys(scalars).map((scalar) => [scalar, update.scalars[ownName(scalar)]] as const);
      return optimizer.update({ ...update, scalars: Object.fromEntries(headScalars) });
    },
  };
}
