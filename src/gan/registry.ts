// The generators by name.
import { createAcgan, createAcganGenerator } from './acgan.js';
import { createCgan, createCganGenerator } from './cgan.js';
import type { Gan } from './gan.js';
import type { Generator } from './generator.js';
import { createInfogan, createInfoganGenerator } from './infogan.js';
import type { GanOptions } from './options.js';
import { createWgan, createWganGenerator } from './wgan.js';

type OptionsByName = { readonly [Options in GanOptions as Options['name']]: Options };
type Kind = keyof OptionsByName;

const kinds: {
  readonly [Name in Kind]: {
    readonly generator: (options: OptionsByName[Name], classes: number) => Generator;
    readonly gan: (options: OptionsByName[Name], classes: number) => Gan;
  };
} = {
  wgan: { generator: createWganGenerator, gan: createWgan },
  cgan: { generator: createCganGenerator, gan: createCgan },
  acgan: { generator: createAcganGenerator, gan: createAcgan },
  infogan: { generator: createInfoganGenerator, gan: createInfogan },
};

function generatorOf<Name extends Kind>(name: Name, options: OptionsByName[Name], classes: number): Generator {
  return kinds[name].generator(options, classes);
}

function ganOf<Name extends Kind>(name: Name, options: OptionsByName[Name], classes: number): Gan {
  return kinds[name].gan(options, classes);
}

/** Creates the generator selected by a config's `gan` section. `classes` is ignored by generators without labels. */
export function createGenerator(options: GanOptions, classes: number): Generator {
  return generatorOf(options.name, options, classes);
}

/** Creates the generator, discriminator and losses selected by a config's `gan` section. */
export function createGan(options: GanOptions, classes: number): Gan {
  return ganOf(options.name, options, classes);
}
