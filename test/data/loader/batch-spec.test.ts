// The images of each batch.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchCount, epochOrder } from '../../../src/data/batches.js';
import { evaluationSpecs, specsFrom, trainingSpecs, type BatchName } from '../../../src/data/loader/batch-spec.js';

const count = fc.integer({ min: 1, max: 40 });
const batchSize = fc.integer({ min: 1, max: 45 });
const epoch = fc.integer({ min: 1, max: 500 });

describe('epochOrder', () => {
  it('visits every image once, in an order of its own each epoch', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), fc.nat(), (count, seed, epoch) => {
        const order = epochOrder(count, seed, epoch);
        expect(order.slice().sort()).toEqual(Uint32Array.from({ length: count }, (_, i) => i));
        expect(epochOrder(count, seed, epoch)).toEqual(order);
      }),
    );
    expect(epochOrder(50, 1, 1)).not.toEqual(epochOrder(50, 1, 2));
    expect(epochOrder(50, 1, 1)).not.toEqual(epochOrder(50, 2, 1));
  });
});

describe('trainingOrders', () => {
  it('hold every image once, in full batches but the last', () => {
    fc.assert(
      fc.property(count, batchSize, fc.nat(), epoch, (count, batchSize, seed, epoch) => {
        const orders = [...trainingSpecs({ count }, { batchSize, seed, epoch, first: 0 })];
        expect(orders.map(({ batch }) => batch)).toEqual([...Array(batchCount(count, batchSize)).keys()]);
        expect(orders.flatMap(({ indices }) => [...indices])).toEqual([...epochOrder(count, seed, epoch)]);
        for (const { indices } of orders.slice(0, -1)) expect(indices.length).toBe(batchSize);
      }),
    );
  });

  it('are the same when they begin at any batch', () => {
    fc.assert(
      fc.property(count, batchSize, fc.nat(), epoch, fc.nat(), (count, batchSize, seed, epoch, start) => {
        const all = [...trainingSpecs({ count }, { batchSize, seed, epoch, first: 0 })];
        const first = start % (all.length + 1);
        expect([...trainingSpecs({ count }, { batchSize, seed, epoch, first })]).toEqual(all.slice(first));
      }),
    );
  });
});

describe('evaluationOrders', () => {
  it('are all images in order', () => {
    fc.assert(
      fc.property(count, batchSize, (count, batchSize) => {
        const orders = [...evaluationSpecs(count, batchSize, 0)];
        expect(orders.flatMap(({ indices }) => [...indices])).toEqual([...Array(count).keys()]);
        for (const { indices } of orders.slice(0, -1)) expect(indices.length).toBe(batchSize);
      }),
    );
  });
});

describe('specsFrom', () => {
  const options = {
    train: { count: 5 },
    evaluation: { count: 3 },
    batchSize: 4,
    evaluationBatchSize: 2,
    seed: 1,
    epochs: 4,
  };
  const namesFrom = (name: BatchName, evaluatedAfter: (epoch: number) => boolean): readonly string[] =>
    [...specsFrom(name, options, evaluatedAfter)].map(({ part, epoch, batch }) => `${part} ${epoch}.${batch}`);
  it('has the evaluation only after the epochs that end in one', () => {
    const evaluation = ['evaluation 0.0', 'evaluation 0.1'];
    const from = { part: 'train', epoch: 2, batch: 1 } as const;
    expect(namesFrom(from, (epoch) => epoch === 3)).toEqual(['train 2.1', 'train 3.0', 'train 3.1', ...evaluation, 'train 4.0', 'train 4.1']); // prettier-ignore
    expect(namesFrom({ part: 'evaluation', epoch: 0, batch: 1 }, () => true)).toEqual(['evaluation 0.1']);
  });
});
