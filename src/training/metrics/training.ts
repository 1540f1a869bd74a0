// Metrics of training: mean loss and error over the epoch's steps, each before its update.
import { formatLoss, formatPercent } from './format.js';
import { fixedFamily } from './metric.js';

export const training = fixedFamily([
  {
    name: 'trainLoss',
    title: 'training loss',
    quantity: 'loss',
    kind: 'training',
    tag: 'loss/train',
    line: { place: 2, rank: 5, text: (value) => `loss ${formatLoss(value)}`, widest: 1.234 },
    value: ({ position }) => position.lossSum / position.images,
  },
  {
    name: 'trainError',
    title: 'training error',
    quantity: 'error',
    unit: '%',
    kind: 'training',
    tag: 'error_percent/train',
    line: { place: 1, rank: 3, text: (value) => `train error ${formatPercent(value)}`, widest: 12.34 },
    value: ({ position }) => (100 * position.wrong) / position.images,
  },
]);
