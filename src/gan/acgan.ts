// ACGAN (Odena et al., 2017): the discriminator also classifies images (paper, section 5).
import { add, mean, relu as reluOp, reshape, softmaxCrossEntropy } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence, type Layer } from '../nn/layer.js';
import { dropout } from '../nn/dropout.js';
import { leakyRelu, linear } from '../nn/layers.js';
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
  joined,
  ganBatchNorm,
  project,
} from './layers.js';
import type { AcganOptions } from './options.js';

/** noise and label → fully connected 8w → 4w·4·4 → 2w·8·8 → w·16·16 → 3·32·32, w = 48. */
export function createAcganGenerator({ noise, generatorWidth: width }: AcganOptions, classes: number): Generator {
  const first = linear('generator.fc1', noise + classes, 8 * width);
  const layers = sequence(
    project(2, 4, { inputs: 8 * width, outputs: 4 * width }),
    enlargeNormalized(3, { inputs: 4 * width, outputs: 2 * width }),
    enlargeNormalized(4, { inputs: 2 * width, outputs: width }),
    enlargeToImage(5, width),
  );
  return {
    noise,
    classes,
    codes: 0,
    tensors: [...first.tensors, ...layers.tensors],
    image(inputs, pass) {
      const vector = joined({ noise: inputs.noise, labels: requireInput(inputs, 'labels') }, classes);
      return layers.apply(asPixel(reluOp(first.apply(vector, pass))), pass);
    },
  };
}

/** Six 3x3 convolutions, every second with stride 2, to w … 32w channels, w = 16; then two fully connected heads. */
function createDiscriminator({ discriminatorWidth: width, dropout: rate }: AcganOptions, classes: number) {
  const block = (number: number): Layer => {
    const outputs = width * 2 ** (number - 1);
    const [inputs, stride] = [number === 1 ? 3 : outputs / 2, number % 2 === 1 ? 2 : 1];
    return sequence(
      discriminatorConv(number, { inputs, outputs, kernel: 3, stride, padding: 1 }),
      ...(number === 1 ? [] : [ganBatchNorm(`discriminator.bn${number}`, outputs)]),
      leakyRelu(0.2),
      dropout(`discriminator.dropout${number}`, rate),
    );
  };
  const body = sequence(...[1, 2, 3, 4, 5, 6].map(block));
  const features = 4 * 4 * 32 * width;
  const real = linear('discriminator.fc_real', features, 1);
  const label = linear('discriminator.fc_class', features, classes);
  return {
    tensors: [...body.tensors, ...real.tensors, ...label.tensors],
    judge(images, _, pass) {
      const count = images.shape[0];
      const vector = reshape(body.apply(images, pass), [count, features]);
      return { score: reshape(real.apply(vector, pass), [count]), classLogits: label.apply(vector, pass) };
    },
  } satisfies Discriminator;
}

/**
 * Both networks also minimize the cross entropy of the class: the discriminator for real and generated images, the
 * generator for its labels.
 */
export function createAcgan(options: AcganOptions, classes: number): Gan {
  const { learningRate, beta1 } = options;
  const optimizer = createAdam(adamOptions.parse({ name: 'adam', learningRate, beta1 }));
  const classLoss = (logits: Tensor | undefined, labels: Tensor): Tensor => mean(softmaxCrossEntropy(logits!, labels));
  return {
    generator: createAcganGenerator(options, classes),
    discriminator: createDiscriminator(options, classes),
    discriminatorLoss(real, { judgement, inputs }) {
      const ofReal = classLoss(real.judgement.classLogits, real.labels);
      const ofGenerated = classLoss(judgement.classLogits, inputs.labels);
      const source = add(callReal(real.judgement.score), callGenerated(judgement.score));
      return { loss: add(source, add(ofReal, ofGenerated)), parts: { realClassLoss: ofReal } };
    },
    generatorLoss({ judgement, inputs }) {
      const ofGenerated = classLoss(judgement.classLogits, inputs.labels);
      return { loss: add(callReal(judgement.score), ofGenerated), parts: { generatedClassLoss: ofGenerated } };
    },
    parts: ['realClassLoss', 'generatedClassLoss'],
    optimizers: { discriminator: optimizer, generator: optimizer },
    discriminatorSteps: () => 1,
  };
}
