// Shake-Shake 26 against float64 reference values, with both branches weighted alike.
import { expect, it } from 'vitest';
import { createNetwork } from '../../src/models/registry.js';
import { testEngine } from '../support/engine.js';
import { inputShape, openNetworkSession } from '../support/network-session.js';
import { describeNetwork, relativeError, rowsError } from '../support/network-suite.js';
import { referenceNetwork } from '../support/reference-network.js';

for (const width of [32, 112]) {
  describeNetwork({
    name: `shake-shake-26-2x${width}d`,
    build: (input) => createNetwork({ name: 'shake-shake', depth: 26, width, shake: 'fixed' }, input),
  });
}

it('draws random branch weights only in training', () => {
  const reference = referenceNetwork('shake-shake-26-2x32d');
  const { network: expected } = reference;
  const network = createNetwork({ name: 'shake-shake', depth: 26, width: 32, shake: 'random' }, inputShape(expected));
  const session = openNetworkSession(testEngine(), network, reference, {
    execution: 'captured',
    loss: 'crossEntropy',
    purpose: 'gradients',
  });
  expect(rowsError(session.evaluate().logits, expected.evalLogits)).toBeLessThan(1e-4);
  expect(relativeError([session.gradientNorms().loss], [expected.trainLoss!])).toBeGreaterThan(1e-3);
  session.close();
});
