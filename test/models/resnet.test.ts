// ResNet-32 and -110 against float64 reference values.
import { createNetwork } from '../../src/models/registry.js';
import { describeNetwork } from '../support/network-suite.js';

for (const depth of [32, 110]) {
  describeNetwork({
    name: `resnet-${depth}`,
    build: (input) => createNetwork({ name: 'resnet', depth, dropout: 0 }, input),
  });
}
