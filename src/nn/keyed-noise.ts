// Random numbers inside a step, derived from the step's seed and a key; different keys give independent numbers.
import { hashKey } from '../common/random.js';
import { add, statelessNormal, statelessUniform } from '../engine/ops/index.js';
import { requireSeed } from '../engine/ops/requirements.js';
import type { Tensor } from '../engine/tensor.js';
import type { Shape } from '../engine/types.js';

/** Derives a seed, int32 [2], from a step's seed (int32 [2]) and a key such as a layer's name. */
export function keyedSeed(seed: Tensor, ...key: readonly string[]): Tensor {
  requireSeed(seed);
  const own = seed.program.constant(Int32Array.of(hashKey(...key) | 0, 0), { dtype: 'int32', shape: [2] });
  return add(seed, own);
}

/** Uniform numbers in [0, 1), float32, from a step's seed and a key. */
export const keyedUniform = (seed: Tensor, shape: Shape, ...key: readonly string[]): Tensor =>
  statelessUniform(keyedSeed(seed, ...key), shape);

/** Standard normal numbers, float32, from a step's seed and a key. */
export const keyedNormal = (seed: Tensor, shape: Shape, ...key: readonly string[]): Tensor =>
  statelessNormal(keyedSeed(seed, ...key), shape);
