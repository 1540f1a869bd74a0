// Frozen networks: gradients reach their inputs but not their variables.
import { frozen, type Program } from '../engine/tensor.js';
import type { Pass } from '../nn/layer.js';

/** A pass in evaluation mode, through which gradients reach inputs but no variable. */
export function fixedPass(program: Program): Pass {
  const seed = program.constant(Int32Array.of(0, 0), { dtype: 'int32', shape: [2] });
  return { program: frozen(program), training: false, seed };
}
