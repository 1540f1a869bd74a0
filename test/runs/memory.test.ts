// Runs whose tensors cannot fit into memory are refused before any is made.
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { requireMemory } from '../../src/runs/memory.js';
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
