// Every family trains: a few steps on generated images, with equal captured and eager results.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/common/random.js';
import type { Execution } from '../../src/engine/session.js';
import { lossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import { knownNetworks } from '../../src/models/known.js';
import { modelOptions, type ModelInput } from '../../src/models/options.js';
import { createNetwork } from '../../src/models/registry.js';
import { initialValues } from '../../src/nn/tensors.js';
import { createSgd } from '../../src/optimizers/sgd.js';
import { sessionTensors, trainingStep } from '../../src/training/step.js';
import { trainFunction } from '../../src/training/step-inputs.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const steps = 3;
const batchSize = 4;
/** Small, so that steps do not amplify rounding, which differs between the execution modes. */
const learningRate = 0.001;
/** The side of the images: networks for ImageNet halve it five times, those for CIFAR twice. */
const sideOf = ({ name }: ModelInput): number => (name.startsWith('imagenet') ? 32 : 16);
const random = randomStream(1, 'families');
const pixels = Uint8Array.from({ length: batchSize * 32 * 32 * 3 }, () => random.integer(256));
const labels = Int32Array.of(3, 1, 4, 1);
const optimizer = createSgd({ name: 'sgd', learningRate, momentum: 0.9, nesterov: true, weightDecay: 1e-4 });

/** The losses of the steps on one batch with ISDA, and the parameters that did not change. */
function train(model: ModelInput, execution: Execution) {
  const side = sideOf(model);
  const network = createNetwork(modelOptions.parse(model), { height: side, width: side, channels: 3, classes: 10 });
  const format = { height: side, width: side, mean: [125, 123, 114], std: [63, 62, 67] };
  const images = pixels.subarray(0, batchSize * side * side * 3);
  const loss = createLoss(lossOptions.parse({ name: 'isda' }), network);
  const parts = { network, loss, optimizer, format, precision: 'float32' } as const;
  const tensors = sessionTensors(parts);
  const values = initialValues(tensors, 1);
  const session = engine.createSession(execution, tensors, [trainingStep(parts, batchSize)]);
  try {
    session.write(values);
    const rate = Float32Array.of(learningRate);
    const shared = { images, labels, 'optimizer.learningRate': rate, 'loss.lambda': Float32Array.of(0.5) };
    const losses = Array.from({ length: steps }, (_, step) => {
      const outputs = session.call(trainFunction(batchSize), { ...shared, seed: Int32Array.of(1, step) });
      return Number(outputs.loss[0]);
    });
    const names = network.tensors.map(({ name }) => name);
    const after = session.read(names);
    const still = names.filter((name) => after.get(name)!.every((value, index) => value === values.get(name)![index]));
    return { losses, still };
  } finally {
    session.close();
  }
}

/**
 * The paper's networks if they are cheap, else smaller ones of their family; the deep ones train in test/models.
 */
const networks: readonly (readonly [string, ModelInput])[] = [
  ['ResNet-32', { name: 'resnet', depth: 32 }],
  ['ResNet-14 with dropout', { name: 'resnet', depth: 14, dropout: 0.3 }],
  ['SE-ResNet-32', { name: 'se-resnet', depth: 32 }],
  ['WRN-16-8', { name: 'wrn', depth: 16, width: 8 }],
  ['WRN-16-2 with dropout', { name: 'wrn', depth: 16, width: 2, dropout: 0.3 }],
  ['ResNeXt-20 4x8d', { name: 'resnext', depth: 20, cardinality: 4, width: 8 }],
  ['DenseNet-BC-40-12', { name: 'densenet-bc', depth: 40, growth: 12 }],
  ['Shake-Shake 26 2x32d', { name: 'shake-shake', depth: 26, width: 32 }],
  ['PyramidNet-29, alpha 30', { name: 'pyramidnet', depth: 29, alpha: 30 }],
  ['ResNet-18 for ImageNet', { name: 'imagenet-resnet', depth: 18 }],
  ['ResNeXt-50 4x4d for ImageNet', { name: 'imagenet-resnext', depth: 50, cardinality: 4, width: 4 }],
];

it('every family is among these', () => {
  const families = (models: readonly { readonly name: string }[]) => new Set(models.map(({ name }) => name));
  expect(families(networks.map(([, model]) => model))).toEqual(families(knownNetworks.map(({ model }) => model)));
});

/** A Shake-Shake block that adds its input unchanged nevertheless has a shortcut's tensors, as in the reference. */
const unused = /^stage_\d\.[1-9]\d*\.shortcut\./;

describe.each(networks)('%s', (_, model) => {
  it('trains, and the same captured and eager', () => {
    const [captured, eager] = executions.map((execution) => train(model, execution));
    expect(captured.losses.every(Number.isFinite)).toBe(true);
    expect(new Set(captured.losses).size).toBe(steps);
    expect(captured.still.filter((name) => !unused.test(name))).toEqual([]);
    captured.losses.forEach((value, step) => {
      expect(relativeDifference([value], [eager.losses[step]]), `step ${step}`).toBeLessThan(1e-5);
    });
  });
});
