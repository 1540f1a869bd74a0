// A program that computes nothing: it follows shapes and lists the operations, to estimate their cost.
import { requireValues } from './constants.js';
import { withPacks } from './packs.js';
import type { Pack, Program, Target, Tensor } from './tensor.js';
import type { TensorSpec } from './types.js';
import { requireFit, undeclared } from './variables.js';

/** A listed operation with its inputs and outputs. Updates of variables have no outputs. */
export interface TalliedOperation {
  readonly operation: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

export interface Tally {
  readonly program: Program;
  /** Returns an input tensor of the given shape. */
  input(spec: TensorSpec): Tensor;
  /** The operations so far, in the order in which they were built. */
  readonly operations: readonly TalliedOperation[];
}

interface TallyOptions {
  /** The packs of variables. Default: none. */
  readonly packs?: readonly Pack[];
  /** The names of the existing variables; others are refused. Default: any variable may be read or assigned. */
  readonly variables?: ReadonlySet<string>;
  /** The device, which some operations choose their form by. Default: cpu. */
  readonly device?: Target['device'];
}

/** Creates an empty tally. */
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
