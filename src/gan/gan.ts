// Interface of a generator and its discriminator: networks, losses, optimizers.
import type { Tensor } from '../engine/tensor.js';
import type { Pass } from '../nn/layer.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import type { Generator, GeneratorInputs } from './generator.js';
import type { Optimizer } from '../optimizers/optimizer.js';

/** The output of a discriminator for a batch of images. */
export interface Judgement {
  /** [N]: unbounded scores; higher values for images that look more real. */
  readonly score: Tensor;
  /** [N, classes]; only from discriminators that also classify. */
  readonly classLogits?: Tensor;
  /** [N, codes]: the estimated means of the codes; only from discriminators that also estimate codes. */
  readonly codes?: Tensor;
}

export interface Discriminator {
  /** Their names start with `discriminator.`. */
  readonly tensors: readonly TensorDeclaration[];
  /** Images are [N, 32, 32, 3] from −1 to 1, labels int32 [N] the classes that they should show. */
  judge(images: Tensor, labels: Tensor, pass: Pass): Judgement;
}

/** A loss to minimize, and its parts with a column in losses.csv; all are scalars. */
export interface Objective {
  readonly loss: Tensor;
  readonly parts?: Readonly<Record<string, Tensor>>;
}

/** Generated images, the discriminator's output for them, and the generator's inputs. */
export interface Generated {
  readonly judgement: Judgement;
  readonly inputs: Required<Pick<GeneratorInputs, 'noise' | 'labels'>> & GeneratorInputs;
}

interface Real {
  readonly judgement: Judgement;
  /** int32 [N] */
  readonly labels: Tensor;
}

export interface Gan {
  readonly generator: Generator;
  readonly discriminator: Discriminator;
  /** Returns the objective that the discriminator minimizes. */
  discriminatorLoss(real: Real, generated: Generated): Objective;
  /** Returns the objective that the generator minimizes. */
  generatorLoss(generated: Generated): Objective;
  /** The names of the parts of both objectives, in the order of losses.csv. */
  readonly parts: readonly string[];
  readonly optimizers: Readonly<Record<'discriminator' | 'generator', Optimizer>>;
  /** The discriminator's weights are clipped to ± this value after each of its steps. */
  readonly clip?: number;
  /** Returns the number of discriminator steps before a generator step; `iteration` counts from 0. */
  discriminatorSteps(iteration: number): number;
}
