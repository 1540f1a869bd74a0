// The memory of a training step: compared with values computed by hand, and by its parts for networks.
import { describe, expect, it } from 'vitest';
import { add, conv2d, mulScalar, relu, reshape, sum } from '../../src/engine/ops/index.js';
import { createTally, type Tally } from '../../src/engine/tally-program.js';
import type { Shape } from '../../src/engine/types.js';
import { createLoss } from '../../src/losses/registry.js';
import { lossOptions } from '../../src/losses/options.js';
import { countParameters } from '../../src/models/cost.js';
import { modelOptions, type ModelInput } from '../../src/models/options.js';
import { createNetwork } from '../../src/models/registry.js';
import { optimizerOptions } from '../../src/optimizers/options.js';
import { createOptimizer } from '../../src/optimizers/registry.js';
import { sessionTensors, type StepParts } from '../../src/training/step.js';
import { peakBytes, stepMemory } from '../../src/training/step-memory.js';

const float = (tally: Tally, shape: Shape) => tally.input({ dtype: 'float32', shape });

describe('peakBytes', () => {
  it('frees a value after the last operation that reads it', () => {
    const tally = createTally();
    const kernel = float(tally, [1, 1, 5, 5]);
    const first = conv2d(float(tally, [1, 2, 2, 5]), kernel);
    const second = conv2d(first, kernel);
    conv2d(second, kernel);
    // Each convolution keeps its input besides its output; the first input is not counted.
    expect(peakBytes(tally.operations)).toBe(2 * 20 * 4);
    add(second, first);
    expect(peakBytes(tally.operations)).toBe(3 * 20 * 4);
  });

  it('writes over an input that nothing else reads, and sees through views', () => {
    const tally = createTally();
    const x = conv2d(float(tally, [1, 2, 2, 5]), float(tally, [1, 1, 5, 5]));
    reshape(relu(x), [20]);
    expect(peakBytes(tally.operations)).toBe(20 * 4);
    mulScalar(x, 2);
    expect(peakBytes(tally.operations)).toBe(2 * 20 * 4);
  });

  it('keeps a value for as long as one of its views is read', () => {
    const tally = createTally();
    const kernel = float(tally, [1, 1, 5, 5]);
    const x = conv2d(float(tally, [1, 2, 2, 5]), kernel);
    const flat = reshape(x, [4, 5]);
    conv2d(float(tally, [1, 2, 2, 5]), kernel);
    expect(peakBytes(tally.operations)).toBe(20 * 4);
    sum(flat);
    expect(peakBytes(tally.operations)).toBe(2 * 20 * 4);
  });
});

const size = { height: 32, width: 32, channels: 3, classes: 10 };

function parts(model: ModelInput, loss: StepParts['loss']['name'], precision: StepParts['precision'] = 'float32') {
  const network = createNetwork(modelOptions.parse(model), size);
  const format = { height: 32, width: 32, mean: [0, 0, 0], std: [1, 1, 1] };
  const chosen = createLoss(lossOptions.parse({ name: loss }), network);
  const optimizer = createOptimizer(optimizerOptions.parse({ name: 'sgd' }));
  return { network, loss: chosen, optimizer, format, precision };
}

describe('stepMemory', () => {
  const resnet = parts({ name: 'resnet', depth: 8 }, 'cross-entropy');

  it('grows with the batch by the activations, and has what the session keeps at any batch', () => {
    const [one, two, three] = [64, 128, 192].map((batchSize) => stepMemory(resnet, batchSize));
    expect(three - two).toBe(two - one);
    const kept = sessionTensors(resnet).reduce((total, { shape }) => total + 4 * shape.reduce((a, b) => a * b, 1), 0);
    expect(one - (two - one)).toBeGreaterThanOrEqual(kept);
    expect(kept).toBeGreaterThan(8 * countParameters(resnet.network));
    // Before and after each of the nine normalizations (ReLU overwrites the latter): 32², 16² and 8² pixels.
    const activations = 4 * (2 * 3 * 16 * 1024 + 3 * 32 * 256 + 2 * 32 * 256 + 3 * 64 * 64 + 2 * 64 * 64);
    const image = (two - one) / 64;
    expect(image).toBeGreaterThan(activations);
    expect(image).toBeLessThan(1.6 * activations);
  });

  it('counts the state of ISDA, dropout, and half the bytes in bfloat16', () => {
    const plain = stepMemory(resnet, 128);
    expect(stepMemory(parts({ name: 'resnet', depth: 8 }, 'isda'), 128) - plain).toBeGreaterThan(4 * 10 * 64 * 64);
    expect(stepMemory(parts({ name: 'resnet', depth: 8, dropout: 0.3 }, 'cross-entropy'), 128)).toBeGreaterThan(plain);
    const half = stepMemory(parts({ name: 'resnet', depth: 8 }, 'cross-entropy', 'bfloat16'), 128) / plain;
    expect(half).toBeGreaterThan(0.45);
    expect(half).toBeLessThan(0.65);
  });
});
