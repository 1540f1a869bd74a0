// Metrics of schedules: learning rate and lambda in the epoch's last step.
import { fixedFamily, type MetricFamily } from './metric.js';

const threeDigits = (value: number): string => String(Number(value.toPrecision(3)));

const family = fixedFamily([
  {
    name: 'learningRate',
    title: 'learning rate',
    kind: 'schedule',
    line: { place: 6, rank: 8, text: (value) => `lr ${threeDigits(value)}`, widest: 0.00123 },
    value: ({ learningRate }) => learningRate,
  },
  {
    // The lambda of losses that have one, such as ISDA; 0 for other losses.
    name: 'lambda',
    title: 'lambda',
    kind: 'schedule',
    line: { place: 7, rank: 6, text: (value) => `lambda ${threeDigits(value)}`, widest: 0.00123 },
    value: ({ lossScalars }) => lossScalars['lambda'] ?? 0,
  },
]);

export const schedule: MetricFamily = {
  ...family,
  metrics: (run) =>
    family
      .metrics(run)
      .map((each) => (each.name === 'lambda' && run.hasLambda !== true ? { ...each, line: undefined } : each)),
};
