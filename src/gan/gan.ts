// Interface of a generator and its discriminator: networks, losses, optimizers.
import type { Tensor } from '../engine/tensor.js';
import type { Pass } from '../nn/layer.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import type { Generator, GeneratorInputs } from './generator.js';
import type { Optimizer } from '../optimizers/optimizer.js';

/** What a discriminator says about a batch of images. */
export interface Judgement {
  /** [N]: how real the images look, without bound. */
  readonly score: Tensor;
  /** [N, classes], of discriminators that also name the class. */
  readonly classLogits?: Tensor;
  /** [N, codes], of discriminators that also guess the codes: the mean of each. */
  readonly codes?: Tensor;
}

export interface Discriminator {
  /** Their names begin with `discriminator.`. */
  readonly tensors: readonly TensorDeclaration[];
  /** Images are [N, 32, 32, 3] from −1 to 1, labels int32 [N] those that they shall show. */
  judge(images: Tensor, labels: Tensor, pass: Pass): Judgement;
}

/** A loss that is minimized, and the parts of it that are worth a column in losses.csv; all are scalars. */
export interface Objective {
  readonly loss: Tensor;
  readonly parts?: Readonly<Record<string, Tensor>>;
}

/** Generated images as their discriminator sees them, and what they were made from. */
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
  /** What the discriminator minimizes. */
  discriminatorLoss(real: Real, generated: Generated): Objective;
  /** What the generator minimizes. */
  generatorLoss(generated: Generated): Objective;
  /** The names of the parts that both objectives have, in the order of losses.csv. */
  readonly parts: readonly string[];
  readonly optimizers: Readonly<Record<'discriminator' | 'generator', Optimizer>>;
  /** The discriminator's weights are held within ± this after each of its steps. */
  readonly clip?: number;
  /** How many steps of the discriminator come before a generator step; `iteration` counts from 0. */
  discriminatorSteps(iteration: number): number;
}
