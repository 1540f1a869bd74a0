// The objective of feature inversion: distance of a generated image in features and pixels (paper, section 6).
import { add, addScalar, div, mean, mul, mulScalar, reshape, sqrt, square, sub, sum } from '../engine/ops/index.js';
import type { Tensor } from '../engine/tensor.js';
import type { Generator } from '../gan/generator.js';
import type { Network } from '../models/network.js';
import type { Pass } from '../nn/layer.js';
import { normalizeImages } from '../training/step.js';
import type { InputFormat } from '../training/step-inputs.js';

/** A generator and a classifier of its images, both trained and fixed. */
export interface InversionModel {
  readonly generator: Generator;
  readonly network: Network;
  /** Format of the images that the classifier was trained on. */
  readonly format: InputFormat;
}

/** Returns z^ = (z − mean z) / std z of each row, with PyTorch's standard deviation (n − 1). */
function standardized(z: Tensor): Tensor {
  const [, size] = z.shape;
  const centred = sub(z, mean(z, [1], { keepAxes: true }));
  const variance = mulScalar(sum(square(centred), [1], { keepAxes: true }), 1 / (size - 1));
  return div(centred, sqrt(variance));
}

/** Returns the images [N, 32, 32, 3] in (−1, 1) that the generator makes of standardized noise [N, K]; codes are 0. */
export function imagesOf({ generator }: InversionModel, z: Tensor, labels: Tensor, pass: Pass): Tensor {
  const [count] = z.shape;
  const codes = z.program.constant(new Float32Array(count * generator.codes), {
    dtype: 'float32',
    shape: [count, generator.codes],
  });
  return generator.image({ noise: standardized(z), labels, ...(generator.codes === 0 ? {} : { codes }) }, pass);
}

/** Maps (−1, 1) to 0 … 255 without rounding. */
export const toLevels = (images: Tensor): Tensor => mulScalar(addScalar(images, 1), 127.5);

interface Distances {
  /** ‖f(G(z^)) − a‖² of each image, [N]. */
  readonly feature: Tensor;
  /** ‖G(z^) − x‖² of each image, pixels from −1 to 1; [N]. */
  readonly pixel: Tensor;
}

/** Returns both distances of each image from its targets: features [N, A], images [N, 32, 32, 3] in (−1, 1). */
export function distances(
  model: InversionModel,
  z: Tensor,
  targets: { readonly features: Tensor; readonly images: Tensor; readonly labels: Tensor },
  pass: Pass,
): Distances {
  const images = imagesOf(model, z, targets.labels, pass);
  const inputs = normalizeImages(toLevels(images), { format: model.format, precision: 'float32' });
  const { features } = model.network.apply(inputs, pass);
  const [count] = z.shape;
  const difference = reshape(sub(images, targets.images), [count, images.shape.slice(1).reduce((a, b) => a * b)]);
  return { feature: sum(square(sub(features, targets.features)), [1]), pixel: sum(square(difference), [1]) };
}

/** Returns the sum over images of feature + weight · pixel distance; each image's noise affects only its own term. */
export function objective({ feature, pixel }: Distances, weight: Tensor): Tensor {
  return sum(add(feature, mul(pixel, weight)));
}
