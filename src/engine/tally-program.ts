// The program that computes nothing: it follows shapes and counts the multiply-adds of convolutions and matrix products.
import { cannot } from '../common/errors.js';
import type { Program } from './program.js';
import type { Tensor } from './tensor.js';
import { sizeOf, type TensorSpec } from './types.js';

export interface Tally {
  readonly program: Program;
  /** A tensor of the given shape, to start from. */
  input(spec: TensorSpec): Tensor;
  /** Multiply-adds so far. */
  multiplyAdds(): number;
}

/** Multiply-adds of one operation: output elements times the length of each sum. */
function multiplyAddsOf(operation: string, inputs: readonly Tensor[], output: TensorSpec): number {
  const elements = sizeOf(output.shape);
  if (operation === 'Conv2D') return elements * sizeOf(inputs[1].shape.slice(0, 3));
  if (operation !== 'MatMul' && operation !== 'BatchMatMulV2') return 0;
  const [a, b] = inputs;
  const stack = sizeOf(output.shape.slice(0, -2));
  const sides = (sizeOf(a.shape.slice(-2)) * sizeOf(b.shape.slice(-2))) / sizeOf(output.shape.slice(-2));
  return stack * sizeOf(output.shape.slice(-2)) * Math.sqrt(sides);
}

export function createTally(): Tally {
  let handles = 0;
  let total = 0;
  const own = (spec: TensorSpec): Tensor => {
    const { dtype, shape } = spec;
    return { program, dtype, shape, handle: handles++, needsGradient: false, origin: undefined };
  };
  const program: Program = {
    device: 'cpu',
    execute(operation, _, inputs, outputs) {
      total += multiplyAddsOf(operation, inputs, outputs[0]);
      return outputs.map(own);
    },
    after: (value) => value,
    constant: (_, spec) => own(spec),
    read: ({ shape }) => own({ dtype: 'float32', shape }),
    assign: () => undefined,
    assignRows: () => undefined,
    momentumStep: () => {
      throw cannot('count multiply-adds', 'only a forward pass can be counted');
    },
  };
  return { program, input: own, multiplyAdds: () => total };
}
