// The remaining time of a run: batches and ends of epochs are timed separately, without the first of each.
import { expect, it } from 'vitest';
import { timeLeft } from '../../../src/cli/terminal/eta.js';

/** Four epochs of 100 batches, from `before` on. A batch takes 10 ms, an end 500 ms; the first ones 3 s more. */
function simulate(before: number, until: number) {
  let time = 0;
  const left = timeLeft({ epochs: 4, batchesPerEpoch: 100, batchesBefore: before, clock: () => time });
  let first = 3000;
  let firstEnd = 3000;
  for (let done = before + 1; done <= until; done++) {
    time += 10 + first;
    first = 0;
    left.batch(done);
    if (done % 100 !== 0) continue;
    time += 500 + firstEnd;
    firstEnd = 0;
    left.epoch(done);
  }
  return left.seconds();
}

it.each([0, 195, 199])('is correct from the second epoch on, if the run starts after %d batches', (before) => {
  const until = before < 100 ? 200 : 310;
  const batches = 400 - until;
  // If only one end was timed, it counts with its extra time.
  const ends = before < 100 ? 2 * 0.5 : 1 * (until > 300 ? 0.5 : 3.5);
  expect(simulate(before, until)).toBeCloseTo(batches * 0.01 + ends, 6);
});

it('does not count the evaluation as time of the few preceding batches', () => {
  // Three batches, then an end that takes 350 times as long: 200 batches and two ends remain.
  expect(simulate(197, 200)).toBeCloseTo(2 + 2 * 3.5, 6);
});

it('is correct within an epoch directly after a resume', () => {
  expect(simulate(250, 252)).toBeCloseTo(1.48, 6);
  expect(simulate(250, 250)).toBeNaN();
});
