// Captured against eager execution, and repeatability: the same losses, the same bytes.
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/engine/session.js';
import { readState, writeState } from '../../src/training/state.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { generatedDataset, openGenerated, trainSteps, type GeneratedRun } from '../support/generated-run.js';
import { executions } from '../support/run-once.js';

const engine = testEngine();
const run: GeneratedRun = {
  // Five steps an epoch, the last with 16 images.
  dataset: generatedDataset(144, 1),
  batchSize: 32,
  seed: 3,
  dropout: 0.3,
  loss: { name: 'isda', lambda0: 0.5, covariance: 'full', schedule: 'iteration' },
  learningRate: 0.1,
};

/** The losses of `steps` steps and the state after them. */
function train(execution: Execution, chosen: GeneratedRun, steps: number) {
  const { session, tensors } = openGenerated(engine, execution, chosen);
  const losses = trainSteps(session, chosen, 0, steps);
  const state = readState(session, tensors);
  session.close();
  return { losses, state };
}

describe('captured and eager execution', () => {
  it('give the same losses over 20 steps with ISDA and dropout, within 1e-5', () => {
    const [captured, eager] = [train('captured', run, 20), train('eager', run, 20)];
    expect(captured.losses).toHaveLength(20);
    captured.losses.forEach((loss, step) => {
      expect(relativeDifference([loss], [eager.losses[step]]), `step ${step}`).toBeLessThan(1e-5);
    });
    expect(captured.losses[19]).toBeLessThan(captured.losses[0] - 0.3);
  });

  it('give the same bytes with cross entropy', () => {
    const chosen: GeneratedRun = { ...run, loss: { name: 'cross-entropy' } };
    expect(train('captured', chosen, 6)).toEqual(train('eager', chosen, 6));
  });

  it('see another loss where the seed is another', () => {
    const [first, second] = [train('captured', run, 2), train('captured', { ...run, seed: 4 }, 2)];
    expect(first.losses[1]).not.toBe(second.losses[1]);
  });
});

describe.each(executions)('a run, %s', (execution) => {
  it('gives the same bytes again', () => {
    expect(train(execution, run, 10)).toEqual(train(execution, run, 10));
  });

  it('goes on from a written state with the same bytes', () => {
    const whole = train(execution, run, 10);
    // In the middle of an epoch, and at the end of one.
    for (const stop of [3, 5]) {
      const first = openGenerated(engine, execution, run);
      trainSteps(first.session, run, 0, stop);
      const kept = readState(first.session, first.tensors);
      first.session.close();
      const second = openGenerated(engine, execution, { ...run, seed: 99 });
      writeState(second.session, second.tensors, kept, 'test');
      expect(trainSteps(second.session, run, stop, 10)).toEqual(whole.losses.slice(stop));
      expect(readState(second.session, second.tensors)).toEqual(whole.state);
      second.session.close();
    }
  });
});
