// Batches that cannot fit into memory are refused before any is made.
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { evaluationBatch, predictionBatch, requireBatchMemory, trainingBatch } from '../../src/runs/batch-memory.js';
import { buildParts } from '../../src/runs/parts.js';

const config = experimentSchema.parse({
  experiment: 'memory',
  dataset: { name: 'image-folder', dir: '/none', classes: 260 },
  model: { name: 'imagenet-resnet', depth: 50 },
  loss: { name: 'isda' },
});

describe('requireBatchMemory', () => {
  const gigabytes = { process: 8 * 2 ** 30 };

  it('refuses batches of more bytes than TensorFlow counts, on every device', async () => {
    const parts = await buildParts(config);
    expect(() => requireBatchMemory(trainingBatch, { parts, batchSize: 14_267 }, 'cuda', gigabytes)).toThrow(
      expect.objectContaining({
        code: 'engine/memory',
        message:
          'cannot hold a training step in memory: 14267 images of 224 x 224 take 2.00 GiB, and a batch has at most 2.00 GiB',
        hint: 'a smaller training.batchSize takes less',
      }),
    );
    expect(() => requireBatchMemory(trainingBatch, { parts, batchSize: 14_266 }, 'cuda', gigabytes)).not.toThrow();
    expect(() => requireBatchMemory(evaluationBatch, { parts, batchSize: 1e9 }, 'cuda', gigabytes)).toThrow(
      expect.objectContaining({ hint: 'a smaller training.evaluationBatchSize takes less' }),
    );
  });

  it('refuses steps that take more than the machine has, where they run on its CPU', async () => {
    const parts = await buildParts(config);
    expect(() => requireBatchMemory(trainingBatch, { parts, batchSize: 256 }, 'cpu', gigabytes)).toThrow(
      /^cannot hold a training step in memory: with 256 images of 224 x 224 it takes [\d.]+ GiB, but 8\.00 GiB are available$/,
    );
    expect(() => requireBatchMemory(trainingBatch, { parts, batchSize: 8 }, 'cpu', gigabytes)).not.toThrow();
    expect(() => requireBatchMemory(trainingBatch, { parts, batchSize: 256 }, 'cuda', gigabytes)).not.toThrow();
    // Without a backward pass, nothing is kept.
    expect(() => requireBatchMemory(evaluationBatch, { parts, batchSize: 256 }, 'cpu', gigabytes)).not.toThrow();
    expect(() => requireBatchMemory(evaluationBatch, { parts, batchSize: 8000 }, 'cpu', gigabytes)).toThrow(
      'with 8000 images',
    );
  });

  it('says what makes a batch smaller, but not one of one image', async () => {
    const parts = await buildParts(config);
    const predict = (batchSize: number) => () =>
      requireBatchMemory(predictionBatch, { parts, batchSize }, 'cpu', { process: 2 ** 20 });
    expect(predict(2)).toThrow(expect.objectContaining({ hint: 'a smaller --batch takes less' }));
    expect(predict(1)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/^cannot hold a batch of predictions in memory: with 1 image of /) as string,
        hint: 'this is the input size of the network, which its config or file has',
      }),
    );
    for (const use of [trainingBatch, evaluationBatch])
      expect(() => requireBatchMemory(use, { parts, batchSize: 1 }, 'cpu', { process: 2 ** 20 })).toThrow(
        expect.objectContaining({ hint: 'a smaller network, or smaller images, take less' }),
      );
  });
});
