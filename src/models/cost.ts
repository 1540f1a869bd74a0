// Cost of a network: parameters and operations.
import { createTally, type TalliedOperation } from '../engine/tally-program.js';
import { sizeOf } from '../engine/types.js';
import type { TensorRole } from '../nn/tensors.js';
import type { InputShape, Network } from './network.js';

/**
 * Returns the number of values in a network's parameters, including frozen ones, or in the tensors of the given roles.
 */
export function countParameters(
  network: Pick<Network, 'tensors'>,
  roles: readonly TensorRole[] = ['parameter', 'frozen'],
): number {
  const parameters = network.tensors.filter((tensor) => roles.includes(tensor.role));
  return parameters.reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/** Returns the number of terms in each element of a matrix product, whose factors may be transposed. */
function sumLength({ inputs: [a, b], outputs: [product] }: TalliedOperation): number {
  const sides = (sizeOf(a.shape.slice(-2)) * sizeOf(b.shape.slice(-2))) / sizeOf(product.shape.slice(-2));
  return Math.sqrt(sides);
}

/**
 * Returns the multiply-adds of a convolution or matrix product, outputs times terms per output; 0 for other
 * operations.
 */
export function multiplyAddsIn(operation: TalliedOperation): number {
  const [output] = operation.outputs;
  switch (operation.operation) {
    case 'Conv2D':
      return sizeOf(output.shape) * sizeOf(operation.inputs[1].shape.slice(0, 3));
    case 'MatMul':
    case 'BatchMatMulV2':
      return sizeOf(output.shape) * sumLength(operation);
    default:
      return 0;
  }
}

/**
 * Returns the floating-point operations of one operation as counted by the model zoo osmr/imgclsmob
 * (pytorch/model_stats.py).
 */
function zooFlopsIn(operation: TalliedOperation): number {
  const [input, kernel] = operation.inputs;
  const [output] = operation.outputs;
  const elements = output === undefined ? 0 : sizeOf(output.shape);
  switch (operation.operation) {
    case 'Conv2D':
      // Minus one per pair of channels. The zoo does not subtract it if there is a bias, which is not known here.
      return 2 * multiplyAddsIn(operation) - kernel.shape[2] * kernel.shape[3];
    case 'MatMul':
    case 'BatchMatMulV2':
      return 2 * multiplyAddsIn(operation);
    case 'FusedBatchNormV3':
    case 'Sigmoid':
      return 4 * elements;
    case 'Relu':
      return elements;
    case 'AvgPool':
    case 'Mean':
      return sizeOf(input.shape);
    case 'MaxPool':
      // All windows are 3 x 3.
      return 9 * elements;
    default:
      return 0;
  }
}

interface ForwardCost {
  /** Multiply-adds of convolutions and matrix products. */
  readonly multiplyAdds: number;
  /** Half the floating-point operations by the zoo's rule, which also counts normalization, activation and pooling. */
  readonly halfFlops: number;
}

/** Returns the cost of the forward pass of one image in evaluation. */
export function forwardCost(network: Network, { height, width, channels }: InputShape): ForwardCost {
  // For a CPU channels would be padded, which is not part of the network.
  const tally = createTally({ device: 'cuda' });
  const image = tally.input({ dtype: 'float32', shape: [1, height, width, channels] });
  const seed = tally.input({ dtype: 'int32', shape: [2] });
  network.apply(image, { program: tally.program, training: false, seed });
  const total = (cost: (operation: TalliedOperation) => number): number =>
    tally.operations.reduce((sum, operation) => sum + cost(operation), 0);
  return { multiplyAdds: total(multiplyAddsIn), halfFlops: total(zooFlopsIn) / 2 };
}
