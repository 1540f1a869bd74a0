// The capturing program: adds operations to a graph instead of running them.
import { cannot } from '../common/errors.js';
import { bool, shape, tensor as tensorAttribute, type, type GraphAttributes } from './attributes.js';
import { requireValues } from './constants.js';
import type { GraphWriter } from './graph-def.js';
import { withPacks } from './packs.js';
import type { Program, Target, Tensor, Variable } from './tensor.js';
import type { HostArray, TensorSpec } from './types.js';
import { controlInput, createUpdateOrder, type UpdateOrder } from './update-order.js';
import { requireFit, undeclared } from './variables.js';

export interface GraphProgram extends Program {
  placeholder(name: string, spec: TensorSpec): Tensor;
  /** Returns the node with the tensor's value, which becomes available only after every update of a variable. */
  output(name: string, tensor: Tensor): string;
}

export const handleNode = (variable: Variable): string => `variables/${variable.name}`;

/** Returns the values as text that differs if their bits do; -0 would otherwise be 0. */
const textOf = (values: HostArray): string =>
  Array.from(values, (value) => (Object.is(value, -0) ? '-0' : value)).join();

/** The writer of the graph's nodes and the scope of their names. */
interface GraphNodes {
  readonly add: (operation: string, attributes: GraphAttributes, inputs: readonly string[]) => string;
  readonly own: (reference: string, spec: TensorSpec, needsGradient?: boolean) => Tensor;
  readonly reference: (tensor: Tensor) => string;
  readonly constant: Program['constant'];
}

/**
 * Returns the reads and updates of the variables whose handle nodes are in the graph, executed in the order of the
 * calls.
 */
function variableOperations(
  { add, own, reference, constant }: GraphNodes,
  order: UpdateOrder,
  variables: ReadonlySet<string>,
): Pick<Program, 'read' | 'assign' | 'assignRows' | 'momentumStep'> {
  const handleOf = (variable: Variable): string => {
    if (variables.has(variable.name)) return handleNode(variable);
    throw undeclared(variable.name);
  };

  return {
    read(variable) {
      const known = order.known(variable);
      if (known !== undefined) return known;
      const inputs = [handleOf(variable), ...order.beforeRead(variable)];
      const node = add('ReadVariableOp', { dtype: type('float32') }, inputs);
      const tensor = own(node, { dtype: 'float32', shape: variable.shape }, variable.trainable);
      order.read(node, variable, tensor);
      return tensor;
    },
    assign(variable, value) {
      requireFit(variable, value);
      const inputs = [handleOf(variable), reference(value), ...order.beforeUpdate(variable)];
      order.updated(add('AssignVariableOp', { dtype: type('float32') }, inputs), variable, value);
    },
    assignRows(variable, indices, rows) {
      const inputs = [handleOf(variable), reference(indices), reference(rows), ...order.beforeUpdate(variable)];
      const attributes = { dtype: type('float32'), Tindices: type('int32') };
      order.updated(add('ResourceScatterUpdate', attributes, inputs), variable);
    },
    momentumStep({ parameter, velocity, gradient, learningRate, momentum, nesterov }) {
      const scalar = constant(Float32Array.of(momentum), { dtype: 'float32', shape: [] });
      const values = [learningRate, gradient, scalar].map(reference);
      const before = new Set([...order.beforeUpdate(parameter), ...order.beforeUpdate(velocity)]);
      const inputs = [handleOf(parameter), handleOf(velocity), ...values, ...before];
      const node = add('ResourceApplyMomentum', { T: type('float32'), use_nesterov: bool(nesterov) }, inputs);
      order.updated(node, parameter);
      order.updated(node, velocity);
    },
  };
}

/**
 * Creates a program that adds its nodes under `scope/`. `variables`: the names of the variables with handle nodes in
 * the graph.
 */
export function createGraphProgram(
  writer: GraphWriter,
  scope: string,
  target: Target,
  variables: ReadonlySet<string>,
): GraphProgram {
  const references: string[] = [];
  const constants = new Map<string, Tensor>();
  const order = createUpdateOrder();

  const own = (reference: string, spec: TensorSpec, needsGradient = false): Tensor => {
    const handle = references.push(reference) - 1;
    return { program, dtype: spec.dtype, shape: spec.shape, handle, needsGradient, origin: undefined };
  };
  const add = (operation: string, attributes: GraphAttributes, inputs: readonly string[]): string =>
    writer.node(`${scope}/${operation}_${references.length}_${order.updates.length}`, operation, attributes, inputs);
  const reference = (tensor: Tensor): string => {
    if (tensor.program !== program)
      throw cannot('capture a step', 'a tensor of another program was used', { code: 'internal' });
    return references[tensor.handle];
  };

  const program: GraphProgram = withPacks({
    ...target,
    execute(operation, attributes, inputs, outputs) {
      const node = add(operation, attributes, inputs.map(reference));
      return outputs.map((spec, index) => own(index === 0 ? node : `${node}:${index}`, spec));
    },
    after(value, earlier) {
      const [node] = reference(earlier).split(':');
      return own(add('Identity', { T: type(value.dtype) }, [reference(value), controlInput(node)]), value);
    },
    constant(values, spec) {
      requireValues(values, spec);
      const key = `${spec.dtype}[${spec.shape.join()}]${values.length > 16 ? references.length : textOf(values)}`;
      const known = constants.get(key);
      if (known !== undefined) return known;
      const attributes = { dtype: type(spec.dtype), value: tensorAttribute(values, spec) };
      const tensor = own(add('Const', attributes, []), spec);
      constants.set(key, tensor);
      return tensor;
    },
    ...variableOperations(
      { add, own, reference, constant: (...value) => program.constant(...value) },
      order,
      variables,
    ),
    placeholder(name, spec) {
      const attributes = { dtype: type(spec.dtype), shape: shape(spec.shape) };
      return own(writer.node(`${scope}/${name}`, 'Placeholder', attributes, []), spec);
    },
    output(name, tensor) {
      const inputs = [reference(tensor), ...order.updates.map(controlInput)];
      return writer.node(`${scope}/output/${name}`, 'Identity', { T: type(tensor.dtype) }, inputs);
    },
  });
  return program;
}
