// ResNeXt-29 8x64d against float64 reference values.
import { createNetwork } from '../../src/models/registry.js';
import { describeNetwork } from '../support/network-suite.js';

describeNetwork({
  name: 'resnext-29-8x64d',
  build: (input) => createNetwork({ name: 'resnext', depth: 29, cardinality: 8, width: 64 }, input),
});
