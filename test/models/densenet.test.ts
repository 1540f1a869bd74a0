// DenseNet-BC-100-12 and -190-40 against float64 reference values.
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
