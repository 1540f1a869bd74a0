// WRN-16-8 and WRN-28-10 against float64 reference values.
import { createNetwork } from '../../src/models/registry.js';
import { describeNetwork } from '../support/network-suite.js';

describeNetwork({
  name: 'wrn-16-8',
  build: (input) => createNetwork({ name: 'wrn', depth: 16, width: 8, dropout: 0 }, input),
});
describeNetwork({
  name: 'wrn-28-10',
  build: (input) => createNetwork({ name: 'wrn', depth: 28, width: 10, dropout: 0 }, input),
});
