// Random numbers as functions of a seed tensor, so that a captured step is reproducible bit by bit.
import { type } from '../attributes.js';
import type { Tensor } from '../tensor.js';
import type { Shape } from '../types.js';
import { requireList } from './axes.js';
import { requireSeed } from './requirements.js';
import { intVector, run } from './run.js';

const stateless = (operation: string, seed: Tensor, shape: Shape): Tensor => {
  requireSeed(seed);
  requireList('draw random numbers', 'a shape', shape);
  const attributes = { dtype: type('float32'), T: type('int32'), Tseed: type('int32') };
  return run(operation, attributes, [intVector(seed.program, shape), seed], 'float32', shape);
};

/** Uniform numbers in [0, 1) from a seed int32 [2]; float32 in the given shape. */
export const statelessUniform = (seed: Tensor, shape: Shape): Tensor =>
  stateless('StatelessRandomUniform', seed, shape);

/** Standard normal numbers from a seed int32 [2]; float32 in the given shape. */
export const statelessNormal = (seed: Tensor, shape: Shape): Tensor => stateless('StatelessRandomNormal', seed, shape);
