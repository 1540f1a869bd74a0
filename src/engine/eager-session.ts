// Eager execution, one operation at a time: the reference for captured execution.
import { cannot } from '../common/errors.js';
import { type, type Attribute, type Attributes } from './attributes.js';
import type { Binding, OpAttribute } from './binding.js';
import { requireValues } from './constants.js';
import { copyOf, upload } from './host-tensors.js';
import { add, mul, mulScalar, reshape, sub } from './ops/index.js';
import { withPacks } from './packs.js';
import { checkedCall, checkedOutputs, checkedVariable, type Session, type SessionFunction } from './session.js';
import type { Program, Target, Tensor, Variable } from './tensor.js';
import { run } from './ops/run.js';
import { requireFit, undeclared } from './variables.js';
import { dtypeCodes, type HostArray, type TensorSpec } from './types.js';

function bindingAttribute(binding: Binding, name: string, attribute: Attribute): OpAttribute {
  switch (attribute.kind) {
    case 'type':
      return { name, type: binding.TF_ATTR_TYPE, value: dtypeCodes[attribute.value] };
    case 'int':
    case 'ints':
      return { name, type: binding.TF_ATTR_INT, value: attribute.value };
    case 'float':
      return { name, type: binding.TF_ATTR_FLOAT, value: attribute.value };
    case 'bool':
      return { name, type: binding.TF_ATTR_BOOL, value: attribute.value };
    case 'string':
      return { name, type: binding.TF_ATTR_STRING, value: attribute.value };
  }
}

interface EagerCall {
  readonly program: Program;
  /** Returns an input of the call as a tensor. */
  input(values: HostArray, spec: TensorSpec): Tensor;
  /** Stores the assigned values in the variables and frees all other tensors. */
  finish(): void;
  /** Frees all tensors of the call. */
  abandon(): void;
}

/** Starts the program of one call; its tensors are freed at the end, except the values assigned to variables. */
function startCall(binding: Binding, target: Target, store: Map<string, number>): EagerCall {
  const made = new Set<number>();
  const assigned = new Map<string, Tensor>();
  const own = (id: number, spec: TensorSpec): Tensor => {
    made.add(id);
    return { program, dtype: spec.dtype, shape: spec.shape, handle: id, needsGradient: false, origin: undefined };
  };
  const program: Program = withPacks({
    ...target,
    execute(operation: string, attributes: Attributes, inputs, outputs) {
      const list = Object.entries(attributes).map(([name, value]) => bindingAttribute(binding, name, value));
      const ids = inputs.map((input) => input.handle);
      return binding.executeOp(operation, list, ids, outputs.length).map(({ id }, index) => own(id, outputs[index]));
    },
    after: (value) => value,
    constant(values, spec) {
      requireValues(values, spec);
      return own(upload(binding, values, spec), spec);
    },
    read({ name, shape, trainable }: Variable) {
      const current = assigned.get(name);
      if (current !== undefined) return current;
      const handle = store.get(name);
      if (handle === undefined) throw undeclared(name);
      return { program, dtype: 'float32', shape, handle, needsGradient: trainable, origin: undefined };
    },
    assign(variable, value) {
      if (!store.has(variable.name)) throw undeclared(variable.name);
      requireFit(variable, value);
      assigned.set(variable.name, value);
    },
    assignRows(variable, indices, rows) {
      const attributes = { T: type('float32'), Tindices: type('int32') };
      const column = reshape(indices, [indices.shape[0], 1]);
      const value = run(
        'TensorScatterUpdate',
        attributes,
        [program.read(variable), column, rows],
        'float32',
        variable.shape,
      );
      program.assign(variable, value);
    },
    momentumStep({ parameter, velocity, gradient, learningRate, momentum, nesterov }) {
      const next = add(mulScalar(program.read(velocity), momentum), gradient);
      // In the order of TensorFlow's kernel, so that captured execution rounds identically.
      const change = nesterov
        ? add(mul(gradient, learningRate), mul(mulScalar(next, momentum), learningRate))
        : mul(next, learningRate);
      program.assign(velocity, next);
      program.assign(parameter, sub(program.read(parameter), change));
    },
  });
  const free = (): void => {
    for (const id of made) binding.deleteTensor(id);
    made.clear();
  };
  return {
    program,
    input: (values, spec) => own(upload(binding, values, spec), spec),
    finish() {
      const identity = [bindingAttribute(binding, 'T', type('float32'))];
      for (const [name, value] of assigned) {
        const old = store.get(name);
        if (old !== undefined) made.add(old);
        store.set(name, binding.executeOp('Identity', identity, [value.handle], 1)[0].id);
      }
      free();
    },
    abandon: free,
  };
}

/** Creates a session that runs every operation of a call immediately, through JavaScript. */
export function createEagerSession(
  binding: Binding,
  target: Target,
  variables: readonly Variable[],
  functions: readonly SessionFunction[],
): Session {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const store = new Map<string, number>();
  return {
    call(name, inputs) {
      const called = checkedCall(functions, name, inputs);
      const call = startCall(binding, target, store);
      try {
        const tensors = Object.entries(called.inputs).map(
          ([key, spec]) => [key, call.input(inputs[key], spec)] as const,
        );
        const outputs = checkedOutputs(name, called.build(Object.fromEntries(tensors), call.program));
        const results = Object.entries(outputs).map(([key, value]) => [key, copyOf(binding, value.handle)] as const);
        call.finish();
        return Object.fromEntries(results);
      } catch (error) {
        call.abandon();
        throw error;
      }
    },
    read: (names) =>
      new Map(
        names.map((name) => {
          checkedVariable(byName, name);
          const id = store.get(name);
          if (id === undefined) throw cannot(`read variable ${name}`, 'it was never written', { code: 'internal' });
          return [name, copyOf(binding, id) as Float32Array];
        }),
      ),
    write(values) {
      for (const [name, array] of values) {
        const { shape } = checkedVariable(byName, name, array);
        const old = store.get(name);
        store.set(name, upload(binding, array, { dtype: 'float32', shape }));
        if (old !== undefined) binding.deleteTensor(old);
      }
    },
    close() {
      for (const id of store.values()) binding.deleteTensor(id);
      store.clear();
    },
  };
}
