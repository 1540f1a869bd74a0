// A layer that keeps only its input for the backward pass and recomputes the rest.
import { recomputed } from '../engine/recompute.js';
import { withoutUpdates, type Program, type Tensor, type Variable } from '../engine/tensor.js';
import type { Layer } from './layer.js';

/** Returns a program that reads the given values for some variables and, if `again`, assigns nothing. */
function reading(program: Program, values: ReadonlyMap<Variable, Tensor>, again: boolean): Program {
  return {
    ...(again ? withoutUpdates(program) : program),
    read: (variable) => values.get(variable) ?? program.read(variable),
  };
}

/**
 * Returns the same layer with gradient checkpointing (Chen et al., arXiv 1604.06174): intermediate values are
 * recomputed in the backward pass instead of kept. Less memory, more time, identical bits.
 */
export function recomputing(layer: Layer): Layer {
  const parameters = layer.tensors.filter((tensor) => tensor.role === 'parameter');
  return {
    tensors: layer.tensors,
    apply(x, pass) {
      const { program } = pass;
      if (!pass.training) return layer.apply(x, pass);
      const read = parameters.map((parameter) => program.read(parameter));
      return recomputed([x, ...read], ([input, ...parameterValues], again) => {
        const values = new Map(parameters.map((parameter, index) => [parameter, parameterValues[index]]));
        return layer.apply(input, { ...pass, program: reading(program, values, again) });
      });
    },
  };
}
