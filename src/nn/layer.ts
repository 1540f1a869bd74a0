// What a layer is: its tensors and how it acts in one pass.
import type { Program } from '../engine/program.js';
import type { Tensor } from '../engine/tensor.js';
import type { TensorDeclaration } from './tensors.js';

/** One pass through a network. */
export interface Pass {
  readonly program: Program;
  /** Batch statistics, dropout and other noise on; off in evaluation. */
  readonly training: boolean;
  /** int32 [2], new in every step; layers that draw random numbers derive their own seed from it by their name. */
  readonly seed: Tensor;
}

export interface Layer {
  /** In the order of PyTorch's state dictionary. */
  readonly tensors: readonly TensorDeclaration[];
  apply(x: Tensor, pass: Pass): Tensor;
}

/** Layers one after the other. */
export function sequence(...layers: readonly Layer[]): Layer {
  return {
    tensors: layers.flatMap((layer) => layer.tensors),
    apply: (x, pass) => layers.reduce((value, layer) => layer.apply(value, pass), x),
  };
}
