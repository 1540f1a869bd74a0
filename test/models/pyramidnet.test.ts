// PyramidNets against float64 reference values, in evaluation: ShakeDrop is random in training.
import { expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { mul, sum } from '../../src/engine/ops/index.js';
import { forwardCost } from '../../src/models/cost.js';
import { halved } from '../../src/models/pyramidnet.js';
import { createNetwork } from '../../src/models/registry.js';
import { testEngine } from '../support/engine.js';
import { inputShape, openNetworkSession } from '../support/network-session.js';
import { describeNetwork } from '../support/network-suite.js';
import { referenceNetwork } from '../support/reference-network.js';
import { executions, filled, runOnce } from '../support/run-once.js';

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

it.each([
  [5, 7],
  [30, 30],
  [33, 31],
])('takes images of %i x %i pixels', (height, width) => {
  const input = { height, width, channels: 3, classes: 2 };
  const network = createNetwork({ name: 'pyramidnet', depth: 11, alpha: 3 }, input);
  expect(forwardCost(network, input).multiplyAdds).toBeGreaterThan(0);
});

// AvgPool2d(2, ceil_mode=True), as in the reference.
it.each(executions)('halves an odd size by means of the pixels that there are (%s)', (execution) => {
  const [height, width] = [5, 3];
  const leaves = {
    x: filled([1, height, width, 1], (i) => Math.sin(i)),
    slope: filled([1, 3, 2, 1], (i) => Math.cos(i)),
  };
  const { value, gradient } = runOnce(testEngine(), execution, leaves, ({ x, slope }) => {
    const means = halved(x);
    return { value: means, gradient: gradients(sum(mul(means, slope)), [x])[0] };
  });
  const windowOf = (row: number, column: number): number[] =>
    [...Array(height * width).keys()].filter(
      (i) => Math.floor(i / width / 2) === row && Math.floor((i % width) / 2) === column,
    );
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 2; column++) {
      const own = windowOf(row, column);
      const at = row * 2 + column;
      expect(value[at]).toBeCloseTo(own.reduce((total, i) => total + Math.sin(i), 0) / own.length, 6);
      for (const i of own) expect(gradient[i]).toBeCloseTo(Math.cos(at) / own.length, 6);
    }
  }
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
