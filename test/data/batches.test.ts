import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchCount, epochOrder, evaluationBatches, trainingBatches, type Batch } from '../../src/data/batches.js';
import { augmentationOptions } from '../../src/data/options.js';
import { createPipeline } from '../../src/data/transforms/pipeline.js';
import { randomDataset } from './helpers.js';

const datasetOf = (count: number) =>
  randomDataset(
    Array.from({ length: count }, (_, i) => i % 3),
    7,
    8,
    8,
  );

const runs = fc.record({
  count: fc.integer({ min: 1, max: 40 }),
  batchSize: fc.integer({ min: 1, max: 45 }),
  seed: fc.nat(),
  epoch: fc.integer({ min: 1, max: 500 }),
});

function batchesOf(run: {
  count: number;
  batchSize: number;
  seed: number;
  epoch: number;
  startBatch?: number;
}): Batch[] {
  const dataset = datasetOf(run.count);
  return [...trainingBatches({ ...run, dataset, pipeline: createPipeline(augmentationOptions.parse({}), dataset) })];
}

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

describe('trainingBatches', () => {
  it('holds every image once, in full batches but the last, with its label', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const batches = batchesOf(run);
        expect(batches.length).toBe(batchCount(run.count, run.batchSize));
        const indices = batches.flatMap((batch) => [...batch.indices]);
        expect(indices).toEqual([...epochOrder(run.count, run.seed, run.epoch)]);
        batches.forEach((batch, i) => {
          if (i < batches.length - 1) expect(batch.indices.length).toBe(run.batchSize);
          expect(batch.images.length).toBe(batch.indices.length * 192);
          expect([...batch.labels]).toEqual(Array.from(batch.indices, (index) => index % 3));
        });
      }),
    );
  });

  it('gives the same bytes when it is started at any batch', () => {
    fc.assert(
      fc.property(runs, fc.nat(), (run, start) => {
        const all = batchesOf(run);
        const startBatch = start % (all.length + 1);
        expect(batchesOf({ ...run, startBatch })).toEqual(all.slice(startBatch));
      }),
    );
  });

  it('holds the pipeline`s images', () => {
    const dataset = datasetOf(10);
    const pipeline = createPipeline(augmentationOptions.parse({}), dataset);
    const target = new Uint8Array(192);
    for (const { images, indices } of trainingBatches({ dataset, pipeline, batchSize: 4, seed: 2, epoch: 3 })) {
      indices.forEach((index, i) => {
        pipeline(dataset, index, 2, 3, target, 0);
        expect(images.slice(i * 192, (i + 1) * 192)).toEqual(target);
      });
    }
  });

  it('refuses to start past the end', () => {
    expect(() => batchesOf({ count: 10, batchSize: 4, seed: 1, epoch: 1, startBatch: 4 })).toThrow(
      'cannot continue an epoch: batch 4 is past its end (3 batches)',
    );
  });
});

describe('evaluationBatches', () => {
  it('is the data set in order, without copies', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.integer({ min: 1, max: 35 }), (count, batchSize) => {
        const dataset = datasetOf(count);
        const batches = [...evaluationBatches(dataset, batchSize)];
        expect(batches.length).toBe(batchCount(count, batchSize));
        expect(batches.flatMap((batch) => [...batch.images])).toEqual([...dataset.images]);
        expect(batches.flatMap((batch) => [...batch.labels])).toEqual([...dataset.labels]);
        expect(batches.flatMap((batch) => [...batch.indices])).toEqual([...dataset.labels.keys()]);
        for (const batch of batches) expect(batch.images.buffer).toBe(dataset.images.buffer);
      }),
    );
  });
});
