// Export and import of every family: PyTorch's names, shapes and types, and the same bytes after a round trip.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';
import { openRunCheckpoint } from '../../src/runs/run-checkpoint.js';
import { exportFresh, exportRun, importNetwork } from '../../src/runs/exchange.js';
import { buildParts } from '../../src/runs/parts.js';
import { sizeOf } from '../../src/engine/types.js';
import { knownNetworks } from '../../src/models/known.js';
import type { ModelInput } from '../../src/models/options.js';
import { fromTorch, torchShape } from '../../src/nn/layout.js';
import { initialValues } from '../../src/nn/tensors.js';
import { decodeSafetensors } from '../../src/records/safetensors.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const configOf = (model: ModelInput): ExperimentConfig =>
  experimentSchema.parse({ experiment: 'exchange', dataset: { name: 'cifar100' }, model, training: { seed: 7 } });

const bits = (data: Float32Array): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

/** Every family, with a smaller network if the paper's is large. Names and shapes of the large ones: test/models. */
const instances: readonly (readonly [string, ModelInput])[] = [
  ['resnet-110', { name: 'resnet', depth: 110 }],
  ['se-resnet-110', { name: 'se-resnet', depth: 110 }],
  ['wrn-16-2', { name: 'wrn', depth: 16, width: 2 }],
  ['resnext-29-2x4d', { name: 'resnext', depth: 29, cardinality: 2, width: 4 }],
  ['densenet-bc-100-12', { name: 'densenet-bc', depth: 100, growth: 12 }],
  ['shake-shake-26-2x32d', { name: 'shake-shake', depth: 26, width: 32 }],
  ['pyramidnet-110-84', { name: 'pyramidnet', depth: 110, alpha: 84 }],
  ['resnet-18', { name: 'imagenet-resnet', depth: 18 }],
  ['resnet-50', { name: 'imagenet-resnet', depth: 50 }],
  ['resnext-50-2x4d', { name: 'imagenet-resnext', depth: 50, cardinality: 2, width: 4 }],
];

it('every family is among these', () => {
  const families = (models: readonly { readonly name: string }[]) => new Set(models.map(({ name }) => name));
  expect(families(instances.map(([, model]) => model))).toEqual(families(knownNetworks.map(({ model }) => model)));
});

const places = { environment: {}, workingDirectory: folder, now: () => 0 };

describe.each(instances)('%s', (name, model) => {
  it('is exported under the names of the state dictionary, and comes back with the same bytes', async () => {
    const config = configOf(model);
    const { network } = await buildParts(config);
    const first = join(folder, `${name}.safetensors`);
    const report = await exportFresh(config, first, places);
    const bytes = readFileSync(first);
    const { tensors, metadata } = decodeSafetensors(bytes, first);

    expect(metadata).toMatchObject({ format: 'pt', network: name });
    // A file is sorted by name; the order of the state dictionary is tested in test/models.
    const sorted = network.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(tensors.map((tensor) => [tensor.name, tensor.shape])).toEqual(
      sorted.map((tensor) => [tensor.name, torchShape(tensor)]),
    );
    const values = initialValues(network.tensors, 7);
    tensors.forEach(({ name: tensor, data }, index) => {
      if (!(data instanceof Float32Array)) throw new Error(`${tensor} is not float32`);
      expect(bits(fromTorch(data, sorted[index])).equals(bits(values.get(tensor)!)), tensor).toBe(true);
    });
    const count = tensors.reduce((total, { shape }) => total + sizeOf(shape), 0);
    expect(report).toEqual({ network: name, tensors: tensors.length, values: count });

    const run = join(folder, name);
    expect(await importNetwork(config, first, run, { ...places, stream: process.stdout })).toEqual(report);
    const second = join(folder, `${name}-again.safetensors`);
    expect(
      await exportRun(await openRunCheckpoint(run, { overrides: [], workingDirectory: folder }), second, places),
    ).toEqual(report);
    expect(readFileSync(second).equals(bytes)).toBe(true);
    await rm(run, { recursive: true });
  });
});

it('a network is not imported over the best checkpoint of a run, which would be deleted', async () => {
  const config = configOf({ name: 'resnet', depth: 8 });
  const file = join(folder, 'small.safetensors');
  await exportFresh(config, file, places);
  const run = join(folder, 'only-best');
  const best = join(run, 'checkpoints', 'best-epoch-0003-step-0000030.safetensors');
  mkdirSync(join(run, 'checkpoints'), { recursive: true });
  writeFileSync(best, 'weights');
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  await expect(importNetwork(config, file, run, { ...places, stream })).rejects.toThrow(
    'cannot import the network: the run folder has checkpoints already',
  );
  expect(readFileSync(best, 'utf8')).toBe('weights');
});
