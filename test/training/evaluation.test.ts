// Evaluation: sums over batches, top-5, and a stop between batches.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/training/evaluation.js';
import type { Batch } from '../../src/data/batches.js';
import { fakeSession } from './fake-run.js';

const images = Uint8Array.from({ length: 7 * 48 }, (_, i) => (i * 37) % 251);
const labels = Int32Array.of(0, 1, 2, 3, 4, 5, 6);

/** The images above, in batches. */
async function* batchesOf(size: number): AsyncGenerator<Batch> {
  for (let start = 0; start < 7; start += size) {
    await Promise.resolve();
    const end = Math.min(7, start + size);
    const indices = Uint32Array.from(labels.subarray(start, end));
    yield { images: images.subarray(start * 48, end * 48), labels: labels.subarray(start, end), indices };
  }
}

describe('evaluate', () => {
  it('covers every image once, in order, unchanged', async () => {
    const { session, calls } = fakeSession((_, index, inputs) => ({
      lossSum: inputs['labels'].length * index,
      correct: 1,
    }));
    const outcome = await evaluate(session, batchesOf(3), () => Promise.resolve());
    expect(calls.map(({ name }) => name)).toEqual(['evaluate-3', 'evaluate-3', 'evaluate-1']);
    expect(calls.flatMap(({ inputs }) => inputs['images'])).toEqual(Array.from(images));
    expect(calls.flatMap(({ inputs }) => inputs['labels'])).toEqual(Array.from(labels));
    expect(outcome).toEqual({
      images: 7,
      sums: { lossSum: Float64Array.of(3 * 1 + 1 * 2), correct: Float64Array.of(3) },
    });
  });

  it('adds all that the steps give, of any shape', async () => {
    const { session } = fakeSession((_, index) => ({ a: [0.5, index], b: 2 }));
    const { sums } = await evaluate(session, batchesOf(4), () => Promise.resolve());
    expect(sums).toEqual({ a: Float64Array.of(1, 1), b: Float64Array.of(4) });
  });

  it('refuses sums whose shape depends on the size of the batch', async () => {
    const { session } = fakeSession((_, __, inputs) => ({ 'metric.own.rows': Array.from(inputs['labels']) }));
    await expect(evaluate(session, batchesOf(4), () => Promise.resolve())).rejects.toMatchObject({
      code: 'module/unusable',
      message: 'cannot evaluate: metric.own.rows has 3 values for a batch and 4 for another one',
    });
  });

  it('ends where the caller throws between batches', async () => {
    const { session, calls } = fakeSession(() => ({ lossSum: 1, correct: 1 }));
    const stop = (): Promise<void> => (calls.length === 2 ? Promise.reject(new Error('stop')) : Promise.resolve());
    await expect(evaluate(session, batchesOf(2), stop)).rejects.toThrow('stop');
    expect(calls).toHaveLength(2);
  });
});
