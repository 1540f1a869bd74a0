// Interface of a layer: its tensors and its forward pass.
import { cast } from '../engine/ops/index.js';
import type { Program, Tensor } from '../engine/tensor.js';
import type { DType } from '../engine/types.js';
import type { TensorDeclaration } from './tensors.js';

/** One pass through a network. */
export interface Pass {
  readonly program: Program;
  /** Whether batch statistics, dropout and other noise are on; false in evaluation. */
  readonly training: boolean;
  /** int32 [2], new in every step; layers that draw random numbers derive a seed from it and their name. */
  readonly seed: Tensor;
  /** Names of the tensors that `model.freeze` selects; running statistics follow the weight of their layer instead. */
  readonly frozen?: ReadonlySet<string>;
}

export interface Layer {
  /** In the order of PyTorch's state dictionary. */
  readonly tensors: readonly TensorDeclaration[];
  /** Takes and returns [N, H, W, C], unless the layer documents another shape. */
  apply(x: Tensor, pass: Pass): Tensor;
}

/**
 * Returns a parameter in the type that a pass computes in. Parameters are float32; with activations in bfloat16 the
 * product is computed in bfloat16, and its gradient is cast back to float32.
 */
export function readAs(program: Program, parameter: TensorDeclaration, dtype: DType): Tensor {
  return cast(program.read(parameter), dtype);
}

/** Applies layers one after the other. */
export function sequence(...layers: readonly Layer[]): Layer {
  return {
    tensors: layers.flatMap((layer) => layer.tensors),
    apply: (x, pass) => layers.reduce((value, layer) => layer.apply(value, pass), x),
  };
}
