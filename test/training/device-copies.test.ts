// The copies to a GPU and the waits of a captured step, counted with a fake binding.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Binding } from '../../src/engine/binding.js';
import { createEngine } from '../../src/engine/index.js';
import { dtypeCodes } from '../../src/engine/types.js';
import { lossOptions } from '../../src/losses/options.js';
import { mixingOf } from '../../src/training/mixing.js';
import { openTrainingSession } from '../../src/training/session.js';
import { measuredStep } from '../../src/training/step-inputs.js';
import { generatedDataset, generatedParts } from '../support/generated-run.js';

interface GraphNode {
  getName(): string;
  getOp(): string;
  getInputList(): string[];
  getAttrMap(): { get(name: string): { getType(): number } | undefined };
}
interface SavedModels {
  readonly SavedModel: {
    deserializeBinary(bytes: Uint8Array): {
      getMetaGraphsList(): { getGraphDef(): { getNodeList(): GraphNode[] } }[];
    };
  };
}
const { SavedModel } = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as SavedModels;

/** A binding that computes nothing and records its arguments. */
function standIn() {
  const made: number[] = [];
  const fetched: string[] = [];
  let nodes: readonly GraphNode[] = [];
  const binding: Partial<Binding> = {
    TF_Version: 'none',
    loadSavedModel(directory) {
      const model = SavedModel.deserializeBinary(new Uint8Array(readFileSync(join(directory, 'saved_model.pb'))));
      nodes = model.getMetaGraphsList()[0].getGraphDef().getNodeList();
      return 0;
    },
    createTensor: (_, dtype) => made.push(dtype),
    deleteTensor: () => undefined,
    runSavedModel(_model, _ids, _names, outputs) {
      fetched.push(outputs);
      return outputs.split(',').map(() => ({ id: 0, shape: [], dtype: 1 }));
    },
    tensorDataSync: () => new Float32Array(20),
  };
  return { binding: binding as Binding, made, fetched, nodes: () => nodes };
}

const dataset = generatedDataset(6, 1);
const loss = lossOptions.parse({ name: 'isda' });
const plain = generatedParts({ dataset, batchSize: 3, seed: 1, dropout: 0.3, loss, learningRate: 0.1 });
const mixed = {
  ...generatedParts({ dataset, batchSize: 3, seed: 1, dropout: 0, loss: { name: 'cross-entropy' }, learningRate: 0.1 }),
  mixing: mixingOf({ mixup: { alpha: 1, probability: 1 }, cutmix: false }, dataset)!,
};

it.each([
  ['ISDA', plain, 5],
  ['mixup', mixed, 6],
] as const)('a step of %s feeds int32 alone and fetches what lies on the host', (_, parts, feeds) => {
  const { binding, made, fetched, nodes } = standIn();
  const engine = createEngine(binding, { kind: 'cuda', name: 'stand-in' });
  const sizes = { trainImages: 3, batchSize: 3, evaluationImages: 3, evaluationBatchSize: 3 };
  const training = openTrainingSession(engine, parts, { execution: 'captured', seed: 1, ...sizes, readEvery: 'auto' });
  const batch = { images: dataset.storage.images.subarray(0, 3 * 3072), labels: dataset.labels.subarray(0, 3) };
  made.length = 0;
  fetched.length = 0;
  for (let step = 0; step < 19; step++) expect(training.runStep(measuredStep(batch, parts))).toEqual([]);
  // Images, labels, seed, slot, all scalars; with mixup also the partners.
  expect(made).toEqual(Array<number>(19 * feeds).fill(dtypeCodes.int32));
  expect(fetched).toEqual(Array<string>(19).fill('train-3/output/done'));
  const byName = new Map(nodes().map((node) => [node.getName(), node]));
  const done = byName.get('train-3/output/done')!;
  expect(byName.get(done.getInputList()[0])!.getOp()).toBe('Const');
  expect(training.runStep(measuredStep(batch, parts))).toHaveLength(20);
  expect(fetched.slice(19)).toEqual(['train-3/output/done', 'state/step.loss/read,state/step.correct/read']);
});

it('compares labels on the GPU: no comparison of int32, which TensorFlow computes on the host', () => {
  const { binding, nodes } = standIn();
  const sizes = { trainImages: 3, batchSize: 3, evaluationImages: 3, evaluationBatchSize: 3 };
  const engine = createEngine(binding, { kind: 'cuda', name: 'stand-in' });
  openTrainingSession(engine, plain, { execution: 'captured', seed: 1, ...sizes });
  const compared = nodes().filter((node) => node.getOp() === 'Equal');
  expect(compared.length).toBeGreaterThan(1);
  for (const node of compared) expect(node.getAttrMap().get('T')!.getType()).toBe(dtypeCodes.float32);
});
