// InfoGAN (Chen et al., 2016), with the networks of its appendix C.2: a network Q estimates the codes of images.
import { add, mean, mulScalar, reshape, softmaxCrossEntropy, square, sub, sum } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import { sequence } from '../nn/layer.js';
import { leakyRelu, linear, relu } from '../nn/layers.js';
import { createAdam } from '../optimizers/adam.js';
import { adamOptions } from '../optimizers/options.js';
import type { Discriminator, Gan, Generated } from './gan.js';
import { requireInput, type Generator } from './generator.js';
import {
  asPixel,
  callGenerated,
  callReal,
  discriminatorConv,
  enlarge,
  enlargeNormalized,
  enlargeToImage,
  halve,
  halveNormalized,
  joined,
  ganBatchNorm,
  project,
  toScore,
} from './layers.js';
import type { InfoganOptions } from './options.js';

/** noise, label and codes → 7w·2·2 → 4w·4·4 → 2w·8·8 → w·16·16 → 3·32·32, w = 64; the first two are normalized. */
export function createInfoganGenerator(
  { noise, codes, generatorWidth: width }: InfoganOptions,
  classes: number,
): Generator {
  const layers = sequence(
    project(1, 2, { inputs: noise + classes + codes, outputs: 7 * width }),
    enlargeNormalized(2, { inputs: 7 * width, outputs: 4 * width }),
    enlarge(3, { inputs: 4 * width, outputs: 2 * width }),
    relu,
    enlarge(4, { inputs: 2 * width, outputs: width }),
    relu,
    enlargeToImage(5, width),
  );
  return {
    noise,
    classes,
    codes,
    tensors: layers.tensors,
    image(inputs, pass) {
      const all = { noise: inputs.noise, labels: requireInput(inputs, 'labels'), codes: requireInput(inputs, 'codes') };
      return layers.apply(asPixel(joined(all, classes)), pass);
    },
  };
}

/** 3·32·32 → w·16·16 → 2w·8·8 → 4w·4·4, w = 64, shared by the score and by Q, which adds a layer of 2w units. */
function createDiscriminator({ codes, discriminatorWidth: width }: InfoganOptions, classes: number) {
  const slope = 0.1;
  const body = sequence(
    halve(1, { inputs: 3, outputs: width }),
    leakyRelu(slope),
    halveNormalized(2, { inputs: width, outputs: 2 * width }, slope),
    halveNormalized(3, { inputs: 2 * width, outputs: 4 * width }, slope),
  );
  const score = toScore(4, 4 * width);
  const hidden = sequence(
    discriminatorConv('_q', { inputs: 4 * width, outputs: 2 * width, kernel: 4, stride: 1, padding: 0 }),
    ganBatchNorm('discriminator.bn_q', 2 * width),
    leakyRelu(slope),
  );
  const label = linear('discriminator.fc_class', 2 * width, classes);
  const code = linear('discriminator.fc_codes', 2 * width, codes);
  const parts = [body, score, hidden, label, code];
  return {
    tensors: parts.flatMap(({ tensors }) => tensors),
    judge(images, _, pass) {
      const features = body.apply(images, pass);
      const units = reshape(hidden.apply(features, pass), [images.shape[0], 2 * width]);
      return {
        score: score.apply(features, pass),
        classLogits: label.apply(units, pass),
        codes: code.apply(units, pass),
      };
    },
  } satisfies Discriminator;
}

/** Mean cross entropies of Q's estimates: of the label, and of the codes as normal variables with variance 1. */
function guesses({ judgement, inputs }: Generated): { categorical: Tensor; continuous: Tensor } {
  const error = sub(judgement.codes!, requireInput(inputs, 'codes'));
  return {
    categorical: mean(softmaxCrossEntropy(judgement.classLogits!, inputs.labels)),
    continuous: mulScalar(mean(sum(square(error), [1])), 0.5),
  };
}

/**
 * Both networks also minimize the cross entropies of Q: the variational bound on the mutual information (equation 5
 * there).
 */
export function createInfogan(options: InfoganOptions, classes: number): Gan {
  const { learningRate, generatorLearningRate, beta1, categoricalWeight, continuousWeight, realLabels } = options;
  const adam = (rate: number) => createAdam(adamOptions.parse({ name: 'adam', learningRate: rate, beta1 }));
  const weighted = ({ categorical, continuous }: ReturnType<typeof guesses>): Tensor =>
    add(mulScalar(categorical, categoricalWeight), mulScalar(continuous, continuousWeight));
  return {
    generator: createInfoganGenerator(options, classes),
    discriminator: createDiscriminator(options, classes),
    discriminatorLoss(real, generated) {
      const source = add(callReal(real.judgement.score), callGenerated(generated.judgement.score));
      const loss = add(source, weighted(guesses(generated)));
      if (!realLabels) return { loss };
      const ofReal = mean(softmaxCrossEntropy(real.judgement.classLogits!, real.labels));
      return { loss: add(loss, mulScalar(ofReal, categoricalWeight)), parts: { realClassLoss: ofReal } };
    },
    generatorLoss(generated) {
      const { categorical, continuous } = guesses(generated);
      const loss = add(callReal(generated.judgement.score), weighted({ categorical, continuous }));
      return { loss, parts: { generatedClassLoss: categorical, codeLoss: continuous } };
    },
    parts: [...(realLabels ? ['realClassLoss'] : []), 'generatedClassLoss', 'codeLoss'],
    optimizers: { discriminator: adam(learningRate), generator: adam(generatorLearningRate) },
    discriminatorSteps: () => 1,
  };
}
