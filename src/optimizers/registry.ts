// The optimizers by name. A new optimizer is one file, its options in options.ts, and one line here.
import { createAdam } from './adam.js';
import { createAdamw } from './adamw.js';
import type { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';
import { createRmsprop } from './rmsprop.js';
import { createSgd } from './sgd.js';

type OptionsByName = { readonly [Options in OptimizerOptions as Options['name']]: Options };
type Name = keyof OptionsByName;

const optimizers: { readonly [Key in Name]: (options: OptionsByName[Key]) => Optimizer } = {
  sgd: createSgd,
  adam: createAdam,
  adamw: createAdamw,
  rmsprop: createRmsprop,
};

function build<Key extends Name>(name: Key, options: OptionsByName[Key]): Optimizer {
  return optimizers[name](options);
}

/** Creates the optimizer selected by a config's `optimizer` section. */
export function createOptimizer(options: OptimizerOptions): Optimizer {
  return build(options.name, options);
}
