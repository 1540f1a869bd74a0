// Declarations of the tensors of networks and losses: name, shape, PyTorch layout, initialization.
import { hashKey, randomStream, type RandomStream } from '../common/random.js';
import type { Variable } from '../engine/tensor.js';
import { sizeOf, type Shape } from '../engine/types.js';

/**
 * `parameter`: trained by the optimizer. `frozen`: a parameter that is not. `statistic`: running statistics, part of a
 * trained network. `state`: what a loss or an optimizer remembers between steps.
 */
export type TensorRole = 'parameter' | 'frozen' | 'statistic' | 'state';

/** How PyTorch orders the axes: `conv` O I H W (here H W I O), `linear` out x in (here in x out), `plain` the same. */
export type TensorLayout = 'conv' | 'linear' | 'plain';

export interface TensorDeclaration extends Variable {
  readonly role: TensorRole;
  readonly layout: TensorLayout;
  /** Fills the first values. */
  readonly initialize: (values: Float32Array, random: RandomStream) => void;
  /** The tensor whose first values it has; default: itself. */
  readonly startsAs?: string;
}

/** Declares a tensor; only parameters are trainable. */
export function declare(
  name: string,
  role: TensorRole,
  shape: Shape,
  initialize: TensorDeclaration['initialize'],
  layout: TensorLayout = 'plain',
): TensorDeclaration {
  return { name, role, shape, initialize, layout, trainable: role === 'parameter' };
}

/** One value throughout. */
export const filledWith =
  (value: number): TensorDeclaration['initialize'] =>
  (values) =>
    void values.fill(value);

/** Normal numbers. */
export const normal =
  (standardDeviation: number, mean = 0): TensorDeclaration['initialize'] =>
  (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = mean + standardDeviation * random.normal();
  };

/** Uniform in (−bound, bound). */
export const uniformWithin =
  (bound: number): TensorDeclaration['initialize'] =>
  (values, random) => {
    for (let i = 0; i < values.length; i++) values[i] = bound * (2 * random.uniform() - 1);
  };

/** The first values of tensors, each a function of the seed and its name alone. */
export function initialValues(tensors: readonly TensorDeclaration[], seed: number): Map<string, Float32Array> {
  return new Map(
    tensors.map(({ name, shape, initialize, startsAs = name }) => {
      const values = new Float32Array(sizeOf(shape));
      initialize(values, randomStream(seed, 'initialize', hashKey(startsAs)));
      return [name, values];
    }),
  );
}
