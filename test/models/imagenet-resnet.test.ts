// ImageNet ResNets against float64 reference values.
import { expect, it } from 'vitest';
import type { ModelOptions } from '../../src/models/options.js';
import { forwardCost } from '../../src/models/cost.js';
import { createNetwork } from '../../src/models/registry.js';
import { sizeOf } from '../../src/engine/types.js';
import { describeNetwork } from '../support/network-suite.js';

describeNetwork({
  name: 'resnet-50',
  build: (input) => createNetwork({ name: 'imagenet-resnet', depth: 50 }, input),
});

describeNetwork({
  name: 'resnet-152',
  build: (input) => createNetwork({ name: 'imagenet-resnet', depth: 152 }, input),
  heavy: true,
});

describeNetwork({
  name: 'resnext-50-32x4d',
  build: (input) => createNetwork({ name: 'imagenet-resnext', depth: 50, cardinality: 32, width: 4 }, input),
});

it.each<[string, ModelOptions, number, number]>([
  ['resnet-18', { name: 'imagenet-resnet', depth: 18 }, 11_689_512, 512],
  ['resnet-34', { name: 'imagenet-resnet', depth: 34 }, 21_797_672, 512],
  ['resnet-101', { name: 'imagenet-resnet', depth: 101 }, 44_549_160, 2048],
  ['resnext-101-32x8d', { name: 'imagenet-resnext', depth: 101, cardinality: 32, width: 8 }, 88_791_336, 2048],
])('%s has the same number of parameters as in torchvision', (name, options, count, featureSize) => {
  const network = createNetwork(options, { height: 224, width: 224, channels: 3, classes: 1000 });
  const parameters = network.tensors.filter(({ role }) => role === 'parameter');
  expect(parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)).toBe(count);
  expect(network).toMatchObject({ name, featureSize });
});

it.each([1, 31, 33])('takes images of %i pixels', (side) => {
  const input = { height: side, width: side, channels: 3, classes: 2 };
  const network = createNetwork({ name: 'imagenet-resnet', depth: 18 }, input);
  expect(forwardCost(network, input).multiplyAdds).toBeGreaterThan(0);
});
