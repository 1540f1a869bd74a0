// Narrow generators for tests, with initial values from a seed.
import { ganOptions, type GanOptions } from '../../src/gan/options.js';
import { createGenerator } from '../../src/gan/registry.js';
import type { StoredGenerator } from '../../src/gan/stored.js';
import { initialValues } from '../../src/nn/tensors.js';

export const kinds = ['wgan', 'cgan', 'acgan', 'infogan'] as const;
export type Kind = (typeof kinds)[number];

export const narrow = (name: GanOptions['name']): GanOptions =>
  ganOptions.parse({ name, noise: 5, generatorWidth: 2, discriminatorWidth: 2 });

/** An untrained generator of three classes. */
export function fresh(options: GanOptions, seed = 1): StoredGenerator {
  const classNames = ['cat', 'dog', 'frog'];
  const generator = createGenerator(options, classNames.length);
  const values = initialValues(generator.tensors, seed);
  return { options, generator, values, dataset: 'cifar10', classNames, trainedClasses: [0, 1, 2] };
}

/** A batch of real images of three classes, in smooth colours, with labels. */
export function photos(count: number): { images: Uint8Array; labels: Int32Array } {
  const images = Uint8Array.from(
    { length: count * 32 * 32 * 3 },
    (_, i) => 127 + 120 * Math.sin(0.05 * i + i * i * 1e-5),
  );
  return { images, labels: Int32Array.from({ length: count }, (_, i) => i % 3) };
}
