// Runs whose tensors cannot fit into memory are refused before any is made.
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { requireEvaluationMemory, requireMemory, requireTrainingMemory } from '../../src/runs/memory.js';
import { buildParts } from '../../src/runs/parts.js';

const gibibyte = 2 ** 30;
const configOf = (loss: object) =>
  experimentSchema.parse({
    experiment: 'memory',
    dataset: { name: 'image-folder', dir: '/none', classes: 260 },
    model: { name: 'imagenet-resnet', depth: 50 },
    loss,
  });

describe('requireMemory', () => {
  it('names the array that is too long, and the forms that fit', async () => {
    const config = configOf({ name: 'isda' });
    const parts = await buildParts(config);
    const limits = { array: 4 * gibibyte, process: 64 * gibibyte };
    expect(() => requireMemory(config, parts, 'cpu', limits)).toThrow(
      expect.objectContaining({
        code: 'engine/memory',
        message: expect.stringMatching(
          /^cannot hold the network and the loss in memory: loss\.covariance \[260, 2048, 2048\] takes 4\.06 GiB, and an array of Node\.js/,
        ) as string,
        hint: expect.stringMatching(
          /^loss\.covariance forms that fit: diagonal .+, identity .+, single .+, sketch /,
        ) as string,
      }),
    );
    expect(() => requireMemory(config, parts, 'cpu', { ...limits, array: Infinity })).not.toThrow();
  });

  it('counts what the process holds: on a CPU the tensors twice', async () => {
    const config = configOf({ name: 'isda' });
    const parts = await buildParts(config);
    const limits = { array: Infinity, process: 6 * gibibyte };
    expect(() => requireMemory(config, parts, 'cuda', limits)).not.toThrow();
    expect(() => requireMemory(config, parts, 'cpu', limits)).toThrow('but 6.00 GiB are available');
  });

  it('refuses other losses as well', async () => {
    const config = configOf({ name: 'cross-entropy' });
    const parts = await buildParts(config);
    const limits = { array: Infinity, process: 1000 };
    expect(() => requireMemory(config, parts, 'cpu', limits)).toThrow(
      expect.objectContaining({ hint: 'a smaller network, or fewer classes or features, take less' }),
    );
  });
});

describe('the memory of a step', () => {
  const parts = () => buildParts(configOf({ name: 'isda' }));
  const gigabytes = { process: 8 * gibibyte };

  it('refuses batches of more bytes than TensorFlow counts, on every device', async () => {
    const own = await parts();
    expect(() => requireTrainingMemory(own, 14_267, 'cuda', gigabytes)).toThrow(
      expect.objectContaining({
        code: 'engine/memory',
        message:
          'cannot hold a training step in memory: 14267 images of 224 x 224 take 2.00 GiB, and a batch has at most 2.00 GiB',
        hint: 'a smaller training.batchSize takes less',
      }),
    );
    expect(() => requireTrainingMemory(own, 14_266, 'cuda', gigabytes)).not.toThrow();
    expect(() => requireEvaluationMemory(own, 1e9, 'cuda', gigabytes)).toThrow(
      expect.objectContaining({ hint: 'a smaller training.evaluationBatchSize takes less' }),
    );
  });

  it('refuses steps that take more than the machine has, where they run on its CPU', async () => {
    const own = await parts();
    expect(() => requireTrainingMemory(own, 256, 'cpu', gigabytes)).toThrow(
      /^cannot hold a training step in memory: with 256 images of 224 x 224 it takes [\d.]+ GiB, but 8\.00 GiB are available$/,
    );
    expect(() => requireTrainingMemory(own, 8, 'cpu', gigabytes)).not.toThrow();
    expect(() => requireTrainingMemory(own, 256, 'cuda', gigabytes)).not.toThrow();
    // Without a backward pass, nothing is kept.
    expect(() => requireEvaluationMemory(own, 256, 'cpu', gigabytes)).not.toThrow();
    expect(() => requireEvaluationMemory(own, 8000, 'cpu', gigabytes)).toThrow('with 8000 images');
  });
});
