// Captured execution: all functions in one graph over shared variables, with one session run per call.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cannot } from '../common/errors.js';
import { writeFailureWithSpaceNow } from '../common/files.js';
import { formatBytes } from '../common/format.js';
import { shape, string, tensor, type } from './attributes.js';
import type { Binding } from './binding.js';
import { asWords, declareInputs, type Feed } from './function-inputs.js';
import { createGraphWriter, type GraphWriter } from './graph-def.js';
import { createGraphProgram, handleNode } from './graph-program.js';
import { download, upload } from './host-tensors.js';
import type { Target, Variable } from './tensor.js';
import { checkedCall, checkedOutputs, checkedVariable, type Session, type SessionFunction } from './session.js';
import { sessionConfig, sessionConfigFile, type Layout } from './session-config.js';
import type { HostArray, TensorSpec } from './types.js';
import { controlInput } from './update-order.js';

const readNode = (variable: Variable): string => `state/${variable.name}/read`;
const valueNode = (variable: Variable): string => `state/${variable.name}/value`;
const doneNode = (variable: Variable): string => `state/${variable.name}/done`;

/** Writes the handle of a variable and the nodes that read and write it from outside the graph. */
function writeVariable(writer: GraphWriter, variable: Variable): void {
  const dtype = type('float32');
  const typed = { dtype, shape: shape(variable.shape) };
  const handle = handleNode(variable);
  writer.node(handle, 'VarHandleOp', { ...typed, shared_name: string(variable.name), container: string('') }, []);
  writer.node(readNode(variable), 'ReadVariableOp', { dtype }, [handle]);
  writer.node(valueNode(variable), 'Placeholder', typed, []);
  const assign = `state/${variable.name}/assign`;
  writer.node(assign, 'AssignVariableOp', { dtype }, [handle, valueNode(variable)]);
  const value = tensor(Float32Array.of(0), { dtype: 'float32', shape: [] });
  writer.node(doneNode(variable), 'Const', { dtype, value }, [controlInput(assign)]);
}

/** The feeds and outputs of a function in the graph. */
interface CapturedFunction {
  readonly feeds: readonly Feed[];
  readonly outputNodes: Readonly<Record<string, string>>;
}

/** Writes the nodes of a function, with its name as their scope. */
function writeFunction(
  writer: GraphWriter,
  spec: SessionFunction,
  target: Target,
  variables: ReadonlySet<string>,
): CapturedFunction {
  const program = createGraphProgram(writer, spec.name, target, variables);
  const { feeds, tensors } = declareInputs(program, spec.inputs);
  const outputs = checkedOutputs(spec.name, spec.build(tensors, program));
  const outputNodes = Object.entries(outputs).map(([name, output]) => [name, program.output(name, output)] as const);
  return {
    feeds: feeds.map(({ node, inputs }) => ({ node: `${spec.name}/${node}`, inputs })),
    outputNodes: Object.fromEntries(outputNodes),
  };
}

/** The context of a captured session. */
interface CaptureContext {
  readonly binding: Binding;
  readonly target: Target;
  /** Holds the graph's file while TensorFlow loads it. */
  readonly temporaryDirectory: string;
  readonly layout: Layout;
}

function load({ binding, temporaryDirectory, layout }: CaptureContext, model: Uint8Array): number {
  const config = sessionConfig(layout);
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      const { message } = writeFailureWithSpaceNow(join(temporaryDirectory, 'isda-graph'), error);
      throw cannot('load the graph into TensorFlow', message, {
        code: 'engine/graph',
        place: temporaryDirectory,
        hint: `the graph temporarily needs ${formatBytes(model.byteLength)} there; the variable TMPDIR selects the folder`,
        cause: error,
      });
    }
  };
  const directory = attempt(() => mkdtempSync(join(temporaryDirectory, 'isda-graph-')));
  try {
    attempt(() => writeFileSync(join(directory, 'saved_model.pb'), model));
    if (config !== undefined) attempt(() => writeFileSync(join(directory, sessionConfigFile), config));
    return binding.loadSavedModel(directory, 'isda');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Creates a session that captures its functions once and then runs each as a whole in TensorFlow. */
export function createCapturedSession(
  context: CaptureContext,
  variables: readonly Variable[],
  functions: readonly SessionFunction[],
): Session {
  const { binding, target } = context;
  const writer = createGraphWriter();
  for (const variable of variables) writeVariable(writer, variable);
  const variableNames = new Set(variables.map(({ name }) => name));
  const captured = new Map(functions.map((spec) => [spec.name, writeFunction(writer, spec, target, variableNames)]));
  const model = load(context, writer.serialize('isda'));
  const byName = new Map(variables.map((variable) => [variable.name, variable]));

  type Input = readonly [node: string, values: HostArray, spec: TensorSpec];
  const run = (inputs: readonly Input[], outputs: readonly string[]): HostArray[] => {
    const ids = inputs.map(([, values, spec]) => upload(binding, values, spec));
    try {
      const names = inputs.map(([node]) => node).join(',');
      return binding.runSavedModel(model, ids, names, outputs.join(',')).map(({ id }) => download(binding, id));
    } finally {
      for (const id of ids) binding.deleteTensor(id);
    }
  };
  return {
    call(name, inputs) {
      checkedCall(functions, name, inputs);
      const nodes = captured.get(name);
      if (nodes === undefined) throw cannot(`call ${name}`, 'it was not captured', { code: 'internal' });
      const list = nodes.feeds.map(({ node, inputs: fed }): Input => {
        const words = asWords(fed.map((key) => inputs[key]));
        return [node, words, { dtype: 'int32', shape: [words.length] }];
      });
      const results = run(list, Object.values(nodes.outputNodes));
      return Object.fromEntries(Object.keys(nodes.outputNodes).map((key, index) => [key, results[index]]));
    },
    read(names) {
      const nodes = names.map((name) => readNode(checkedVariable(byName, name)));
      const values = nodes.length === 0 ? [] : run([], nodes);
      return new Map(names.map((name, index) => [name, values[index] as Float32Array]));
    },
    write(values) {
      if (values.size === 0) return;
      const entries = [...values].map(([name, array]) => [checkedVariable(byName, name, array), array] as const);
      run(
        entries.map(([variable, array]) => [valueNode(variable), array, { dtype: 'float32', shape: variable.shape }]),
        entries.map(([variable]) => doneNode(variable)),
      );
    },
    close: () => binding.deleteSavedModel(model),
  };
}
