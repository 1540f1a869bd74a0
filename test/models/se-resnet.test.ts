// SE-ResNet-110 against float64 reference values.
import { createNetwork } from '../../src/models/registry.js';
import { describeNetwork } from '../support/network-suite.js';

describeNetwork({
  name: 'se-resnet-110',
  build: (input) => createNetwork({ name: 'se-resnet', depth: 110, dropout: 0 }, input),
});
