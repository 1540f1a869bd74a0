// Interface of a trained generator, the format of its images, and the check for its required inputs.
import { cannot } from '../common/errors.js';
import type { ImageSource } from '../data/source.js';
import type { Tensor } from '../engine/tensor.js';
import type { Pass } from '../nn/layer.js';
import type { TensorDeclaration } from '../nn/tensors.js';

/** Of the images that generators learn from and make. */
export const generatedFormat = { height: 32, width: 32, channels: 3 } as const;

/** How the images of a source differ in size from those that generators make, in words; undefined: they do not. */
export function sizeDifference({
  name,
  height,
  width,
}: Pick<ImageSource, 'name' | 'height' | 'width'>): string | undefined {
  const made = generatedFormat;
  if (height === made.height && width === made.width) return undefined;
  return `it makes images of ${made.height} x ${made.width} pixels, those of ${name} are ${height} x ${width}`;
}

export interface GeneratorInputs {
  /** float32 [N, noise], standard normal. */
  readonly noise: Tensor;
  /** int32 [N]; ignored where the generator takes none. */
  readonly labels?: Tensor;
  /** float32 [N, codes], uniform in (−1, 1); ignored where the generator takes none. */
  readonly codes?: Tensor;
}

export interface Generator {
  /** How many normal numbers an image is made from. */
  readonly noise: number;
  /** How many classes it distinguishes; 0 where it takes no labels. */
  readonly classes: number;
  /** How many continuous codes it takes, mostly 0. */
  readonly codes: number;
  /** Parameters and running statistics, their names beginning with `generator.`. */
  readonly tensors: readonly TensorDeclaration[];
  /**
   * Images [N, 32, 32, 3] in (−1, 1). With `pass.training` batch normalization uses the batch and moves its running
   * statistics; else it uses these, and each image is a function of its own inputs alone.
   */
  image(inputs: GeneratorInputs, pass: Pass): Tensor;
}

/** The labels or codes of a generator that needs them. */
export function requireInput(inputs: GeneratorInputs, part: 'labels' | 'codes'): Tensor {
  const found = inputs[part];
  if (found === undefined) throw cannot('generate images', `the generator needs ${part}`, { code: 'internal' });
  return found;
}
