// Outcomes of steps that stay in TensorFlow's variables until they are read: the same numbers as read at once.
import { describe, expect, it } from 'vitest';
import { lossOptions } from '../../src/losses/options.js';
import { openTrainingSession } from '../../src/training/session.js';
import { readEveryOf } from '../../src/training/step-runner.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { expectSame } from '../support/same-numbers.js';
import { generatedDataset, generatedParts } from '../support/generated-run.js';

const engine = testEngine();
const dataset = generatedDataset(5, 1);
const isda = lossOptions.parse({ name: 'isda' });
const run = { dataset, batchSize: 3, seed: 1, dropout: 0, loss: isda, learningRate: 0.1 };

/** Seven steps on batches of 3 and 2 images alternately; returns the results after each step and at the end. */
function sevenSteps(execution: (typeof executions)[number], readEvery: number) {
  const sizes = { trainImages: 5, batchSize: 3, evaluationImages: 4, evaluationBatchSize: 4, readEvery };
  const training = openTrainingSession(engine, generatedParts(run), { execution, seed: 1, ...sizes });
  const { session, tensors } = training;
  const outcomes = [0, 1, 2, 3, 4, 5, 6].map((index) => {
    const [first, last] = index % 2 === 0 ? [0, 3] : [3, 5];
    const batch = {
      images: dataset.storage.images.subarray(first * 3072, last * 3072),
      labels: dataset.labels.subarray(first, last),
    };
    return training.runStep({
      batch,
      optimizerScalars: { learningRate: 0.1 },
      seed: [0, index],
      lossScalars: { lambda: 0.5 },
    });
  });
  const rest = training.flush();
  const state = session.read(tensors.map(({ name }) => name));
  session.close();
  return { tensors, outcomes, rest, all: [...outcomes.flat(), ...rest], state };
}

describe('createStepRunner', () => {
  it.each(executions)('gives the same outcomes and leaves the same state however often it reads: %s', (execution) => {
    const each = sevenSteps(execution, 1);
    expect(each.outcomes.map((each) => each.length)).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(each.rest).toEqual([]);
    expect(new Set(each.all.map(({ loss }) => loss)).size).toBe(7);
    const several = sevenSteps(execution, 3);
    expect(several.outcomes.map((each) => each.length)).toEqual([0, 0, 3, 0, 0, 3, 0]);
    expect(several.rest).toHaveLength(1);
    expectSame(several.all, each.all);
    expectSame(several.state, each.state);
    expectSame(sevenSteps(execution, 9).all, each.all);
  });

  it('keeps the places of outcomes out of what a checkpoint holds', () => {
    expect(sevenSteps('captured', 3).tensors.map(({ name }) => name)).not.toContain('step.loss');
  });
});

describe('readEveryOf', () => {
  it('is what the config says, or by the device', () => {
    expect(readEveryOf({ readEvery: 7 }, 'cuda')).toBe(7);
    expect([readEveryOf({ readEvery: 'auto' }, 'cpu'), readEveryOf({ readEvery: 'auto' }, 'cuda')]).toEqual([1, 20]);
  });
});
