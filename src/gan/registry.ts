// The generators by name.
import { createAcganGenerator } from './acgan.js';
import { createCganGenerator } from './cgan.js';
import type { Generator } from './generator.js';
import { createInfoganGenerator } from './infogan.js';
import type { GanOptions } from './options.js';
import { createWganGenerator } from './wgan.js';

/** Builds the generator that a config's `gan` section names. `classes` is ignored where it takes no labels. */
export function createGenerator(options: GanOptions, classes: number): Generator {
  switch (options.name) {
    case 'wgan':
      return createWganGenerator(options);
    case 'cgan':
      return createCganGenerator(options, classes);
    case 'acgan':
      return createAcganGenerator(options, classes);
    case 'infogan':
      return createInfoganGenerator(options, classes);
  }
}
