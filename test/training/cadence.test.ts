// When checkpoints are due, with a fake clock.
import { expect, it } from 'vitest';
import { createCadence, evaluationCount, evaluationDue } from '../../src/training/cadence.js';
import { outputOptions } from '../../src/training/options.js';

/** The cadence of a config value, and a way to let minutes pass. */
function cadenceOf(checkpointEvery: unknown) {
  let time = 0;
  const every = outputOptions.parse({ checkpointEvery }).checkpointEvery;
  return { ...createCadence(every, () => time), pass: (minutes: number) => void (time += 60_000 * minutes) };
}

const numbers = [1, 2, 3, 4, 5, 6];

it.each([2, { epochs: 2 }])('by epochs: %j', (every) => {
  const { afterEpoch, afterStep } = cadenceOf(every);
  expect(numbers.filter(afterEpoch)).toEqual([2, 4, 6]);
  expect(numbers.filter(afterStep)).toEqual([]);
});

it('by steps, counted over all epochs', () => {
  const { afterEpoch, afterStep } = cadenceOf({ steps: 3 });
  expect(numbers.filter(afterStep)).toEqual([3, 6]);
  expect(numbers.filter(afterEpoch)).toEqual([]);
});

it('by minutes since the last one was written, after a step or an epoch', () => {
  const { afterEpoch, afterStep, written, pass } = cadenceOf({ minutes: 1.5 });
  pass(1.4);
  expect([afterStep(1), afterEpoch(1)]).toEqual([false, false]);
  pass(0.1);
  expect([afterStep(2), afterEpoch(1)]).toEqual([true, true]);
  written();
  expect(afterStep(3)).toBe(false);
  pass(1.5);
  expect(afterStep(3)).toBe(true);
});

it('by whichever comes first', () => {
  const { afterEpoch, afterStep } = cadenceOf({ steps: 5, epochs: 3, minutes: 1 });
  expect([numbers.filter(afterStep), numbers.filter(afterEpoch)]).toEqual([[5], [3, 6]]);
});

it.each([0, {}, { steps: 0 }, { minutes: 0 }, { hours: 1 }, 'often'])('refuses %j', (checkpointEvery) => {
  expect(outputOptions.safeParse({ checkpointEvery }).success).toBe(false);
});

it.each([
  [{ epochs: 25, evaluateEvery: 1 }, Array.from({ length: 25 }, (_, index) => index + 1)],
  [{ epochs: 25, evaluateEvery: 6 }, [1, 6, 12, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25]],
  [{ epochs: 3, evaluateEvery: 100 }, [1, 2, 3]],
])('%j: evaluates after the first, every so many and the last ten epochs', (training, due) => {
  const epochs = Array.from({ length: training.epochs }, (_, index) => index + 1);
  expect(epochs.filter((epoch) => evaluationDue(training, epoch))).toEqual(due);
  expect(evaluationCount(training)).toBe(due.length);
});

it('an endless training that is never evaluated has an evaluation after its first epoch alone', () => {
  const endless = { epochs: Infinity, evaluateEvery: Infinity };
  expect([1, 2, 3, 1_000_002].filter((epoch) => evaluationDue(endless, epoch))).toEqual([1]);
});
