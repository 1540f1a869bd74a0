// The functions of a generator's training session: a step of the discriminator, a step of the generator.
import { addScalar, cast, gatherRows, mulScalar } from '../engine/ops/index.js';
import type { SessionFunction } from '../engine/session.js';
import { frozen, type Program, type Tensor } from '../engine/tensor.js';
import type { TensorSpec } from '../engine/types.js';
import { keyedNormal, keyedSeed, keyedUniform } from '../nn/keyed-noise.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import type { Gan, Generated, Objective } from './gan.js';
import { generatedFormat } from './generator.js';
import { applyOptimizer } from '../optimizers/apply.js';
import { optimizerSpecs } from '../optimizers/optimizer.js';

export interface GanParts {
  readonly gan: Gan;
  /** The labels of generated images: those of the training images. */
  readonly classes: readonly number[];
  readonly batchSize: number;
}

export const discriminatorFunction = 'discriminator';
export const generatorFunction = 'generator';

const seedInput: TensorSpec = { dtype: 'int32', shape: [2] };

/** Draws the noise, labels and codes of a step from its seed. */
export function drawInputs({ gan, classes, batchSize }: GanParts, seed: Tensor): Generated['inputs'] {
  const { noise, codes } = gan.generator;
  const choices = seed.program.constant(Int32Array.from(classes), { dtype: 'int32', shape: [classes.length] });
  const place = mulScalar(keyedUniform(seed, [batchSize], 'labels'), classes.length);
  return {
    noise: keyedNormal(seed, [batchSize, noise], 'noise'),
    labels: gatherRows(choices, cast(place, 'int32')),
    ...(codes === 0 ? {} : { codes: addScalar(mulScalar(keyedUniform(seed, [batchSize, codes], 'codes'), 2), -1) }),
  };
}

export const parametersOf = ({ tensors }: { readonly tensors: readonly TensorDeclaration[] }): TensorDeclaration[] =>
  tensors.filter(({ role }) => role === 'parameter');

type Inputs = Readonly<Record<string, Tensor>>;

/** Returns the discriminator's objective on a batch: inputs images (uint8), labels and seed. */
export function discriminatorObjective(parts: GanParts, { images, labels, seed }: Inputs, program: Program): Objective {
  const { gan } = parts;
  const { generator, discriminator } = gan;
  const inputs = drawInputs(parts, seed);
  const made = generator.image(inputs, { program: frozen(program), training: true, seed });
  const pass = (part: string) => ({ program, training: true, seed: keyedSeed(seed, part) });
  const real = addScalar(mulScalar(cast(images, 'float32'), 1 / 127.5), -1);
  return gan.discriminatorLoss(
    { judgement: discriminator.judge(real, labels, pass('real')), labels },
    { judgement: discriminator.judge(made, inputs.labels, pass('generated')), inputs },
  );
}

/** Returns the generator's objective: input seed. */
export function generatorObjective(parts: GanParts, { seed }: Inputs, program: Program): Objective {
  const { generator, discriminator } = parts.gan;
  const inputs = drawInputs(parts, seed);
  const made = generator.image(inputs, { program, training: true, seed });
  const judgement = discriminator.judge(made, inputs.labels, { program: frozen(program), training: true, seed });
  return parts.gan.generatorLoss({ judgement, inputs });
}

const { height, width, channels } = generatedFormat;

/** The specs of the inputs of `discriminatorObjective`. */
export const batchInputs = (batchSize: number): Readonly<Record<'images' | 'labels' | 'seed', TensorSpec>> => ({
  images: { dtype: 'uint8', shape: [batchSize, height, width, channels] },
  labels: { dtype: 'int32', shape: [batchSize] },
  seed: seedInput,
});

/**
 * One step of the discriminator on a batch of real images (uint8) and the same number of generated ones. Outputs:
 * loss, before the update, and the parts of the objective. The generator is not changed.
 */
export function discriminatorStep(parts: GanParts): SessionFunction {
  const { discriminator, optimizers, clip } = parts.gan;
  return {
    name: discriminatorFunction,
    inputs: { ...batchInputs(parts.batchSize), ...optimizerSpecs(optimizers.discriminator) },
    build(inputs, program) {
      const { loss, parts: named } = discriminatorObjective(parts, inputs, program);
      applyOptimizer(optimizers.discriminator, loss, {
        parameters: parametersOf(discriminator),
        scalars: inputs,
        clip,
      });
      return { loss, ...named };
    },
  };
}

/** One step of the generator. Outputs as for the discriminator, which is not changed. */
export function generatorStep(parts: GanParts): SessionFunction {
  const { generator, optimizers } = parts.gan;
  return {
    name: generatorFunction,
    inputs: { seed: seedInput, ...optimizerSpecs(optimizers.generator) },
    build(inputs, program) {
      const { loss, parts: named } = generatorObjective(parts, inputs, program);
      applyOptimizer(optimizers.generator, loss, { parameters: parametersOf(generator), scalars: inputs });
      return { loss, ...named };
    },
  };
}
