// Top-5 error of evaluations, for more than 10 classes.
import { cast, inTopK, sum } from '../../engine/ops/index.js';
import { formatPercent } from './format.js';
import { fixedFamily, type MetricFamily } from './metric.js';

export const top5: MetricFamily = {
  ...fixedFamily(
    [
      {
        name: 'testErrorTop5',
        title: 'top-5 test error',
        label: 'top-5 error',
        quantity: 'error',
        unit: '%',
        lastTenMean: true,
        kind: 'evaluation',
        tag: 'error_percent/test_top5',
        line: { place: 5, rank: 9, text: (value) => `top-5 error ${formatPercent(value)}`, widest: 12.34 },
        value: ({ images, sums }) => (100 * (images - sums['correct5'][0])) / images,
      },
    ],
    ({ classes }) => classes > 10,
  ),
  sums: ({ logits, labels }) => ({ correct5: sum(cast(inTopK(logits, labels, 5), 'float32')) }),
};
