// RMSprop and Adam, held to PyTorch's optimizers step by step (scripts/reference/generators.py) and to their definitions.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mul, sum } from '../../src/engine/ops/index.js';
import {
  applyOptimizer,
  optimizerInputs,
  optimizerScalars,
  optimizerTensors,
  type OptimizerChoice,
} from '../../src/optimizers/adaptive.js';
import { declare, filledWith, initialValues } from '../../src/nn/tensors.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

const { optimizers } = JSON.parse(readFileSync(new URL('../fixtures/generators.json', import.meta.url), 'utf8')) as {
  readonly optimizers: Readonly<Record<'rmsprop' | 'adam', readonly (readonly number[])[]>>;
};
const choices: readonly OptimizerChoice[] = [
  { name: 'rmsprop', learningRate: 0.01 },
  { name: 'adam', learningRate: 0.01, beta1: 0.5 },
];
const weight = declare('w', 'parameter', [3], filledWith(0));
const engine = testEngine();

/** The weights after each of four steps with the gradients of the reference. */
function steps(execution: (typeof executions)[number], choice: OptimizerChoice, clip?: number): Float32Array[] {
  const tensors = [weight, ...optimizerTensors(choice, weight)];
  const session = engine.createSession(execution, tensors, [
    {
      name: 'step',
      inputs: { gradient: { dtype: 'float32', shape: [3] }, ...optimizerInputs },
      build({ gradient, stepSize, correction }, program) {
        const loss = sum(mul(program.read(weight), gradient));
        applyOptimizer(program, choice, loss, [weight], { stepSize, correction }, clip);
        return { loss };
      },
    },
  ]);
  session.write(initialValues(tensors, 1));
  session.write(new Map([['w', Float32Array.of(0.5, -1, 2)]]));
  const after = [0, 1, 2, 3].map((step) => {
    const gradient = Float32Array.of(0.3 - 0.2 * step, 1e-9, -4 * (step + 1));
    session.call('step', { gradient, ...optimizerScalars(choice, step + 1) });
    return session.read(['w']).get('w')!;
  });
  session.close();
  return after;
}

describe.each(choices)('$name', (choice) => {
  it.each(executions)("takes PyTorch's steps (%s)", (execution) => {
    steps(execution, choice).forEach((found, step) => {
      optimizers[choice.name][step].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 6));
    });
  });

  it.each(executions)('holds weights within a bound (%s)', (execution) => {
    const found = steps(execution, choice, 0.25);
    expect([...found[0]]).toEqual([0.25, -0.25, 0.25]);
    for (const values of found) expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.25);
  });
});

it('the first step of either is by hand: ten times the rate, or the rate, against the sign of the gradient', () => {
  const [rmsprop, adam] = choices.map((choice) => steps('eager', choice)[0]);
  expect(rmsprop[0]).toBeCloseTo(0.5 - 0.1, 6);
  expect(rmsprop[2]).toBeCloseTo(2 + 0.1, 6);
  expect(adam[0]).toBeCloseTo(0.5 - 0.01, 6);
  expect(adam[2]).toBeCloseTo(2 + 0.01, 6);
  // Epsilon stands beside the root: a gradient of 1e-9 moves Adam by 1e-9 / (1e-9 + 1e-8) of the rate.
  expect(adam[1]).toBeCloseTo(-1 - 0.01 / 11, 6);
  expect(rmsprop[1]).toBeCloseTo(-1 - (0.01 * 1e-9) / (1e-10 + 1e-8), 6);
});
