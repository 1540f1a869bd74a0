// Gradient descent on a generator's noise: all images in one batch, one engine call per iteration.
import type { Engine } from '../engine/index.js';
import { gradients } from '../engine/gradients.js';
import { mulScalar, sub } from '../engine/ops/index.js';
import type { Variable } from '../engine/tensor.js';
import type { Execution } from '../engine/session.js';
import type { TensorSpec } from '../engine/types.js';
import { fixedPass } from './fixed.js';
import { distances, imagesOf, objective, toLevels, type InversionModel } from './objective.js';

/** The targets and the starting point of a search. */
export interface InversionProblem {
  /** [N, K] */
  readonly noise: Float32Array;
  /** [N]; used by generators that take labels. */
  readonly labels: Int32Array;
  /** [N, A] */
  readonly features: Float32Array;
  /** [N, 32, 32, 3], from −1 to 1. */
  readonly images: Float32Array;
}

interface DescentOptions {
  readonly momentum: number;
  readonly weightDecay: number;
  /** Default: captured. */
  readonly execution?: Execution;
}

/** Distances of the N images, before the step. */
export interface Iteration {
  readonly feature: Float32Array;
  readonly pixel: Float32Array;
}

export interface Inversion {
  /** Takes one step; `pixelWeight` is eta. */
  step(learningRate: number, pixelWeight: number): Iteration;
  /** Returns the current distances. */
  measure(): Iteration;
  noise(): Float32Array;
  /** Returns the generated images, uint8 [N, 32, 32, 3]. */
  images(): Uint8Array;
  close(): void;
}

const scalar: TensorSpec = { dtype: 'float32', shape: [] };

/** Generator and network, with the values of their tensors by name. */
export type LoadedModel = InversionModel & { readonly values: ReadonlyMap<string, Float32Array> };

/** Opens a search for N images. */
export function openInversion(
  engine: Engine,
  model: LoadedModel,
  problem: InversionProblem,
  { momentum, weightDecay, execution = 'captured' }: DescentOptions,
): Inversion {
  const { generator, network, format } = model;
  const count = problem.labels.length;
  const state = (name: string, shape: readonly number[], trainable = false): Variable => ({ name, shape, trainable });
  const imageShape = [count, format.height, format.width, format.mean.length];
  const noise = state('inversion.noise', [count, generator.noise], true);
  const velocity = state('inversion.velocity', noise.shape);
  const features = state('inversion.features', [count, network.featureSize]);
  const images = state('inversion.images', imageShape);
  const labels: TensorSpec = { dtype: 'int32', shape: [count] };

  const session = engine.createSession(
    execution,
    [...generator.tensors, ...network.tensors, noise, velocity, features, images],
    [
      {
        name: 'step',
        inputs: { labels, learningRate: scalar, pixelWeight: scalar },
        build(inputs, program) {
          const z = program.read(noise);
          const targets = { features: program.read(features), images: program.read(images), labels: inputs.labels };
          const found = distances(model, z, targets, fixedPass(program));
          const [slope] = gradients(objective(found, inputs.pixelWeight), [z]);
          // A difference: a graph would join a sum with those inside the gradient, and round differently.
          const gradient = sub(slope, mulScalar(z, -weightDecay));
          const { learningRate } = inputs;
          program.momentumStep({ parameter: noise, velocity, gradient, learningRate, momentum, nesterov: false });
          return { ...found };
        },
      },
      {
        name: 'measure',
        inputs: { labels },
        build(inputs, program) {
          const targets = { features: program.read(features), images: program.read(images), labels: inputs.labels };
          return { ...distances(model, program.read(noise), targets, fixedPass(program)) };
        },
      },
      {
        name: 'images',
        inputs: { labels },
        build: (inputs, program) => ({
          images: toLevels(imagesOf(model, program.read(noise), inputs.labels, fixedPass(program))),
        }),
      },
    ],
  );
  session.write(model.values);
  session.write(
    new Map([
      [noise.name, problem.noise],
      [velocity.name, new Float32Array(problem.noise.length)],
      [features.name, problem.features],
      [images.name, problem.images],
    ]),
  );
  const call = (name: string, inputs: Readonly<Record<string, number>> = {}): Iteration => {
    const scalars = Object.entries(inputs).map(([key, value]) => [key, Float32Array.of(value)] as const);
    return session.call(name, { labels: problem.labels, ...Object.fromEntries(scalars) }) as unknown as Iteration;
  };
  return {
    step: (learningRate, pixelWeight) => call('step', { learningRate, pixelWeight }),
    measure: () => call('measure'),
    noise: () => session.read([noise.name]).get(noise.name)!,
    images() {
      const { images: levels } = session.call('images', { labels: problem.labels });
      return Uint8Array.from(levels as Float32Array, (level) => Math.min(255, Math.max(0, Math.round(level))));
    },
    close: () => session.close(),
  };
}
