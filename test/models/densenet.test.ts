// DenseNet-BC-100-12 and -190-40 against float64 reference values.
import { expect, it } from 'vitest';
import { forwardCost } from '../../src/models/cost.js';
import { createNetwork } from '../../src/models/registry.js';
import { describeNetwork } from '../support/network-suite.js';

describeNetwork({
  name: 'densenet-bc-100-12',
  build: (input) => createNetwork({ name: 'densenet-bc', depth: 100, growth: 12, dropout: 0, recompute: false }, input),
});
describeNetwork({
  name: 'densenet-bc-190-40',
  build: (input) => createNetwork({ name: 'densenet-bc', depth: 190, growth: 40, dropout: 0, recompute: true }, input),
  gradientTolerance: 1e-3,
  heavy: true,
});

it('takes images from 4 pixels on, for two transitions', () => {
  const costOf = (side: number) => {
    const input = { height: side, width: side, channels: 3, classes: 2 };
    const options = { name: 'densenet-bc', depth: 10, growth: 12, dropout: 0, recompute: false } as const;
    return forwardCost(createNetwork(options, input), input);
  };
  for (const side of [4, 5, 33]) expect(costOf(side).multiplyAdds).toBeGreaterThan(0);
  expect(() => costOf(3)).toThrow('cannot pool: a window of 2 x 2 does not fit into');
});
