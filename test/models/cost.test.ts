// Parameters and multiply-adds, against counts by hand.
import { describe, expect, it } from 'vitest';
import { createTally, type Tally } from '../../src/engine/tally-program.js';
import { conv2d, matMul } from '../../src/engine/ops/index.js';
import type { Shape } from '../../src/engine/types.js';
import { countParameters, forwardCost, multiplyAddsIn } from '../../src/models/cost.js';
import { modelOptions } from '../../src/models/options.js';
import { createNetwork } from '../../src/models/registry.js';

const multiplyAdds = (tally: Tally): number =>
  tally.operations.reduce((total, operation) => total + multiplyAddsIn(operation), 0);

const input = { height: 32, width: 32, channels: 3, classes: 10 };

describe('cost', () => {
  it('of ResNet-8 is the sum over its layers', () => {
    const network = createNetwork({ name: 'resnet', depth: 8, dropout: 0 }, input);
    const [first, second, third] = [32 * 32, 16 * 16, 8 * 8];
    const convolutions =
      first * 9 * 3 * 16 +
      2 * first * 9 * 16 * 16 +
      second * (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32) +
      third * (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64);
    expect(forwardCost(network, input).multiplyAdds).toBe(convolutions + 64 * 10);
    const kernels =
      9 * 3 * 16 + 2 * 9 * 16 * 16 + (9 * 16 * 32 + 9 * 32 * 32 + 16 * 32) + (9 * 32 * 64 + 9 * 64 * 64 + 32 * 64);
    const norms = 2 * (16 * 3 + 32 * 3 + 64 * 3);
    expect(countParameters(network)).toBe(kernels + norms + 64 * 10 + 10);
  });

  it('does not depend on dropout; more classes cost more', () => {
    const [plain, dropped] = [0, 0.3].map((dropout) => createNetwork({ name: 'resnet', depth: 14, dropout }, input));
    expect(forwardCost(dropped, input).multiplyAdds).toBe(forwardCost(plain, input).multiplyAdds);
    const wide = createNetwork({ name: 'resnet', depth: 14, dropout: 0 }, { ...input, classes: 100 });
    expect(forwardCost(wide, input).multiplyAdds - forwardCost(plain, input).multiplyAdds).toBe(64 * 90);
    expect(countParameters(wide) - countParameters(plain)).toBe(65 * 90);
  });
});

describe('multiply-adds (half the FLOPs) that the model zoo osmr/imgclsmob prints', () => {
  const imagenet = { height: 224, width: 224, channels: 3, classes: 1000 };
  /** Additional cost of the zoo's Shake-Shake shortcuts: two 1x1 poolings in place of our strided convolutions. */
  const shortcutPoolings = 2 * (16 * 32 * 32 + 32 * 16 * 16 + 64 * 8 * 8);

  it.each<[string, object, number, number]>([
    ['255.70', { name: 'resnet', depth: 110 }, 10, 0],
    ['255.71', { name: 'resnet', depth: 110 }, 100, 0],
    ['255.98', { name: 'se-resnet', depth: 110 }, 10, 0],
    ['5246.98', { name: 'wrn', depth: 28, width: 10 }, 10, 0],
    ['5247.04', { name: 'wrn', depth: 28, width: 10 }, 100, 0],
    ['298.45', { name: 'densenet-bc', depth: 100, growth: 12 }, 10, 0],
    ['298.48', { name: 'densenet-bc', depth: 100, growth: 12 }, 100, 0],
    ['9400.45', { name: 'densenet-bc', depth: 190, growth: 40 }, 10, 0],
    ['4541.36', { name: 'pyramidnet', depth: 272, alpha: 200 }, 10, 0],
    ['428.89', { name: 'shake-shake', depth: 26, width: 32 }, 10, shortcutPoolings],
    ['428.90', { name: 'shake-shake', depth: 26, width: 32 }, 100, shortcutPoolings],
    ['1820.41', { name: 'imagenet-resnet', depth: 18 }, 1000, 0],
    ['3672.68', { name: 'imagenet-resnet', depth: 34 }, 1000, 0],
    ['4110.48', { name: 'imagenet-resnet', depth: 50 }, 1000, 0],
    ['4255.86', { name: 'imagenet-resnext', depth: 50, cardinality: 32, width: 4 }, 1000, 0],
  ])('%s M: %o, %i classes', (printed, options, classes, elsewhere) => {
    const shape = { ...(classes === 1000 ? imagenet : input), classes };
    const { halfFlops } = forwardCost(createNetwork(modelOptions.parse(options), shape), shape);
    expect(((halfFlops + elsewhere / 2) / 1e6).toFixed(2)).toBe(printed);
  });
});

describe('a tally', () => {
  const float = (shape: Shape) => ({ dtype: 'float32', shape }) as const;

  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('counts matrix products (transposeA: %s, transposeB: %s)', (transposeA, transposeB) => {
    const tally = createTally();
    const a = tally.input(float([5, ...(transposeA ? [3, 2] : [2, 3])]));
    const b = tally.input(float(transposeB ? [7, 3] : [3, 7]));
    matMul(a, b, { transposeA, transposeB });
    expect(multiplyAdds(tally)).toBe(5 * 2 * 3 * 7);
  });

  it('counts grouped convolutions with the channels per group', () => {
    const tally = createTally();
    conv2d(tally.input(float([2, 9, 9, 8])), tally.input(float([3, 3, 4, 6])), { stride: 2, padding: 1 });
    expect(multiplyAdds(tally)).toBe(2 * 5 * 5 * 6 * 9 * 4);
  });
});
