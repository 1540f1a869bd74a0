// Interface of a generator, the format of its images, and the check for its required inputs.
import { cannot } from '../common/errors.js';
import type { ImageSource } from '../data/source.js';
import type { Tensor } from '../engine/tensor.js';
import type { Pass } from '../nn/layer.js';
import type { TensorDeclaration } from '../nn/tensors.js';

/** Format of the images on which generators are trained and which they create. */
export const generatedFormat = { height: 32, width: 32, channels: 3 } as const;

/** Returns a description of how the images of a source differ in size from generated ones; undefined if they do not. */
export function sizeDifference({
  name,
  height,
  width,
}: Pick<ImageSource, 'name' | 'height' | 'width'>): string | undefined {
  const made = generatedFormat;
  if (height === made.height && width === made.width) return undefined;
  return `it generates images of ${made.height} x ${made.width} pixels, but the images of ${name} have ${height} x ${width}`;
}

export interface GeneratorInputs {
  /** float32 [N, noise], standard normal. */
  readonly noise: Tensor;
  /** int32 [N]; ignored by generators without labels. */
  readonly labels?: Tensor;
  /** float32 [N, codes], uniform in (−1, 1); ignored by generators without codes. */
  readonly codes?: Tensor;
}

export interface Generator {
  /** Number of normal random numbers per image. */
  readonly noise: number;
  /** Number of classes of its labels; 0 without labels. */
  readonly classes: number;
  /** Number of continuous codes, usually 0. */
  readonly codes: number;
  /** Parameters and running statistics; their names start with `generator.`. */
  readonly tensors: readonly TensorDeclaration[];
  /**
   * Returns images [N, 32, 32, 3] in (−1, 1). With `pass.training` batch normalization uses the batch and updates its
   * running statistics; otherwise it uses these, and each image depends only on its own inputs.
   */
  image(inputs: GeneratorInputs, pass: Pass): Tensor;
}

/** Returns the labels or codes of a generator that requires them. Errors: they are missing. */
export function requireInput(inputs: GeneratorInputs, part: 'labels' | 'codes'): Tensor {
  const found = inputs[part];
  if (found === undefined) throw cannot('generate images', `the generator needs ${part}`, { code: 'internal' });
  return found;
}
