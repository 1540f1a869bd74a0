// PyramidNets against float64 reference values, in evaluation: ShakeDrop is random in training.
import { expect, it } from 'vitest';
import { createNetwork } from '../../src/models/registry.js';
import { testEngine } from '../support/engine.js';
import { inputShape, openNetworkSession } from '../support/network-session.js';
import { describeNetwork } from '../support/network-suite.js';
import { referenceNetwork } from '../support/reference-network.js';

describeNetwork({
  name: 'pyramidnet-110-84',
  build: (input) => createNetwork({ name: 'pyramidnet', depth: 110, alpha: 84 }, input),
});

describeNetwork({
  name: 'pyramidnet-272-200',
  build: (input) => createNetwork({ name: 'pyramidnet', depth: 272, alpha: 200 }, input),
  heavy: true,
});

it('rounds widths like the reference, halves to even', () => {
  const network = createNetwork(
    { name: 'pyramidnet', depth: 20, alpha: 15 },
    { height: 32, width: 32, channels: 3, classes: 10 },
  );
  const widths = network.tensors.filter(({ name }) => name.endsWith('conv2.weight')).map(({ shape }) => shape[3]);
  // 18.5, 21, 23.5, 26, 28.5, 31
  expect(widths).toEqual([18, 21, 24, 26, 28, 31]);
});

it('reduces the loss on a repeated batch', () => {
  const base = referenceNetwork('pyramidnet-110-84');
  const network = createNetwork({ name: 'pyramidnet', depth: 11, alpha: 12 }, inputShape(base.network));
  const session = openNetworkSession(testEngine(), network, base, {
    execution: 'captured',
    loss: 'crossEntropy',
    purpose: 'training',
  });
  const losses = Array.from({ length: 12 }, () => session.train());
  expect(losses.every(Number.isFinite)).toBe(true);
  expect(losses[11]).toBeLessThan(losses[0]);
  session.close();
});
