import { expect, it } from 'vitest';
import { mapInTurns } from '../../src/common/in-turns.js';

it('gives all results in order, with few at work at once', async () => {
  let [working, most] = [0, 0];
  const results = await mapInTurns(
    Array.from({ length: 200 }, (_, index) => index),
    async (index) => {
      most = Math.max(most, ++working);
      await new Promise((resolve) => setTimeout(resolve, index % 3));
      working--;
      return 2 * index;
    },
  );
  expect(results).toEqual(Array.from({ length: 200 }, (_, index) => 2 * index));
  expect(most).toBe(64);
});

it('of nothing is nothing, and an error is passed on', async () => {
  expect(await mapInTurns([], () => Promise.resolve(1))).toEqual([]);
  await expect(mapInTurns([1], () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});
