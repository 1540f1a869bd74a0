// Batch normalization against its definition in float64: values, running statistics, gradients.
import { describe, it } from 'vitest';
import { batchNormInference, batchNormTraining } from '../../../src/engine/ops/index.js';
import { checkOperation, positiveLeaf, randomLeaf } from '../../support/check-operation.js';
import { expectClose } from '../../support/close.js';
import { testEngine } from '../../support/engine.js';
import { total } from '../../support/grid.js';
import { executions, runOnce } from '../../support/run-once.js';

const engine = testEngine();
const channels = 3;
const shape = [2, 3, 4, channels];
const options = { epsilon: 1e-5, batchShare: 0.1 };
const leaves = {
  x: randomLeaf(shape, 'x'),
  scale: randomLeaf([channels], 'scale'),
  offset: randomLeaf([channels], 'offset'),
  runningMean: randomLeaf([channels], 'mean'),
  runningVariance: positiveLeaf([channels], 'variance'),
};

interface Statistics {
  readonly count: number;
  readonly mean: number;
  /** Biased. */
  readonly variance: number;
}

function statistics(x: readonly number[]): Statistics[] {
  return Array.from({ length: channels }, (_, c) => {
    const values = x.filter((_, index) => index % channels === c);
    const mean = total(values) / values.length;
    return {
      count: values.length,
      mean,
      variance: total(values.map((value) => (value - mean) ** 2)) / values.length,
    };
  });
}

const normalize = (
  { x, scale, offset }: Readonly<Record<string, readonly number[]>>,
  of: readonly Pick<Statistics, 'mean' | 'variance'>[],
): number[] =>
  x.map((value, index) => {
    const c = index % channels;
    return ((value - of[c].mean) / Math.sqrt(of[c].variance + options.epsilon)) * scale[c] + offset[c];
  });

describe.each(executions)('batch normalization, %s', (execution) => {
  it('normalizes with the batch in training', () => {
    checkOperation(engine, execution, {
      leaves,
      build: ({ x, scale, offset, runningMean, runningVariance }) =>
        batchNormTraining(x, { scale, offset, runningMean, runningVariance }, options).value,
      reference: (values) => normalize(values, statistics([...values['x']])),
      differentiated: ['x', 'scale', 'offset'],
    });
  });

  it("moves the running statistics by the batch's share, its variance unbiased", () => {
    const found = runOnce(engine, execution, leaves, ({ x, scale, offset, runningMean, runningVariance }) => {
      const result = batchNormTraining(x, { scale, offset, runningMean, runningVariance }, options);
      return { mean: result.runningMean, variance: result.runningVariance };
    });
    const batch = statistics(Array.from(leaves.x.values));
    const moved = (old: number, value: number): number => 0.9 * old + 0.1 * value;
    expectClose(
      found['mean'],
      batch.map(({ mean }, c) => moved(leaves.runningMean.values[c], mean)),
      'running mean',
    );
    expectClose(
      found['variance'],
      batch.map(({ variance, count }, c) => {
        return moved(leaves.runningVariance.values[c], (variance * count) / (count - 1));
      }),
      'running variance',
    );
  });

  it.each([false, true])(
    'normalizes with the running statistics in evaluation (deterministic: %s)',
    (deterministic) => {
      checkOperation(testEngine({ deterministic }), execution, {
        leaves,
        build: ({ x, scale, offset, runningMean, runningVariance }) =>
          batchNormInference(x, { scale, offset, runningMean, runningVariance }, options),
        reference: (values) => {
          const running = values['runningMean'].map((mean, c) => ({ mean, variance: values['runningVariance'][c] }));
          return normalize(values, running);
        },
        differentiated: ['x', 'scale', 'offset'],
      });
    },
  );
});
