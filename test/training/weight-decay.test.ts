// Weight decay applies to every trained parameter, biases and batch normalization too, as in the paper's code.
import { expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { buildParts } from '../../src/runs/parts.js';
import { openTrainingSession } from '../../src/training/session.js';
import { measuredStep } from '../../src/training/step-inputs.js';
import { trainedParameters } from '../../src/training/step.js';
import { testEngine } from '../support/engine.js';
import { generatedDataset } from '../support/generated-run.js';

const [learningRate, momentum, batchSize] = [0.01, 0.9, 4];
const dataset = generatedDataset(batchSize, 1);

/** The parameters before and after the first step with a weight decay. */
async function oneStep(weightDecay: number) {
  const parts = await buildParts(
    experimentSchema.parse({
      experiment: 'decay',
      dataset: { name: 'cifar10' },
      model: { name: 'resnet', depth: 8 },
      loss: { name: 'isda' },
      optimizer: { learningRate, momentum, weightDecay },
    }),
  );
  const sizes = { trainImages: batchSize, batchSize, evaluationImages: batchSize, evaluationBatchSize: batchSize };
  const training = openTrainingSession(testEngine(), parts, { execution: 'captured', seed: 1, ...sizes });
  const { session } = training;
  const names = trainedParameters(parts).map(({ name }) => name);
  // The offsets of batch normalization begin at 0, where nothing decays.
  session.write(new Map([...session.read(names)].map(([name, values]) => [name, values.map((value) => value + 0.5)])));
  const before = new Map([...session.read(names)].map(([name, values]) => [name, values.slice()]));
  training.runStep(measuredStep({ images: dataset.storage.images, labels: dataset.labels }, parts));
  const after = new Map([...session.read(names)].map(([name, values]) => [name, values.slice()]));
  session.close();
  return { names, before, after };
}

it('shrinks each by (1 + momentum) x learning rate x weight decay in the first step of Nesterov', async () => {
  const [plain, decayed] = [await oneStep(0), await oneStep(0.25)];
  expect(plain.names).toEqual(
    expect.arrayContaining(['conv1.weight', 'bn1.weight', 'bn1.bias', 'fc.weight', 'fc.bias']),
  );
  for (const name of plain.names) {
    const without = plain.after.get(name)!;
    const found = Array.from(decayed.after.get(name)!, (value, i) => without[i] - value);
    const expected = Array.from(plain.before.get(name)!, (value) => (1 + momentum) * learningRate * 0.25 * value);
    const furthest = Math.max(...found.map((value, i) => Math.abs(value - expected[i])));
    // The differences of float32 numbers around 0.5.
    expect(furthest, name).toBeLessThan(1e-3 * Math.max(...expected.map(Math.abs)));
  }
});
