// WGAN (Arjovsky et al., 2017) as a DCGAN for 32x32 pixels (paper, section 5).
import { mean, neg, sub } from '../engine/ops/index.js';
import { sequence } from '../nn/layer.js';
import { leakyRelu } from '../nn/layers.js';
import { rmspropOptions } from '../optimizers/options.js';
import { createRmsprop } from '../optimizers/rmsprop.js';
import type { Discriminator, Gan } from './gan.js';
import type { Generator } from './generator.js';
import { asPixel, enlargeNormalized, enlargeToImage, halve, halveNormalized, project, toScore } from './layers.js';
import type { WganOptions } from './options.js';

const warmupCriticSteps = 100;

/** noise → 4w·4·4 → 2w·8·8 → w·16·16 → 3·32·32, w = 64. Without labels. */
export function createWganGenerator({ noise, generatorWidth: width }: WganOptions): Generator {
  const layers = sequence(
    project(1, 4, { inputs: noise, outputs: 4 * width }),
    enlargeNormalized(2, { inputs: 4 * width, outputs: 2 * width }),
    enlargeNormalized(3, { inputs: 2 * width, outputs: width }),
    enlargeToImage(4, width),
  );
  return {
    noise,
    classes: 0,
    codes: 0,
    tensors: layers.tensors,
    image: (inputs, pass) => layers.apply(asPixel(inputs.noise), pass),
  };
}

/** 3·32·32 → w·16·16 → 2w·8·8 → 4w·4·4 → 1, w = 64. */
function createCritic({ discriminatorWidth: width }: WganOptions): Discriminator {
  const slope = 0.2;
  const layers = sequence(
    halve(1, { inputs: 3, outputs: width }),
    leakyRelu(slope),
    halveNormalized(2, { inputs: width, outputs: 2 * width }, slope),
    halveNormalized(3, { inputs: 2 * width, outputs: 4 * width }, slope),
    toScore(4, 4 * width),
  );
  return { tensors: layers.tensors, judge: (images, _, pass) => ({ score: layers.apply(images, pass) }) };
}

/** The critic maximizes the mean of f(real) − f(generated), the generator that of f(generated). */
export function createWgan(options: WganOptions): Gan {
  const { learningRate, clip, criticSteps, warmupIterations } = options;
  const optimizer = createRmsprop(rmspropOptions.parse({ name: 'rmsprop', learningRate }));
  return {
    generator: createWganGenerator(options),
    discriminator: createCritic(options),
    discriminatorLoss: (real, generated) => ({
      loss: sub(mean(generated.judgement.score), mean(real.judgement.score)),
    }),
    generatorLoss: ({ judgement }) => ({ loss: neg(mean(judgement.score)) }),
    parts: [],
    optimizers: { discriminator: optimizer, generator: optimizer },
    clip,
    discriminatorSteps: (iteration) => (iteration < warmupIterations ? warmupCriticSteps : criticSteps),
  };
}
