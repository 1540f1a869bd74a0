// Interface of a layer: its tensors and its forward pass.
import { cast } from '../engine/ops/index.js';
import type { Program, Tensor } from '../engine/tensor.js';
import type { DType } from '../engine/types.js';
import type { TensorDeclaration } from './tensors.js';

/** One pass through a network. */
export interface Pass {
  readonly program: Program;
  /** Batch statistics, dropout and other noise on; off in evaluation. */
  readonly training: boolean;
  /** int32 [2], new in every step; layers that draw random numbers derive their own seed from it by their name. */
  readonly seed: Tensor;
  /** Names of tensors that stay as they are. */
  readonly frozen?: ReadonlySet<string>;
}

export interface Layer {
  /** In the order of PyTorch's state dictionary. */
  readonly tensors: readonly TensorDeclaration[];
  /** Takes and gives [N, H, W, C] or, where the layer says so, another shape. */
  apply(x: Tensor, pass: Pass): Tensor;
}

/**
 * A parameter in the type that a pass computes in. Parameters are float32; with activations in bfloat16 the product is
 * taken in bfloat16, and its gradient comes back as float32.
 */
export function readAs(program: Program, parameter: TensorDeclaration, dtype: DType): Tensor {
  return cast(program.read(parameter), dtype);
}

/** Layers one after the other. */
export function sequence(...layers: readonly Layer[]): Layer {
  return {
    tensors: layers.flatMap((layer) => layer.tensors),
    apply: (x, pass) => layers.reduce((value, layer) => layer.apply(value, pass), x),
  };
}
