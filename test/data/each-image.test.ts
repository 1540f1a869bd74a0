// Going over images: each once, four at a time, ended by the first error.
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eachImage } from '../../src/data/each-image.js';

describe('eachImage', () => {
  it('visits each index once, at most four at a time', async () => {
    const visited: number[] = [];
    const counts: number[] = [];
    let open = 0;
    let most = 0;
    const visit = async (index: number): Promise<void> => {
      most = Math.max(most, ++open);
      await setImmediate();
      visited.push(index);
      open--;
    };
    await eachImage(10, visit, (count) => counts.push(count));
    expect(visited.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(most).toBe(4);
    await eachImage(0, visit, () => expect.unreachable());
  });

  it('ends at the first error', async () => {
    let visits = 0;
    const visit = async (index: number): Promise<void> => {
      visits++;
      await setImmediate();
      if (index === 5) throw new Error('five');
    };
    await expect(eachImage(1000, visit, () => undefined)).rejects.toThrow('five');
    expect(visits).toBeLessThan(12);
  });
});
