// CGAN (Mirza and Osindero, 2014): a DCGAN with the label as a second input (paper, section 5).
import { add, concat, conv2d, gatherRows, onesLike, oneHot, reshape, slice, transpose } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence, type Pass } from '../nn/layer.js';
import { leakyRelu } from '../nn/layers.js';
import { createAdam } from '../optimizers/adam.js';
import { adamOptions } from '../optimizers/options.js';
import type { Discriminator, Gan } from './gan.js';
import { requireInput, type Generator } from './generator.js';
import {
  asPixel,
  callGenerated,
  callReal,
  discriminatorConv,
  enlargeNormalized,
  enlargeToImage,
  halveNormalized,
  project,
  toScore,
} from './layers.js';
import type { CganOptions } from './options.js';

/** noise → 2w·4·4 concatenated with label → 2w·4·4, then → 2w·8·8 → w·16·16 → 3·32·32, w = 128. */
export function createCganGenerator({ noise, generatorWidth: width }: CganOptions, classes: number): Generator {
  const fromNoise = project(1, 4, { inputs: noise, outputs: 2 * width }, '_noise');
  const fromLabel = project(1, 4, { inputs: classes, outputs: 2 * width }, '_label');
  const layers = sequence(
    enlargeNormalized(2, { inputs: 4 * width, outputs: 2 * width }),
    enlargeNormalized(3, { inputs: 2 * width, outputs: width }),
    enlargeToImage(4, width),
  );
  return {
    noise,
    classes,
    codes: 0,
    tensors: [...fromNoise.tensors, ...fromLabel.tensors, ...layers.tensors],
    image(inputs, pass) {
      const label = asPixel(oneHot(requireInput(inputs, 'labels'), classes));
      const both = [fromNoise.apply(asPixel(inputs.noise), pass), fromLabel.apply(label, pass)];
      return layers.apply(concat(both, 3), pass);
    },
  };
}

/** Image → w/2·16·16 concatenated with label (planes of 32x32) → w/2·16·16, then → 2w·8·8 → 4w·4·4 → 1, w = 128. */
function createDiscriminator({ discriminatorWidth: width }: CganOptions, classes: number): Discriminator {
  const slope = 0.2;
  const half = width / 2;
  const first = { outputs: half, kernel: 4, stride: 2, padding: 1 };
  const ofImage = discriminatorConv('1_image', { inputs: 3, ...first });
  const ofLabel = discriminatorConv('1_label', { inputs: classes, ...first });
  const [kernel] = ofLabel.tensors;
  /**
   * The convolution of one-hot label planes, [N, 16, 16, w/2], computed as a plane of ones convolved with each class's
   * kernel, then gathered by label.
   */
  const labelFeatures = (images: Tensor, labels: Tensor, { program }: Pass): Tensor => {
    const plane = onesLike(slice(images, [0, 0, 0, 0], [1, 32, 32, 1]));
    const kernels = reshape(program.read(kernel), [4, 4, 1, classes * half]);
    const each = reshape(conv2d(plane, kernels, { stride: 2, padding: 1 }), [256, classes, half]);
    return reshape(gatherRows(transpose(each, [1, 0, 2]), labels), [labels.shape[0], 16, 16, half]);
  };
  const layers = sequence(
    leakyRelu(slope),
    halveNormalized(2, { inputs: width, outputs: 2 * width }, slope),
    halveNormalized(3, { inputs: 2 * width, outputs: 4 * width }, slope),
    toScore(4, 4 * width),
  );
  return {
    tensors: [...ofImage.tensors, ...ofLabel.tensors, ...layers.tensors],
    judge(images, labels, pass) {
      const both = concat([ofImage.apply(images, pass), labelFeatures(images, labels, pass)], 3);
      return { score: layers.apply(both, pass) };
    },
  };
}

/** Cross entropy of real and generated images, both with labels. */
export function createCgan(options: CganOptions, classes: number): Gan {
  const { learningRate, beta1 } = options;
  const optimizer = createAdam(adamOptions.parse({ name: 'adam', learningRate, beta1 }));
  return {
    generator: createCganGenerator(options, classes),
    discriminator: createDiscriminator(options, classes),
    discriminatorLoss: (real, generated) => ({
      loss: add(callReal(real.judgement.score), callGenerated(generated.judgement.score)),
    }),
    generatorLoss: ({ judgement }) => ({ loss: callReal(judgement.score) }),
    parts: [],
    optimizers: { discriminator: optimizer, generator: optimizer },
    discriminatorSteps: () => 1,
  };
}
