// Label smoothing against its definition, written out in float64.
import { describe, expect, it } from 'vitest';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';
import { expectClose } from '../support/close.js';
import { lossReference, lossRunner } from './support.js';

const runLoss = lossRunner(testEngine());
const { weight, bias, batches } = lossReference;
const [, , { features, labels }] = batches;
const classes = bias.length;

const probabilities = features.map((x) => {
  const logits = weight.map((w, j) => bias[j] + w.reduce((total, value, a) => total + value * x[a], 0));
  const most = Math.max(...logits);
  const exps = logits.map((z) => Math.exp(z - most));
  const whole = exps.reduce((total, value) => total + value, 0);
  return exps.map((value) => value / whole);
});

/** The smoothed target of a label. */
const target = (label: number, smoothing: number): number[] =>
  bias.map((_, j) => smoothing / classes + (j === label ? 1 - smoothing : 0));

const meanOf = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0) / values.length;

describe.each(executions)('%s', (execution) => {
  it.each([0.05, 0.1, 0.5, 1])('has the loss and gradients of its definition with a smoothing of %d', (smoothing) => {
    const options = { name: 'label-smoothing', smoothing } as const;
    const result = runLoss(execution, { options, features, labels, weight, bias });
    const targets = labels.map((label) => target(label, smoothing));
    const losses = targets.map(
      (q, i) => -q.reduce((total, value, j) => total + value * Math.log(probabilities[i][j]), 0),
    );
    expectClose([result.loss], [meanOf(losses)], 'loss');
    // The gradient of cross entropy with respect to the logits is p − q.
    const slopes = targets.map((q, i) => q.map((value, j) => (probabilities[i][j] - value) / labels.length));
    expectClose(result.dBias, bias.map((_, j) => slopes.reduce((total, row) => total + row[j], 0)), 'dBias'); // prettier-ignore
    const dFeatures = slopes.map((row) =>
      features[0].map((_, a) => row.reduce((total, s, j) => total + s * weight[j][a], 0)),
    );
    expectClose(result.dFeatures, dFeatures.flat(), 'dFeatures');
  });
});

it('is minimal if the prediction equals the smoothed target', () => {
  const at = (gap: number): number => {
    const batch = { features: [[1]], labels: [0], weight: [[gap], [0]], bias: [0, 0] };
    return runLoss('eager', { ...batch, options: { name: 'label-smoothing', smoothing: 0.2 } }).loss;
  };
  const best = Math.log(0.9 / 0.1);
  expect(at(best)).toBeLessThan(at(best - 0.05));
  expect(at(best)).toBeLessThan(at(best + 0.05));
});
