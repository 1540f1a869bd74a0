// Interface of a network.
import type { Tensor } from '../engine/tensor.js';
import type { Pass } from '../nn/layer.js';
import type { TensorDeclaration } from '../nn/tensors.js';

export interface NetworkOutputs {
  /** Deep features [N, A]: the input of the last fully connected layer. */
  readonly features: Tensor;
  /** [N, C] */
  readonly logits: Tensor;
}

export interface Network {
  /** Name as printed in the paper, for example `resnet-32`. */
  readonly name: string;
  readonly classes: number;
  /** A, the number of deep features. */
  readonly featureSize: number;
  /** Parameters and running statistics in the order of PyTorch's state dictionary. */
  readonly tensors: readonly TensorDeclaration[];
  /** The last fully connected layer: weight [A, C] and bias [C]. */
  readonly classifier: { readonly weight: TensorDeclaration; readonly bias: TensorDeclaration };
  /** Images are [N, H, W, channels], normalized, in the type to compute in: float32 or bfloat16. */
  apply(images: Tensor, pass: Pass): NetworkOutputs;
}

/** The properties of the data set that a network depends on. */
export interface InputShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}
