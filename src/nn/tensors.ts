// Declarations of the tensors of networks and losses: name, shape, PyTorch layout, initialization.
import { callOwn } from '../common/modules.js';
import { hashKey, randomStream, type RandomStream } from '../common/random.js';
import type { Variable } from '../engine/tensor.js';
import { sizeOf, type Shape } from '../engine/types.js';

/**
 * `parameter`: trained by the optimizer. `frozen`: a parameter that is not trained. `statistic`: running statistics,
 * part of a trained network. `state`: state of a loss or optimizer that is kept between steps.
 */
export type TensorRole = 'parameter' | 'frozen' | 'statistic' | 'state';

/**
 * Order of the axes in PyTorch: `conv` O I H W (here H W I O), `linear` out x in (here in x out), `plain` identical.
 */
export type TensorLayout = 'conv' | 'linear' | 'plain';

export interface TensorDeclaration extends Variable {
  readonly role: TensorRole;
  readonly layout: TensorLayout;
  /** Fills in the initial values. */
  readonly initialize: (values: Float32Array, random: RandomStream) => void;
  /** The tensor whose initial values are copied. Default: none. */
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

/** The same value for all elements. */
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

/**
 * Returns the initial values of tensors; each depends only on the seed and the tensor's name. Errors: `initialize` of a
 * user's tensor fails.
 */
export function initialValues(tensors: readonly TensorDeclaration[], seed: number): Map<string, Float32Array> {
  return new Map(
    tensors.map(({ name, shape, initialize, startsAs = name }) => {
      const values = new Float32Array(sizeOf(shape));
      callOwn(undefined, `initialize ${name}`, () => {
        initialize(values, randomStream(seed, 'initialize', hashKey(startsAs)));
      });
      return [name, values];
    }),
  );
}
