// The capturing program: adds operations to a graph instead of running them.
import { cannot } from '../common/errors.js';
import type { GraphAttribute, GraphWriter } from './graph-def.js';
import { withPacks } from './packs.js';
import type { Program, Target, Tensor, Variable } from './tensor.js';
import type { TensorSpec } from './types.js';
import { requireFit, undeclared } from './variables.js';

export interface GraphProgram extends Program {
  placeholder(name: string, spec: TensorSpec): Tensor;
  /** The node whose value is the tensor, made available only after every update of a variable has been done. */
  output(name: string, tensor: Tensor): string;
}

export const handleNode = (variable: Variable): string => `variables/${variable.name}`;

/**
 * A program that adds its nodes under `scope/`. `variables`: the names of those whose handle nodes are in the graph.
 */
export function createGraphProgram(
  writer: GraphWriter,
  scope: string,
  target: Target,
  variables: ReadonlySet<string>,
): GraphProgram {
  const references: string[] = [];
  const constants = new Map<string, Tensor>();
  const reads = new Map<string, Tensor>();
  const assigned = new Map<string, Tensor>();
  const updates: string[] = [];
  const lastUpdates = new Map<string, string>();
  const float32: GraphAttribute = { kind: 'type', value: 'float32' };

  const own = (reference: string, spec: TensorSpec, needsGradient = false): Tensor => {
    const handle = references.push(reference) - 1;
    return { program, dtype: spec.dtype, shape: spec.shape, handle, needsGradient, origin: undefined };
  };
  const add = (
    operation: string,
    attributes: Readonly<Record<string, GraphAttribute>>,
    inputs: readonly string[],
  ): string =>
    writer.node(`${scope}/${operation}_${references.length}_${updates.length}`, operation, attributes, inputs);
  const reference = (tensor: Tensor): string => {
    if (tensor.program !== program)
      throw cannot('capture a step', 'a tensor of another program was used', { code: 'internal' });
    return references[tensor.handle];
  };
  const after = (node: string | undefined): string[] => (node === undefined ? [] : [`^${node}`]);
  /** Order alone: an update that does not depend on a variable's old value must still wait for its reading. */
  const afterRead = ({ name }: Variable): string[] => {
    const read = reads.get(name);
    return [...after(read && reference(read)), ...after(lastUpdates.get(name))];
  };
  /** Notes an update; what is read from now on is the assigned value, or what the update left. */
  const updated = (node: string, { name }: Variable, value?: Tensor): void => {
    if (!updates.includes(node)) updates.push(node);
    lastUpdates.set(name, node);
    reads.delete(name);
    if (value === undefined) assigned.delete(name);
    else assigned.set(name, value);
  };

  const handleOf = (variable: Variable): string => {
    if (variables.has(variable.name)) return handleNode(variable);
    throw undeclared(variable.name);
  };

  const program: GraphProgram = withPacks({
    ...target,
    execute(operation, attributes, inputs, outputs) {
      const node = add(operation, attributes, inputs.map(reference));
      return outputs.map((spec, index) => own(index === 0 ? node : `${node}:${index}`, spec));
    },
    after(value, earlier) {
      const attributes = { T: { kind: 'type', value: value.dtype } } as const;
      return own(add('Identity', attributes, [reference(value), ...after(reference(earlier).split(':')[0])]), value);
    },
    constant(values, spec) {
      const key = `${spec.dtype}[${spec.shape.join()}]${values.length > 16 ? references.length : values.join()}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const value: GraphAttribute = { kind: 'tensor', value: values, spec };
      const tensor = own(add('Const', { dtype: { kind: 'type', value: spec.dtype }, value }, []), spec);
      constants.set(key, tensor);
      return tensor;
    },
    read(variable) {
      const known = assigned.get(variable.name) ?? reads.get(variable.name);
      if (known !== undefined) return known;
      const inputs = [handleOf(variable), ...after(lastUpdates.get(variable.name))];
      const node = add('ReadVariableOp', { dtype: float32 }, inputs);
      const tensor = own(node, { dtype: 'float32', shape: variable.shape }, variable.trainable);
      reads.set(variable.name, tensor);
      return tensor;
    },
    assign(variable, value) {
      requireFit(variable, value);
      const inputs = [handleOf(variable), reference(value), ...afterRead(variable)];
      updated(add('AssignVariableOp', { dtype: float32 }, inputs), variable, value);
    },
    assignRows(variable, indices, rows) {
      const inputs = [handleOf(variable), reference(indices), reference(rows), ...afterRead(variable)];
      const attributes = { dtype: float32, Tindices: { kind: 'type', value: 'int32' } } as const;
      updated(add('ResourceScatterUpdate', attributes, inputs), variable);
    },
    momentumStep({ parameter, velocity, gradient, learningRate, momentum, nesterov }) {
      const scalar = program.constant(Float32Array.of(momentum), { dtype: 'float32', shape: [] });
      const values = [learningRate, gradient, scalar].map(reference);
      const order = new Set([...afterRead(parameter), ...afterRead(velocity)]);
      const inputs = [handleOf(parameter), handleOf(velocity), ...values, ...order];
      const attributes = { T: float32, use_nesterov: { kind: 'bool', value: nesterov } } as const;
      const node = add('ResourceApplyMomentum', attributes, inputs);
      updated(node, parameter);
      updated(node, velocity);
    },
    placeholder(name, spec) {
      const attributes = {
        dtype: { kind: 'type', value: spec.dtype },
        shape: { kind: 'shape', value: spec.shape },
      } as const;
      return own(writer.node(`${scope}/${name}`, 'Placeholder', attributes, []), spec);
    },
    output(name, tensor) {
      const attributes = { T: { kind: 'type', value: tensor.dtype } } as const;
      const inputs = [reference(tensor), ...updates.map((update) => `^${update}`)];
      return writer.node(`${scope}/output/${name}`, 'Identity', attributes, inputs);
    },
  });
  return program;
}
