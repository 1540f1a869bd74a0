// Metrics of evaluations with averaged weights (`training.ema`), corresponding to those of top1.ts.
import { argMax, cast, equal, softmaxCrossEntropy, sum } from '../../engine/ops/index.js';
import type { Tensor } from '../../engine/tensor.js';
import { formatLoss, formatPercent } from './format.js';
import { fixedFamily, type MetricFamily } from './metric.js';

export const ema: MetricFamily = {
  ...fixedFamily(
    [
      {
        name: 'emaTestLoss',
        title: 'test loss of the EMA',
        label: 'EMA loss',
        quantity: 'loss',
        kind: 'evaluation',
        tag: 'loss/test_ema',
        line: { place: 5.2, rank: 12, text: (value) => `EMA loss ${formatLoss(value)}`, widest: 1.234 },
        value: ({ images, sums }) => sums['emaLossSum'][0] / images,
      },
      {
        name: 'emaTestError',
        title: 'test error of the EMA',
        label: 'EMA top-1 error',
        quantity: 'error',
        unit: '%',
        lastTenMean: true,
        kind: 'evaluation',
        tag: 'error_percent/test_ema',
        line: { place: 5.1, rank: 4, text: (value) => `EMA error ${formatPercent(value)}`, widest: 12.34 },
        value: ({ images, sums }) => (100 * (images - sums['emaCorrect'][0])) / images,
      },
    ],
    ({ averages }) => averages === true,
  ),
  sums({ averagedLogits: logits, labels }): Readonly<Record<string, Tensor>> {
    if (logits === undefined) return {};
    return {
      emaLossSum: sum(softmaxCrossEntropy(logits, labels)),
      emaCorrect: sum(cast(equal(argMax(logits), labels), 'float32')),
    };
  },
};
