// The functions of a training session: one for each batch size.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluationSpecs } from '../../src/data/loader/batch-spec.js';
import type { Engine } from '../../src/engine/index.js';
import { declare } from '../../src/nn/tensors.js';
import { batchSizes, openTrainingSession } from '../../src/training/session.js';
import { evaluateFunction, trainFunction } from '../../src/training/step-inputs.js';
import { testEngine } from '../support/engine.js';
import { expectSame } from '../support/same-numbers.js';
import { generatedDataset, generatedParts } from '../support/generated-run.js';

const engine = testEngine();

describe('batchSizes', () => {
  it.each([
    [100, 50, [50]],
    [100, 30, [30, 10]],
    [20, 30, [20]],
    [30, 30, [30]],
    [1, 1, [1]],
  ])('%i images in batches of %i', (count, size, expected) => {
    expect(batchSizes(count, size)).toEqual(expected);
  });

  it('are exactly those that batches have', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 50 }), (count, size) => {
        const found = [...evaluationSpecs(count, size, 0)].map(({ indices }) => indices.length);
        expect(new Set(batchSizes(count, size))).toEqual(new Set(found));
      }),
      { seed: 1 },
    );
  });
});

const generated = generatedDataset(5, 1);

describe('openTrainingSession', () => {
  const run = {
    dataset: generated,
    batchSize: 3,
    seed: 1,
    dropout: 0,
    loss: { name: 'cross-entropy' },
    learningRate: 0.1,
  } as const;
  const sizes = { trainImages: 5, batchSize: 3, evaluationImages: 4, evaluationBatchSize: 4 };

  it('closes the session if the first values fail', () => {
    const parts = generatedParts(run);
    const own = declare('own', 'state', [1], () => {
      throw new Error('no values');
    });
    let closed = 0;
    const counting: Engine = {
      ...engine,
      createSession: (...given) => ({ ...engine.createSession(...given), close: () => void (closed += 1) }),
    };
    const loss = { ...parts.loss, tensors: [own] };
    const open = () => openTrainingSession(counting, { ...parts, loss }, { execution: 'eager', seed: 1, ...sizes });
    expect(open).toThrow('cannot initialize own: no values');
    expect(closed).toBe(1);
  });

  it('opens functions for every size, with first values from the seed', () => {
    const parts = generatedParts(run);
    const [first, again, other] = [1, 1, 2].map((seed) =>
      openTrainingSession(engine, parts, { execution: 'captured', seed, ...sizes }),
    );
    const names = first.tensors.map((tensor) => tensor.name);
    expect(names.slice(0, parts.network.tensors.length)).toEqual(parts.network.tensors.map((tensor) => tensor.name));
    expect(names).toContain('optimizer.momentum.conv1.weight');
    expect(first.session.read(names)).toEqual(again.session.read(names));
    expect(first.session.read(['fc.weight'])).not.toEqual(other.session.read(['fc.weight']));
    const batch = (count: number) => ({
      images: generated.storage.images.subarray(0, count * 3072),
      labels: generated.labels.subarray(0, count),
    });
    const extra = { 'optimizer.learningRate': Float32Array.of(0.1), seed: Int32Array.of(0, 0) };
    for (const size of [3, 2]) {
      const result = first.session.call(trainFunction(size), { ...batch(size), ...extra });
      expect(Number.isFinite(result['loss'][0])).toBe(true);
      expect(Number.isInteger(result['correct'][0])).toBe(true);
    }
    expect(Object.keys(first.session.call(evaluateFunction(4), batch(4)))).toEqual(['lossSum', 'correct']);
    expect(() => first.session.call(trainFunction(4), batch(4))).toThrow('the session has no such function');
    for (const { session } of [first, again, other]) session.close();
  });

  it('changes nothing by evaluating', () => {
    const { session, tensors } = openTrainingSession(engine, generatedParts(run), {
      execution: 'captured',
      seed: 1,
      ...sizes,
    });
    const names = tensors.map((tensor) => tensor.name);
    const before = session.read(names);
    const batch = { images: generated.storage.images.subarray(0, 4 * 3072), labels: generated.labels.subarray(0, 4) };
    const outcomes = [1, 2].map(() => session.call(evaluateFunction(4), batch));
    expectSame(outcomes[0], outcomes[1]);
    expect(session.read(names)).toEqual(before);
    session.close();
  });
});
