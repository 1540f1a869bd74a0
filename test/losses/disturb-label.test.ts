// Redrawn labels: their number, their classes, and that they depend only on the seed.
import { describe, expect, it } from 'vitest';
import type { Execution } from '../../src/engine/session.js';
import { disturbedLabels } from '../../src/losses/disturb-label.js';
import { testEngine } from '../support/engine.js';
import { executions, runOnce } from '../support/run-once.js';
import { lossReference, lossRunner } from './support.js';

const engine = testEngine();
const runLoss = lossRunner(engine);
const count = 20_000;
const classes = 10;

function disturbed(execution: Execution, noiseRate: number, seed: readonly [number, number]): Int32Array {
  const original = Int32Array.from({ length: count }, (_, i) => i % classes);
  const { labels } = runOnce(engine, execution, {}, (_, program) => {
    const tensor = (values: Int32Array) => program.constant(values, { dtype: 'int32', shape: [values.length] });
    return { labels: disturbedLabels(tensor(original), tensor(Int32Array.from(seed)), noiseRate, classes) };
  });
  return labels as Int32Array;
}

/** Within four standard deviations of a binomial count. */
function expectCount(found: number, probability: number, of = count): void {
  const deviation = Math.sqrt(of * probability * (1 - probability));
  expect(Math.abs(found - of * probability)).toBeLessThan(4 * deviation);
}

describe.each(executions)('%s', (execution) => {
  it.each([0.05, 0.1, 0.5, 1])('redraws a share of %d of the labels uniformly from all classes', (noiseRate) => {
    const labels = disturbed(execution, noiseRate, [7, 1]);
    const changed = labels.filter((label, i) => label !== i % classes).length;
    expectCount(changed, noiseRate * (1 - 1 / classes));
    for (let shift = 1; shift < classes; shift++) {
      expectCount(labels.filter((label, i) => label === (i + shift) % classes).length, noiseRate / classes);
    }
    for (let label = 0; label < classes; label++) {
      const drawn = labels.filter((value, i) => value === label && i % classes !== label).length;
      expectCount(drawn, noiseRate / classes, count - count / classes);
    }
  });

  it('changes no label at rate 0', () => {
    expect(disturbed(execution, 0, [7, 1]).every((label, i) => label === i % classes)).toBe(true);
  });

  it('equals cross entropy at rate 0', () => {
    const { weight, bias, batches, others } = lossReference;
    const { features, labels } = batches[2];
    const options = { name: 'disturb-label', noiseRate: 0 } as const;
    const { loss } = runLoss(execution, { options, features, labels, weight, bias });
    expect(loss).toBeCloseTo(others.crossEntropy.loss, 5);
  });
});

it('depends only on the seed', () => {
  const first = disturbed('captured', 0.5, [7, 1]);
  expect(disturbed('eager', 0.5, [7, 1])).toEqual(first);
  for (const seed of [
    [7, 2],
    [8, 1],
  ] as const) {
    const same = disturbed('captured', 0.5, seed).filter((label, i) => label === first[i]).length;
    // Both kept, or one as the other by chance.
    expectCount(same, 0.25 + 0.75 / classes);
  }
});
