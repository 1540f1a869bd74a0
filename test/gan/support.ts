// Generators narrow enough for tests, with first values from a seed.
import { ganOptions, type GanOptions } from '../../src/gan/options.js';
import { createGenerator } from '../../src/gan/registry.js';
import type { StoredGenerator } from '../../src/gan/stored.js';
import { initialValues } from '../../src/nn/tensors.js';

export const kinds = ['wgan', 'cgan', 'acgan', 'infogan'] as const;

export const narrow = (name: GanOptions['name']): GanOptions =>
  ganOptions.parse({ name, noise: 5, generatorWidth: 2, discriminatorWidth: 2 });

/** An untrained generator of three classes. */
export function fresh(options: GanOptions, seed = 1): StoredGenerator {
  const classNames = ['cat', 'dog', 'frog'];
  const generator = createGenerator(options, classNames.length);
  const values = initialValues(generator.tensors, seed);
  return { options, generator, values, dataset: 'cifar10', classNames, trainedClasses: [0, 1, 2] };
}
