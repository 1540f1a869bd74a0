// Evaluation: sums over batches, top-5, and a stop in between.
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/training/evaluate.js';
import { randomDataset } from '../data/helpers.js';
import { fakeSession } from './fake-run.js';

const dataset = randomDataset([0, 1, 2, 3, 4, 5, 6], 1, 4, 4);

describe('evaluate', () => {
  it('covers every image once, in order, unchanged', async () => {
    const { session, calls } = fakeSession((_, index, { labels }) => ({ lossSum: labels.length * index, correct: 1 }));
    const outcome = await evaluate(session, dataset, 3, () => Promise.resolve());
    expect(calls.map(({ name }) => name)).toEqual(['evaluate-3', 'evaluate-3', 'evaluate-1']);
    expect(calls.flatMap(({ inputs }) => inputs['images'])).toEqual(Array.from(dataset.images));
    expect(calls.flatMap(({ inputs }) => inputs['labels'])).toEqual(Array.from(dataset.labels));
    expect(outcome).toEqual({ loss: (3 * 1 + 1 * 2) / 7, errorPercent: (100 * 4) / 7 });
  });

  it('gives the top-5 error where the network counts it', async () => {
    const { session } = fakeSession((_, __, { labels }) => ({ lossSum: 1, correct: 0, correct5: labels.length - 0.5 }));
    const outcome = await evaluate(session, dataset, 4, () => Promise.resolve());
    expect(outcome.errorTop5Percent).toBeCloseTo(100 / 7, 12);
    expect(outcome.errorPercent).toBe(100);
  });

  it('ends where the caller throws between batches', async () => {
    const { session, calls } = fakeSession(() => ({ lossSum: 1, correct: 1 }));
    const stop = (): Promise<void> => (calls.length === 2 ? Promise.reject(new Error('stop')) : Promise.resolve());
    await expect(evaluate(session, dataset, 2, stop)).rejects.toThrow('stop');
    expect(calls).toHaveLength(2);
  });
});
