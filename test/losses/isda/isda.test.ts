// ISDA against float64 reference values: four covariances, three batches, three strengths; state, loss, gradients.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gradients } from '../../../src/engine/gradients.js';
import { add, matMul } from '../../../src/engine/ops/index.js';
import type { Program, Tensor } from '../../../src/engine/tensor.js';
import type { SessionFunction } from '../../../src/engine/session.js';
import type { HostArray } from '../../../src/engine/types.js';
import { createLoss } from '../../../src/losses/registry.js';
import type { IsdaOptions } from '../../../src/losses/options.js';
import { declare, filledWith, initialValues } from '../../../src/nn/tensors.js';
import { testEngine } from '../../support/engine.js';
import { executions } from '../../support/run-once.js';
import { expectClose } from '../../support/close.js';

interface ReferenceStep {
  readonly covariance: readonly (readonly (readonly number[])[])[];
  readonly mean: readonly number[] | readonly (readonly number[])[];
  readonly count: readonly number[];
  readonly lambda: Readonly<
    Record<
      string,
      {
        loss: number;
        dFeatures: readonly (readonly number[])[];
        dWeight: readonly (readonly number[])[];
        dBias: readonly number[];
      }
    >
  >;
}

type TableCovariance = Exclude<IsdaOptions['covariance'], 'sketch'>;

interface Reference {
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly batches: readonly { features: readonly (readonly number[])[]; labels: readonly number[] }[];
  readonly isda: Readonly<Record<TableCovariance, readonly ReferenceStep[]>>;
}

const reference = JSON.parse(readFileSync(new URL('../../fixtures/losses.json', import.meta.url), 'utf8')) as Reference;
const engine = testEngine();
const classes = reference.weight.length;
const featureSize = reference.weight[0].length;
const samples = reference.batches[0].labels.length;

/** A step that updates ISDA's state with a batch and returns the loss and its gradients. */
function isdaSession(covariance: TableCovariance, execution: (typeof executions)[number]) {
  const shape = { classes, featureSize };
  const loss = createLoss({ name: 'isda', lambda0: 1, covariance, rank: 32, schedule: 'constant' }, shape);
  const features = declare('features', 'parameter', [samples, featureSize], filledWith(0));
  const weight = declare('weight', 'parameter', [featureSize, classes], filledWith(0));
  const bias = declare('bias', 'parameter', [classes], filledWith(0));
  const build = (inputs: Readonly<Record<string, Tensor>>, program: Program) => {
    const [x, w, b] = [features, weight, bias].map((tensor) => program.read(tensor));
    const logits = add(matMul(x, w), b);
    const { labels, lambda } = inputs;
    const seed = program.constant(Int32Array.of(0, 0), { dtype: 'int32', shape: [2] });
    const value = loss.compute({ program, features: x, logits, labels, weight: w, seed, scalars: { lambda } });
    const [dFeatures, dWeight, dBias] = gradients(value, [x, w, b]);
    return { loss: value, dFeatures, dWeight, dBias };
  };
  const step: SessionFunction = {
    name: 'step',
    inputs: { labels: { dtype: 'int32', shape: [samples] }, lambda: { dtype: 'float32', shape: [] } },
    build,
  };
  const tensors = [features, weight, bias, ...loss.tensors];
  const session = engine.createSession(execution, tensors, [step]);
  session.write(initialValues(tensors, 0));
  const transposed = Array.from({ length: featureSize * classes }, (_, i) => {
    return reference.weight[i % classes][Math.floor(i / classes)];
  });
  session.write(
    new Map([
      ['weight', Float32Array.from(transposed)],
      ['bias', Float32Array.from(reference.bias)],
    ]),
  );
  const state = loss.tensors.map((tensor) => tensor.name);
  return { session, state };
}

const untransposed = (dWeight: HostArray): number[] =>
  Array.from({ length: dWeight.length }, (_, i) => dWeight[(i % featureSize) * classes + Math.floor(i / featureSize)]);

describe.each(executions)('ISDA, %s', (execution) => {
  it.each(['full', 'diagonal', 'identity', 'single'] as const)(
    'matches the reference values with the %s covariance',
    (covariance) => {
      const { session, state } = isdaSession(covariance, execution);
      reference.batches.forEach((batch, index) => {
        const expected = reference.isda[covariance][index];
        const before = session.read(state);
        for (const [lambda, values] of Object.entries(expected.lambda)) {
          session.write(before);
          session.write(new Map([['features', Float32Array.from(batch.features.flat())]]));
          const labels = Int32Array.from(batch.labels);
          const result = session.call('step', { labels, lambda: Float32Array.of(Number(lambda)) });
          const place = `batch ${index}, lambda ${lambda}`;
          expectClose(result.loss, [values.loss], `loss, ${place}`);
          expectClose(result.dFeatures, values.dFeatures.flat(), `dFeatures, ${place}`);
          expectClose(untransposed(result.dWeight), values.dWeight.flat(), `dWeight, ${place}`);
          expectClose(result.dBias, values.dBias, `dBias, ${place}`);
        }
        if (covariance === 'identity') return;
        const after = session.read(state);
        const matrices = expected.covariance;
        const kept = {
          full: () => matrices.flat(2),
          diagonal: () => matrices.flatMap((matrix) => matrix.map((row, k) => row[k])),
          single: () => matrices[0].flat(),
        }[covariance]();
        expectClose(after.get('loss.covariance')!, kept, `covariance, batch ${index}`);
        expectClose(after.get('loss.mean')!, expected.mean.flat(), `mean, batch ${index}`);
        const total = expected.count.reduce((sum, count) => sum + count, 0);
        expect([...after.get('loss.count')!]).toEqual(covariance === 'single' ? [total] : expected.count);
      });
      session.close();
    },
  );
});
