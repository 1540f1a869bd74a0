// Captured and eager execution, and repeatability: the same losses, the same bytes.
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/engine/session.js';
import type { LossOptions } from '../../src/losses/options.js';
import { readState, writeState } from '../../src/training/state.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import {
  generatedDataset,
  openGenerated,
  trainGenerated,
  trainSteps,
  type GeneratedRun,
} from '../support/generated-run.js';
import { executions } from '../support/run-once.js';
import { executionsShareBytes, repeatsBytes, sameNumbers } from '../support/same-numbers.js';

const engine = testEngine();
const isda = { name: 'isda', lambda0: 0.5, rank: 32, schedule: 'iteration' } as const;
const run: GeneratedRun = {
  // Five steps per epoch, the last with 8 images.
  dataset: generatedDataset(72, 1),
  batchSize: 16,
  seed: 3,
  dropout: 0.3,
  loss: { ...isda, covariance: 'full' },
  learningRate: 0.1,
};

const train = (execution: Execution, chosen: GeneratedRun, steps: number) =>
  trainGenerated(engine, execution, chosen, steps);

type Outcome = ReturnType<typeof train>;

/** Ten steps of `run` in each execution mode, computed once. */
const ten = new Map(executions.map((execution) => [execution, train(execution, run, 10)]));
const numbersOf = ({ data }: Outcome['state'][number]): ArrayLike<number> => data as Float32Array;

/** The steps and tensors, by name, in which two outcomes differ. Compares bits if the device guarantees them. */
function differences(a: Outcome, b: Outcome, bits: boolean): string[] {
  const steps = a.losses.flatMap((loss, step) =>
    sameNumbers([loss], [b.losses[step]], bits) ? [] : [`loss of step ${step}`],
  );
  const tensors = a.state.flatMap((tensor, i) =>
    sameNumbers(numbersOf(tensor), numbersOf(b.state[i]), bits) ? [] : [tensor.name],
  );
  return [...steps, ...tensors];
}

describe('captured and eager execution', () => {
  it.each(['full', 'diagonal', 'single', 'identity'] as const)(
    'give the same losses over 20 steps with ISDA and dropout, within 1e-5, %s',
    (covariance) => {
      const chosen: GeneratedRun = { ...run, loss: { ...isda, covariance } };
      const [captured, eager] = [train('captured', chosen, 20), train('eager', chosen, 20)];
      expect(captured.losses).toHaveLength(20);
      captured.losses.forEach((loss, step) => {
        expect(relativeDifference([loss], [eager.losses[step]]), `step ${step}`).toBeLessThan(1e-5);
      });
      expect(captured.losses[19]).toBeLessThan(captured.losses[0] - 0.3);
    },
  );

  // On one machine, both run the same kernels in the same order; a difference of one bit would grow with every step.
  it.each<[string, LossOptions]>([
    ['cross entropy', { name: 'cross-entropy' }],
    ['full', { ...isda, covariance: 'full' }],
    ['diagonal', { ...isda, covariance: 'diagonal' }],
    ['single', { ...isda, covariance: 'single' }],
    ['identity', { ...isda, covariance: 'identity' }],
    ['sketch', { ...isda, covariance: 'sketch', rank: 8 }],
  ])('give the same bytes after 12 steps, %s', (_, loss) => {
    const chosen: GeneratedRun = { ...run, loss, learningRate: 0.01 };
    expect(differences(train('captured', chosen, 12), train('eager', chosen, 12), executionsShareBytes)).toEqual([]);
  });

  it('see another loss where the seed is another', () => {
    const other = train('captured', { ...run, seed: 4 }, 2);
    expect(ten.get('captured')!.losses[1]).not.toBe(other.losses[1]);
  });
});

describe.each(executions)('a run, %s', (execution) => {
  it('gives the same bytes again', () => {
    expect(differences(train(execution, run, 10), ten.get(execution)!, repeatsBytes)).toEqual([]);
  });

  it('resumes from a written state with the same bytes', () => {
    const whole = ten.get(execution)!;
    // Within an epoch, and at the end of one.
    for (const stop of [3, 5]) {
      const first = openGenerated(engine, execution, run);
      trainSteps(first, run, 0, stop);
      const kept = readState(first);
      first.close();
      const second = openGenerated(engine, execution, { ...run, seed: 99 });
      writeState(second, kept, 'test');
      const losses = [...whole.losses.slice(0, stop), ...trainSteps(second, run, stop, 10)];
      const state = readState(second);
      expect(differences({ losses, state }, whole, repeatsBytes)).toEqual([]);
      second.close();
    }
  });
});
