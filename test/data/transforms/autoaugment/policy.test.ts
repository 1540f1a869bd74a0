import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cifar10Policy } from '../../../../src/data/transforms/autoaugment/policy.js';
import { projectRoot } from '../../../config/support.js';

it('has 25 sub-policies of probabilities and magnitudes in range', () => {
  expect(cifar10Policy).toHaveLength(25);
  for (const [probability, , index] of cifar10Policy.flat()) {
    expect(probability).toBeGreaterThanOrEqual(0);
    expect(probability).toBeLessThan(1);
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).toContain(index);
  }
});

const paper = join(projectRoot, '../shared/paper/paper.md');
it.runIf(existsSync(paper))('is the table of the paper', () => {
  const entries = readFileSync(paper, 'utf8').matchAll(/(\d+) \((\.\d) (\w+) (\d)\)\((\.\d) (\w+) (\d)\)/g);
  const table = [...entries].map(([, number, p, first, i, q, second, j]) => ({
    number: Number(number),
    steps: [
      [Number(p), first, Number(i)],
      [Number(q), second, Number(j)],
    ],
  }));
  expect(table).toEqual(cifar10Policy.map((steps, index) => ({ number: index + 1, steps })));
});
