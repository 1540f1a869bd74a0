// Parameters and multiply-adds, against counts by hand.
import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/engine/tally-program.js';
import { conv2d, matMul } from '../../src/engine/ops/index.js';
import type { Shape } from '../../src/engine/types.js';
import { countMultiplyAdds, countParameters } from '../../src/models/cost.js';
import { createNetwork } from '../../src/models/registry.js';

const input = { height: 32, width: 32, channels: 3, classes: 10 };

describe('cost', () => {
  it('of ResNet-8 is its layers added up', () => {
    const network = createNetwork({ name: 'resnet', depth: 8, dropout: 0 }, input);
    const [first, second, third] = [32 * 32, 16 * 16, 8 * 8];
    const convolutions =
      first * 9 * 3 * 16 +
      2 * first * 9 * 16 * 16 +
      second * (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32) +
      third * (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64);
    expect(countMultiplyAdds(network, input)).toBe(convolutions + 64 * 10);
    const kernels =
      9 * 3 * 16 + 2 * 9 * 16 * 16 + (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32) + (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64);
    const norms = 2 * (16 * 3 + 32 * 3 + 64 * 3);
    expect(countParameters(network)).toBe(kernels + norms + 64 * 10 + 10);
  });

  it('does not depend on dropout; more classes cost more', () => {
    const [plain, dropped] = [0, 0.3].map((dropout) => createNetwork({ name: 'resnet', depth: 14, dropout }, input));
    expect(countMultiplyAdds(dropped, input)).toBe(countMultiplyAdds(plain, input));
    const wide = createNetwork({ name: 'resnet', depth: 14, dropout: 0 }, { ...input, classes: 100 });
    expect(countMultiplyAdds(wide, input) - countMultiplyAdds(plain, input)).toBe(64 * 90);
    expect(countParameters(wide) - countParameters(plain)).toBe(65 * 90);
  });
});

describe('a tally', () => {
  const float = (shape: Shape) => ({ dtype: 'float32', shape }) as const;

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('counts matrix products, transposed: %s, %s', (transposeA, transposeB) => {
    const tally = createTally();
    const a = tally.input(float([5, ...(transposeA ? [3, 2] : [2, 3])]));
    const b = tally.input(float(transposeB ? [7, 3] : [3, 7]));
    matMul(a, b, { transposeA, transposeB });
    expect(tally.multiplyAdds()).toBe(5 * 2 * 3 * 7);
  });

  it('counts grouped convolutions by what a group sees', () => {
    const tally = createTally();
    conv2d(tally.input(float([2, 9, 9, 8])), tally.input(float([3, 3, 4, 6])), { stride: 2, padding: 1 });
    expect(tally.multiplyAdds()).toBe(2 * 5 * 5 * 6 * 9 * 4);
  });
});
