// The learning rate of the centres, and where they converge.
import { expect, it } from 'vitest';
import { createLoss } from '../../src/losses/registry.js';
import { createSchedule } from '../../src/training/schedules/registry.js';
import { testEngine } from '../support/engine.js';
import { lossRunner } from './support.js';

const runLoss = lossRunner(testEngine());
const options = { name: 'center', weight: 0.003, centerLearningRate: 0.5 } as const;

it('scales the centres’ learning rate by the schedule, whatever the network’s learning rate', () => {
  const { scalars } = createLoss(options, { classes: 2, featureSize: 1 });
  const schedule = createSchedule({ name: 'step', milestones: [80, 120], factor: 0.1 }, 0.3);
  const rates = [79, 80, 120].map((epoch) => {
    const learningRateFactor = schedule.factorAt({ epoch, epochs: 160, iteration: 0, iterationsPerEpoch: 1 });
    return scalars.centerLearningRate({
      iteration: 0,
      totalIterations: 1,
      epoch: epoch - 1,
      totalEpochs: 160,
      learningRateFactor,
    });
  });
  expect(rates).toEqual([0.5, 0.05, 0.005]);
});

it('moves the centres to the class means, whatever the weight of the loss; classes without samples keep theirs', () => {
  const features = [[1], [3], [10]];
  for (const weight of [0, 0.003, 1]) {
    let centers: readonly (readonly number[])[] = [[0], [0], [5]];
    for (let step = 0; step < 60; step++) {
      const { state } = runLoss('eager', {
        options: { ...options, weight },
        features,
        labels: [0, 0, 1],
        weight: [[1], [0], [-1]],
        bias: [0, 0, 0],
        scalars: { centerLearningRate: 0.5 },
        state: { 'loss.centers': centers },
      });
      centers = Array.from(state['loss.centers'], (value) => [value]);
      // One step goes 1 / 6 of the way to each of the samples 1 and 3.
      if (step === 0) expect(centers.flat()[0]).toBeCloseTo((1 + 3) / 6, 5);
    }
    const [[first], [second], [third]] = centers;
    // (5 / 6)^60 of the way from 0 to 10 is left: 1.8e-4.
    expect(first).toBeCloseTo(2, 5);
    expect(second).toBeCloseTo(10 * (1 - (5 / 6) ** 60), 4);
    expect(third).toBe(5);
  }
});
