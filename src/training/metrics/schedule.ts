// Metrics of schedules: learning rate and lambda, both of the epoch's last step.
import { fixedFamily } from './metric.js';

const threeDigits = (value: number): string => String(Number(value.toPrecision(3)));

export const schedule = fixedFamily([
  {
    name: 'learningRate',
    title: 'learning rate',
    kind: 'schedule',
    line: { place: 6, rank: 9, text: (value) => `lr ${threeDigits(value)}` },
    value: ({ learningRate }) => learningRate,
  },
  {
    // Of ISDA; 0 in runs of other losses.
    name: 'lambda',
    title: 'lambda',
    kind: 'schedule',
    line: { place: 7, rank: 10, text: (value) => `lambda ${threeDigits(value)}` },
    value: ({ lossScalars }) => lossScalars['lambda'] ?? 0,
  },
]);
