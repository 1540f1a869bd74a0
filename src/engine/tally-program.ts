// A program that computes nothing: follows shapes and lists the operations, to estimate their cost.
import { requireValues } from './constants.js';
import { withPacks } from './packs.js';
import type { Pack, Program, Target, Tensor } from './tensor.js';
import type { TensorSpec } from './types.js';
import { requireFit, undeclared } from './variables.js';

/** An operation that was followed, with what it takes and gives. Updates of variables give nothing. */
export interface TalliedOperation {
  readonly operation: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

export interface Tally {
  readonly program: Program;
  /** A tensor of the given shape, to start from. */
  input(spec: TensorSpec): Tensor;
  /** So far, in the order in which they were built. */
  readonly operations: readonly TalliedOperation[];
}

interface TallyOptions {
  /** The vectors in which variables lie. Default: none. */
  readonly packs?: readonly Pack[];
  /** The names of the variables that there are; others are refused. Default: whatever is read or assigned. */
  readonly variables?: ReadonlySet<string>;
  /** For which operations may take another form. Default: cpu. */
  readonly device?: Target['device'];
}

/** Opens an empty tally. */
export function createTally({ packs = [], variables, device = 'cpu' }: TallyOptions = {}): Tally {
  const operations: TalliedOperation[] = [];
  const values = new Map<string, Tensor>();
  let handles = 0;
  const own = ({ dtype, shape }: TensorSpec, needsGradient = false): Tensor => {
    return { program, dtype, shape, handle: handles++, needsGradient, origin: undefined };
  };
  const record = (operation: string, inputs: readonly Tensor[], outputs: readonly TensorSpec[] = []): Tensor[] => {
    const made = outputs.map((spec) => own(spec));
    operations.push({ operation, inputs, outputs: made });
    return made;
  };
  const requireDeclared = (name: string): void => {
    if (variables?.has(name) === false) throw undeclared(name);
  };
  const program: Program = withPacks({
    device,
    deterministic: false,
    packs,
    execute: (operation, _, inputs, outputs) => record(operation, inputs, outputs),
    after: (value) => value,
    constant(array, spec) {
      requireValues(array, spec);
      return own(spec);
    },
    read({ name, shape, trainable }) {
      requireDeclared(name);
      const known = values.get(name) ?? own({ dtype: 'float32', shape }, trainable);
      values.set(name, known);
      return known;
    },
    assign(variable, value) {
      requireDeclared(variable.name);
      requireFit(variable, value);
      record('AssignVariableOp', [value]);
      values.set(variable.name, value);
    },
    assignRows({ name }, indices, rows) {
      requireDeclared(name);
      record('ResourceScatterUpdate', [indices, rows]);
      values.delete(name);
    },
    momentumStep({ parameter, velocity, gradient }) {
      requireDeclared(parameter.name);
      requireDeclared(velocity.name);
      record('ResourceApplyMomentum', [gradient]);
      values.delete(parameter.name);
      values.delete(velocity.name);
    },
  });
  return { program, input: (spec) => own(spec), operations };
}
