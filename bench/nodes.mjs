// Counts the operations of a captured training step as it would be on a GPU or a CPU. Computes nothing and needs
// neither.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, URL } from 'node:url';
import { loadConfig } from '../dist/config/load.js';
import { createEngine } from '../dist/engine/index.js';
import { buildParts } from '../dist/runs/parts.js';
import { openTrainingSession } from '../dist/training/session.js';
import { printTable } from './measuring.mjs';
import { readOptions } from './programs.mjs';

const usage = 'usage: node bench/nodes.mjs [--device cuda|cpu] [--json]';
const options = readOptions(usage, {
  options: { device: { type: 'string', default: 'cuda' }, json: { type: 'boolean', default: false } },
  choices: { device: ['cuda', 'cpu'] },
});

/** Network, precision and loss, with the config and the settings that make it. */
const steps = [
  ['ResNet-32', 'float32', 'isda', 'base/cifar10', 'name=resnet', 'depth=32'],
  ['ResNet-110', 'float32', 'isda', 'base/cifar10', 'name=resnet', 'depth=110'],
  ['DenseNet-BC-100-12', 'float32', 'isda', 'base/cifar10', 'name=densenet-bc', 'depth=100', 'growth=12'],
  ['SE-ResNet-110', 'bfloat16', 'isda', 'base/cifar10', 'name=se-resnet', 'depth=110'],
  ['WRN-28-10', 'float32', 'isda', 'base/cifar10', 'name=wrn', 'depth=28', 'width=10'],
  ['WRN-28-10', 'bfloat16', 'isda', 'base/cifar10', 'name=wrn', 'depth=28', 'width=10'],
  ['ResNet-50', 'float32', 'cross-entropy', 'base/imagenet', 'name=imagenet-resnet', 'depth=50'],
];

/** They hand values on and start no kernel. */
const passive = new Set([
  'Bitcast',
  'Const',
  'Identity',
  'NoOp',
  'Placeholder',
  'ReadVariableOp',
  'Reshape',
  'VarHandleOp',
]);

const { SavedModel } = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js');

/** The nodes of a graph by name, from the SavedModel that a session writes for TensorFlow. */
function nodesOf(model) {
  const graph = SavedModel.deserializeBinary(new Uint8Array(model)).getMetaGraphsList()[0].getGraphDef();
  return new Map(
    graph.getNodeList().map((node) => [node.getName(), { operation: node.getOp(), inputs: node.getInputList() }]),
  );
}

/** How often each operation is run by a step: all that its outputs depend on. */
function countOperations(nodes, scope) {
  const open = [...nodes.keys()].filter((name) => name.startsWith(`${scope}/output/`));
  const reached = new Set();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    open.push(...nodes.get(name).inputs.map((input) => input.replace(/^\^/, '').split(':')[0]));
  }
  const counts = {};
  for (const name of reached) counts[nodes.get(name).operation] = (counts[nodes.get(name).operation] ?? 0) + 1;
  return counts;
}

async function count([network, precision, loss, base, ...settings]) {
  const overrides = [
    ...settings.map((setting) => `model.${setting}`),
    `training.precision=${precision}`,
    `loss.name=${loss}`,
  ];
  const root = fileURLToPath(new URL('..', import.meta.url));
  const { config } = loadConfig(base, {
    overrides,
    workingDirectory: root,
    configsDirectory: join(root, 'configs'),
  });
  const { batchSize } = config.training;
  let model;
  const binding = {
    TF_Version: 'none',
    getNumOfTensors: () => 0,
    loadSavedModel: (directory) => {
      model = readFileSync(join(directory, 'saved_model.pb'));
      return 0;
    },
    createTensor: () => 0,
    deleteTensor: () => undefined,
    deleteSavedModel: () => undefined,
    runSavedModel: (_, ids, names, outputs) => outputs.split(',').map(() => ({ id: 0 })),
    tensorDataSync: () => new Float32Array(1),
  };
  const engine = createEngine(binding, { kind: options.device, name: 'stand-in' });
  const sizes = { trainImages: batchSize, batchSize, evaluationImages: 0, evaluationBatchSize: 1, readEvery: 20 };
  openTrainingSession(engine, await buildParts(config), { execution: 'captured', seed: 1, ...sizes });
  const operations = countOperations(nodesOf(model), `train-${batchSize}`);
  const sum = (entries) => entries.reduce((total, [, times]) => total + times, 0);
  const all = Object.entries(operations);
  const computing = all.filter(([operation]) => !passive.has(operation));
  return { network, precision, loss, nodes: sum(all), computing: sum(computing), operations };
}

const results = [];
for (const step of steps) results.push(await count(step));
if (options.json) console.log(JSON.stringify(results, null, 2));
else {
  printTable([
    ['network', 'precision', 'loss', 'nodes', 'that compute'],
    ...results.map(({ network, precision, loss, nodes, computing }) => [
      ...[network, precision, loss],
      ...[nodes, computing].map(String),
    ]),
  ]);
}
