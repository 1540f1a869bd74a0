// Runs that start from weights: torchvision's ResNet-18 against PyTorch (scripts/reference/fine_tuning.py), and refused
// weights.
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { torchShape } from '../../src/nn/layout.js';
import { encodeSafetensors, type NamedTensor } from '../../src/records/safetensors.js';
import { importNetwork } from '../../src/runs/exchange.js';
import { readFirstWeights } from '../../src/runs/first-weights.js';
import { buildParts } from '../../src/runs/parts.js';
import { openRunCheckpoint } from '../../src/runs/run-checkpoint.js';
import { optimizerScalarsAt } from '../../src/optimizers/optimizer.js';
import { openTrainingSession } from '../../src/training/session.js';
import { evaluateFunction } from '../../src/training/step-inputs.js';
import { evaluationStep, normalizeImages, type StepParts } from '../../src/training/step.js';
import { writeTensors } from '../../src/training/state.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { testRunContext } from '../support/run-context.js';
import { fill, uniform } from '../support/reference-network.js';

interface Reference {
  readonly classes: number;
  readonly shape: readonly [number, number, number, 3];
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly labels: readonly number[];
  readonly freeze: string[];
  readonly headLearningRateFactor: number;
  readonly sgd: object;
  readonly tensors: readonly (readonly [string, readonly number[]])[];
  readonly logits: readonly (readonly number[])[];
  readonly logitsBfloat16: readonly (readonly number[])[];
  readonly losses: readonly number[];
  readonly logitsAfter: readonly (readonly number[])[];
}
const reference = JSON.parse(
  readFileSync(new URL('../fixtures/fine-tuning.json', import.meta.url), 'utf8'),
) as Reference;

const engine = testEngine();
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

const [count, height, width, channels] = reference.shape;
const { classes, mean, std } = reference;
const images = { height, width, channels, classes, mean, std };
const batch = {
  images: Uint8Array.from({ length: count * height * width * channels }, (_, k) =>
    Math.floor(256 * uniform(1_000_000, k, 0)),
  ),
  labels: Int32Array.from(reference.labels),
};

/** The state dictionary of torchvision's ResNet-18, as PyTorch saves it from DataParallel. */
const state: readonly NamedTensor[] = [
  ...reference.tensors.map(([name, shape], number) => ({
    name: `module.${name}`,
    shape,
    data: fill(name, shape, number, 0),
  })),
  { name: 'module.bn1.num_batches_tracked', shape: [], data: BigInt64Array.of(7n) },
];
/** The upper halves of float32 numbers: bfloat16 in safetensors. */
const bfloat16 = (tensor: NamedTensor): NamedTensor => {
  const { data } = tensor;
  if (!(data instanceof Float32Array)) return tensor;
  const halves = Uint16Array.from(new Uint32Array(data.buffer), (bits) => bits >>> 16);
  return { ...tensor, data: new Uint8Array(halves.buffer), dtype: 'BF16' };
};

function write(name: string, tensors: readonly NamedTensor[]): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.concat(encodeSafetensors(tensors)));
  return path;
}
const file = write('resnet18.safetensors', state);

const configOf = (model: object, optimizer: object = {}) =>
  experimentSchema.parse({
    experiment: 'fine-tuning',
    model: { name: 'imagenet-resnet', depth: 18, ...model },
    optimizer: { ...reference.sgd, ...optimizer },
    training: { seed: 3 },
  });

/** Parts with the reference's images; the evaluation returns logits in place of its sums. */
async function open(config: ReturnType<typeof configOf>) {
  const parts = await buildParts(config, images);
  const first = await readFirstWeights(config.model, parts, folder);
  const training = openTrainingSession(engine, parts, {
    execution: 'captured',
    seed: 3,
    trainImages: count,
    batchSize: count,
    evaluationImages: 0,
    evaluationBatchSize: 1,
  });
  writeTensors(training, first!.tensors);
  return { parts, first: first!, training };
}

/** The logits for the reference's images with the values of a session's tensors. */
function logitsOf(parts: StepParts, training: Awaited<ReturnType<typeof open>>['training']): number[] {
  const { tensors } = parts.network;
  const session = engine.createSession('captured', tensors, [
    {
      ...evaluationStep(parts, count),
      build({ images }, program) {
        const seed = program.constant(Int32Array.of(0, 0), { dtype: 'int32', shape: [2] });
        return {
          logits: parts.network.apply(normalizeImages(images, parts), { program, training: false, seed }).logits,
        };
      },
    },
  ]);
  session.write(training.session.read(tensors.map(({ name }) => name)));
  const { logits } = session.call(evaluateFunction(count), batch);
  session.close();
  return [...logits].map(Number);
}

describe("torchvision's ResNet-18", () => {
  it.each([
    ['float32', file, reference.logits],
    ['bfloat16', write('half.safetensors', state.map(bfloat16)), reference.logitsBfloat16],
  ])("gives PyTorch's logits before the first step, from %s", async (_, weights, expected) => {
    const { parts, first, training } = await open(configOf({ weights }));
    expect(first.prefix).toBe('module.');
    expect(relativeDifference(logitsOf(parts, training), expected.flat())).toBeLessThan(1e-4);
    training.close();
  });

  it('is fine-tuned as by PyTorch: frozen layers, and a head with ten times the learning rate', async () => {
    const { freeze, headLearningRateFactor } = reference;
    const { parts, training } = await open(configOf({ weights: file, freeze }, { headLearningRateFactor }));
    const { optimizer } = parts;
    const losses = reference.losses.map((_, step) => {
      const optimizerScalars = optimizerScalarsAt(optimizer, { learningRate: optimizer.learningRate, step: step + 1 });
      return training.runStep({ batch, optimizerScalars, seed: [1, step], lossScalars: {} })[0].loss;
    });
    expect(relativeDifference(losses, reference.losses)).toBeLessThan(1e-4);
    expect(relativeDifference(logitsOf(parts, training), reference.logitsAfter.flat())).toBeLessThan(1e-4);
    // No bit of the frozen tensors has changed, including running statistics.
    const stays = state.filter(({ name }) => /^module\.(conv1|bn1|layer[12])\.(?!.*num_batches)/.test(name));
    const plain = parts.network.tensors.filter(({ layout }) => layout === 'plain');
    const values = training.session.read(plain.map(({ name }) => name));
    const compared = stays.filter(({ name }) => values.has(name.slice('module.'.length)));
    expect(compared.length).toBeGreaterThan(30);
    for (const { name, data } of compared) expect(values.get(name.slice('module.'.length)), name).toEqual(data);
    const moments = parts.network.tensors.filter(({ role }) => role === 'parameter');
    expect(training.tensors.filter(({ name }) => name.startsWith('optimizer.'))).toHaveLength(moments.length);
    training.close();
  });

  it('has no learning rate for a frozen head', async () => {
    const freeze = ['fc'];
    await expect(buildParts(configOf({ freeze }, { headLearningRateFactor: 10 }), images)).rejects.toMatchObject({
      message: 'cannot set the learning rate of the last layer: fc.weight and fc.bias are frozen',
      place: 'optimizer.headLearningRateFactor',
      hint: 'leave it out, or end model.freeze with "!fc.weight"',
    });
    for (const factor of [1, undefined])
      await buildParts(configOf({ freeze }, { headLearningRateFactor: factor }), images);
    await buildParts(configOf({ freeze: ['fc.bias'] }, { headLearningRateFactor: 10 }), images);
  });

  it('takes a fresh head from the seed, whatever the classes of the file', async () => {
    const config = configOf({ weights: file, head: 'fresh' });
    const parts = await buildParts(config, { ...images, classes: 3 });
    const { tensors, facts } = (await readFirstWeights(config.model, parts, folder))!;
    expect(tensors.map(({ name }) => name)).toEqual(
      parts.network.tensors
        .map(({ name }) => name)
        .slice(0, -2)
        .sort(),
    );
    expect(facts).toMatchObject({ file: 'resnet18.safetensors', head: 'fresh' });
    const other = await buildParts(configOf({ weights: file }), { ...images, classes: 3 });
    await expect(readFirstWeights({ weights: file }, other, folder)).rejects.toMatchObject({
      message: 'cannot use the weights: fc.weight is [10, 512], expected [3, 512]: the classes differ',
      hint: 'model.head: fresh (--set model.head=fresh) starts with a new last layer',
    });
    const bare = write(
      'bare.safetensors',
      state.filter(({ name }) => !name.startsWith('module.fc.')),
    );
    await expect(readFirstWeights({ weights: bare }, other, folder)).rejects.toThrow('it has no fc.weight');
    expect((await readFirstWeights({ weights: bare, head: 'fresh' }, other, folder))!.tensors).toHaveLength(
      other.network.tensors.length - 2,
    );
  });

  it('begins without the bias of the file where the loss has none, in a run as by import', async () => {
    const config = experimentSchema.parse({
      ...configOf({ weights: file }),
      dataset: { name: 'cifar10' },
      loss: { name: 'large-margin' },
    });
    const biasOf = (tensors: readonly NamedTensor[]) => tensors.find(({ name }) => name === 'fc.bias')!.data;
    const zeros = new Float32Array(classes);
    expect(biasOf(state.map((tensor) => ({ ...tensor, name: tensor.name.slice('module.'.length) })))).not.toEqual(
      zeros,
    );
    const parts = await buildParts(config, images);
    const first = (await readFirstWeights(config.model, parts, folder))!;
    expect([first.droppedBias, biasOf(first.tensors)]).toEqual(['fc.bias', zeros]);
    const plain = (await readFirstWeights(
      config.model,
      await buildParts(configOf({ weights: file }), images),
      folder,
    ))!;
    expect(plain.droppedBias).toBeUndefined();
    expect(biasOf(plain.tensors)).not.toEqual(zeros);

    const run = join(folder, 'imported');
    const { context, printed } = testRunContext(folder, engine);
    await importNetwork(config, file, run, context);
    const { checkpoint } = await openRunCheckpoint(run, { overrides: [], workingDirectory: folder });
    expect(biasOf(checkpoint.tensors)).toEqual(zeros);
    expect(printed()).toContain('warning: fc.bias of the file is ignored: the loss has no bias, so the bias stays 0');
  });

  it('has to be the file that the config knows', async () => {
    const parts = await buildParts(configOf({}), images);
    expect(parts.network.tensors.map((tensor) => [tensor.name, torchShape(tensor)])).toEqual(reference.tensors);
    const weightsSha256 = '0'.repeat(64);
    await expect(readFirstWeights({ weights: file, weightsSha256 }, parts, folder)).rejects.toMatchObject({
      code: 'run/changed',
    });
  });
});
