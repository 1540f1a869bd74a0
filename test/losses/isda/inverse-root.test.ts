// Inverse roots of regular and singular matrices against the definition.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Matrix } from 'ml-matrix';
import { inverseRoot } from '../../../src/losses/isda/inverse-root.js';
import { testEngine } from '../../support/engine.js';
import { range } from '../../support/grid.js';
import { executions, runOnce } from '../../support/run-once.js';
import { draw } from './support.js';

const engine = testEngine();

/** Products G G^T of random G [size, rank], one per rank. */
function gram(size: number, ranks: readonly number[], seed: number): Matrix[] {
  return ranks.map((rank, k) => {
    if (rank === 0) return Matrix.zeros(size, size);
    const g = new Matrix(range(size).map((i) => draw(rank, seed, k, i)));
    return g.mmul(g.transpose());
  });
}

function rootsOf(matrices: readonly Matrix[], execution = executions[1]): Matrix[] {
  const size = matrices[0].rows;
  const leaves = { m: { shape: [matrices.length, size, size], values: matrices.flatMap((m) => m.to1DArray()) } };
  const { roots } = runOnce(engine, execution, leaves, ({ m }) => ({ roots: inverseRoot(m) }));
  return matrices.map((_, k) =>
    Matrix.from1DArray(size, size, Array.from(roots.slice(k * size * size, (k + 1) * size * size))),
  );
}

const largest = (matrix: Matrix): number => Math.max(...matrix.to1DArray().map(Math.abs));

describe.each(executions)('inverse root, %s', (execution) => {
  it('R M R^T is the identity', () => {
    const matrices = gram(6, [9, 12, 30], 1);
    rootsOf(matrices, execution).forEach((root, k) => {
      const product = root.mmul(matrices[k]).mmul(root.transpose());
      expect(largest(product.sub(Matrix.eye(6)))).toBeLessThan(1e-3);
    });
  });
});

it('M R^T R M is M for matrices of any rank and scale', () => {
  const ranks = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
  const scales = fc.constantFrom(1e-8, 1, 1e6);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      ranks,
      scales,
      fc.integer({ min: 0, max: 99 }),
      (size, r, scale, seed) => {
        const matrices = gram(size, r, seed).map((matrix) => matrix.mul(scale));
        rootsOf(matrices).forEach((root, k) => {
          const m = matrices[k];
          const back = m.mmul(root.transpose()).mmul(root).mmul(m);
          expect(largest(back.sub(m))).toBeLessThanOrEqual(2e-3 * largest(m));
        });
      },
    ),
    { numRuns: 60, seed: 5 },
  );
});

it('is zero for the zero matrix', () => {
  expect(largest(rootsOf([Matrix.zeros(4, 4)])[0])).toBe(0);
});
