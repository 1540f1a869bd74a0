// A program that computes nothing and records its operations.
import type { Attributes } from '../../src/engine/attributes.js';
import type { Program, Tensor } from '../../src/engine/tensor.js';
import type { Shape, TensorSpec } from '../../src/engine/types.js';

export interface Recording {
  readonly program: Program;
  /** Every operation with the shapes of its outputs, in order, without constants and variables. */
  readonly operations: {
    readonly operation: string;
    readonly attributes: Attributes;
    readonly outputs: readonly Shape[];
  }[];
  readonly input: (spec: TensorSpec, needsGradient?: boolean) => Tensor;
}

export function createRecording(deterministic = false): Recording {
  const operations: Recording['operations'] = [];
  let handles = 0;
  const own = ({ dtype, shape }: TensorSpec, needsGradient = false): Tensor => {
    return { program, dtype, shape, handle: handles++, needsGradient, origin: undefined };
  };
  const program: Program = {
    device: 'cpu',
    deterministic,
    packs: [],
    execute(operation, attributes, _inputs, outputs) {
      operations.push({ operation, attributes, outputs: outputs.map(({ shape }) => shape) });
      return outputs.map((spec) => own(spec));
    },
    after: (value) => value,
    constant: (_, spec) => own(spec),
    read: ({ shape, trainable }) => own({ dtype: 'float32', shape }, trainable),
    assign: () => undefined,
    assignRows: () => undefined,
    momentumStep: () => undefined,
  };
  return { program, operations, input: own };
}
