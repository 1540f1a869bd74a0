// bfloat16 activations: close to float32 if the network is smooth, in both execution modes, and trainable.
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/common/random.js';
import type { Execution } from '../../src/engine/session.js';
import { createLoss } from '../../src/losses/registry.js';
import { createNetwork } from '../../src/models/registry.js';
import type { ModelOptions } from '../../src/models/options.js';
import { initialValues } from '../../src/nn/tensors.js';
import type { TrainingOptions } from '../../src/training/options.js';
import { createSgd } from '../../src/optimizers/sgd.js';
import { sessionTensors, trainingStep } from '../../src/training/step.js';
import { trainFunction } from '../../src/training/step-inputs.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const batchSize = 16;
/** The side of the images: a quarter of CIFAR's pixels. */
const side = 16;
const random = randomStream(1, 'precision');
const images = Uint8Array.from({ length: batchSize * side * side * 3 }, () => random.integer(256));
const labels = Int32Array.from({ length: batchSize }, (_, index) => index % 10);

/** The losses of steps on one batch. */
function losses(
  model: ModelOptions,
  precision: TrainingOptions['precision'],
  execution: Execution,
  steps: number,
): number[] {
  const network = createNetwork(model, { height: side, width: side, channels: 3, classes: 10 });
  const loss = createLoss({ name: 'isda', lambda0: 0.5, covariance: 'full', rank: 32, schedule: 'constant' }, network);
  const format = { height: side, width: side, mean: [125, 123, 114], std: [63, 62, 67] };
  const optimizer = createSgd({ name: 'sgd', learningRate: 0.05, momentum: 0.9, nesterov: true, weightDecay: 1e-4 });
  const parts = { network, loss, optimizer, format, precision };
  const tensors = sessionTensors(parts);
  const session = engine.createSession(execution, tensors, [trainingStep(parts, batchSize)]);
  try {
    session.write(initialValues(tensors, 3));
    return Array.from({ length: steps }, (_, step) => {
      const scalars = { 'optimizer.learningRate': Float32Array.of(0.05), 'loss.lambda': Float32Array.of(0.5) };
      const inputs = { images, labels, seed: Int32Array.of(0, step), ...scalars };
      return session.call(trainFunction(batchSize), inputs).loss[0];
    });
  } finally {
    session.close();
  }
}

describe.each([
  ['resnet-8', { name: 'resnet', depth: 8, dropout: 0 }],
  ['se-resnet-8', { name: 'se-resnet', depth: 8, dropout: 0.1 }],
  ['densenet-bc-10-4', { name: 'densenet-bc', depth: 10, growth: 4, dropout: 0, recompute: false }],
  ['resnext-11-2x4d', { name: 'resnext', depth: 11, cardinality: 2, width: 4 }],
] as const satisfies readonly (readonly [string, ModelOptions])[])('%s in bfloat16', (_, model) => {
  it.each(executions)('begins with the loss of float32 to 8 bits and learns the batch as fast (%s)', (execution) => {
    const exact = losses(model, 'float32', execution, 12);
    const rounded = losses(model, 'bfloat16', execution, 12);
    expect(Math.abs(rounded[0] - exact[0]) / exact[0]).toBeLessThan(2 ** -6);
    expect(rounded[0]).not.toBe(exact[0]);
    const learned = exact[0] - exact[11];
    expect(learned).toBeGreaterThan(0.05);
    expect(rounded[0] - rounded[11]).toBeGreaterThan(0.7 * learned);
  });
});
