// Metrics of every evaluation: mean cross entropy and top-1 error of the plain logits.
import { argMax, cast, equal, softmaxCrossEntropy, sum } from '../../engine/ops/index.js';
import { formatLoss, formatPercent } from './format.js';
import { fixedFamily, type MetricFamily } from './metric.js';

export const top1: MetricFamily = {
  ...fixedFamily([
    {
      name: 'testLoss',
      title: 'test loss',
      label: 'loss',
      quantity: 'loss',
      kind: 'evaluation',
      tag: 'loss/test',
      line: { place: 4, rank: 7, text: (value) => `loss ${formatLoss(value)}`, widest: 1.234 },
      value: ({ images, sums }) => sums['lossSum'][0] / images,
    },
    {
      name: 'testError',
      title: 'test error',
      label: 'top-1 error',
      quantity: 'error',
      unit: '%',
      lastTenMean: true,
      kind: 'evaluation',
      tag: 'error_percent/test',
      line: { place: 3, rank: 2, text: (value, images) => `${images} error ${formatPercent(value)}`, widest: 12.34 },
      value: ({ images, sums }) => (100 * (images - sums['correct'][0])) / images,
    },
  ]),
  sums: ({ logits, labels }) => ({
    lossSum: sum(softmaxCrossEntropy(logits, labels)),
    correct: sum(cast(equal(argMax(logits), labels), 'float32')),
  }),
};
