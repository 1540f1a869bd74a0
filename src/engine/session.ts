// Sessions: named functions over shared variables. Captured and eager sessions share this interface.
import { cannot } from '../common/errors.js';
import type { Program, Tensor, Variable } from './tensor.js';
import { describeSpec, sizeOf, type HostArray, type TensorSpec } from './types.js';

/** A function of a session, for fixed shapes. */
export interface SessionFunction {
  readonly name: string;
  readonly inputs: Readonly<Record<string, TensorSpec>>;
  /** Builds (captured) or computes (eager) the outputs; variables are updated through the program. */
  build(inputs: Readonly<Record<string, Tensor>>, program: Program): Readonly<Record<string, Tensor>>;
}

export interface Session {
  /** Calls a function with one array per input; returns one array per output. */
  call(name: string, inputs: Readonly<Record<string, HostArray>>): Readonly<Record<string, HostArray>>;
  /** Returns copies of the values of variables, by name. */
  read(names: readonly string[]): ReadonlyMap<string, Float32Array>;
  /** Replaces the values of variables, by name. */
  write(values: ReadonlyMap<string, Float32Array>): void;
  /** Frees TensorFlow's resources of the session. */
  close(): void;
}

export type Execution = 'captured' | 'eager';

/** Returns the named function after checking the inputs against its specs. */
export function checkedCall(
  functions: readonly SessionFunction[],
  name: string,
  inputs: Readonly<Record<string, HostArray>>,
): SessionFunction {
  const found = functions.find((candidate) => candidate.name === name);
  if (found === undefined) throw cannot(`call ${name}`, 'the session has no such function', { code: 'internal' });
  for (const [input, spec] of Object.entries(found.inputs)) {
    const values = inputs[input] as HostArray | undefined;
    if (values?.length !== sizeOf(spec.shape)) {
      throw cannot(
        `call ${name}`,
        `input ${input} has ${values?.length ?? 'no'} values, expected ${describeSpec(spec)}`,
        { code: 'engine/shape' },
      );
    }
  }
  return found;
}

/** Checks that each output of a function has a type that can be read from the engine. */
export function checkedOutputs(
  name: string,
  outputs: Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  for (const [output, tensor] of Object.entries(outputs)) {
    if (['float32', 'int32', 'bool'].includes(tensor.dtype)) continue;
    throw cannot(`return output ${output} of ${name}`, `it is ${describeSpec(tensor)}, which cannot be read`, {
      code: 'engine/shape',
      hint: 'cast it to float32 or int32',
    });
  }
  return outputs;
}

/** Returns the named variable; checks the length of its values if they are given. */
export function checkedVariable(
  variables: ReadonlyMap<string, Variable>,
  name: string,
  values?: Float32Array,
): Variable {
  const variable = variables.get(name);
  if (variable === undefined)
    throw cannot(`access variable ${name}`, 'the session has no such variable', { code: 'internal' });
  if (values !== undefined && values.length !== sizeOf(variable.shape)) {
    const expected = describeSpec({ dtype: 'float32', shape: variable.shape });
    throw cannot(`write variable ${name}`, `got ${values.length} values, expected ${expected}`, {
      code: 'engine/shape',
    });
  }
  return variable;
}
