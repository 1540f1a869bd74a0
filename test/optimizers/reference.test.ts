// Every optimizer against 20 float64 steps of PyTorch (scripts/reference/optimizers.py) and steps computed by hand.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { add, mul, mulScalar, square, sum } from '../../src/engine/ops/index.js';
import type { Execution } from '../../src/engine/session.js';
import { declare, filledWith, initialValues } from '../../src/nn/tensors.js';
import { applyOptimizer } from '../../src/optimizers/apply.js';
import { optimizerScalarsAt, optimizerSpecs } from '../../src/optimizers/optimizer.js';
import { optimizerOptions } from '../../src/optimizers/options.js';
import { createOptimizer } from '../../src/optimizers/registry.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

type Settings = z.input<typeof optimizerOptions>;
const readFixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8'));
const { start, factors, cases } = readFixture('optimizers') as {
  readonly start: readonly number[];
  readonly factors: readonly number[];
  readonly cases: readonly { readonly options: Settings; readonly weights: readonly (readonly number[])[] }[];
};
const { optimizers: ofGenerators } = readFixture('generators') as {
  readonly optimizers: Readonly<Record<'rmsprop' | 'adam', readonly (readonly number[])[]>>;
};
const weight = declare('w', 'parameter', [3], filledWith(0));
const engine = testEngine();

interface Problem {
  /** The gradient is f w + s. */
  readonly factors: readonly number[];
  readonly slopes: (step: number) => readonly number[];
  readonly clip?: number;
}
const problem: Problem = { factors, slopes: (step) => [0, 1, 2].map((i) => Math.sin(step + i)) };
/** The gradients of the generators' fixture. */
const given: Problem = { factors: [0, 0, 0], slopes: (step) => [0.3 - 0.2 * step, 1e-9, -4 * (step + 1)] };

/** Returns the weights after each of `steps` steps. */
function train(execution: Execution, settings: Settings, steps: number, { factors, slopes, clip }: Problem = problem) {
  const optimizer = createOptimizer(optimizerOptions.parse(settings));
  const tensors = [weight, ...optimizer.state(weight)];
  const session = engine.createSession(execution, tensors, [
    {
      name: 'step',
      inputs: { slopes: { dtype: 'float32', shape: [3] }, ...optimizerSpecs(optimizer) },
      build(inputs, program) {
        const value = program.read(weight);
        const f = program.constant(Float32Array.from(factors), { dtype: 'float32', shape: [3] });
        const loss = sum(add(mulScalar(mul(f, square(value)), 0.5), mul(value, inputs.slopes)));
        applyOptimizer(optimizer, loss, { parameters: [weight], scalars: inputs, clip });
        return { loss };
      },
    },
  ]);
  session.write(initialValues(tensors, 1));
  session.write(new Map([['w', Float32Array.from(start)]]));
  const { learningRate } = optimizer;
  const after = Array.from({ length: steps }, (_, step) => {
    const scalars = Object.entries(optimizerScalarsAt(optimizer, { learningRate, step: step + 1 }));
    const values = scalars.map(([name, value]) => [name, Float32Array.of(value)] as const);
    session.call('step', { slopes: Float32Array.from(slopes(step)), ...Object.fromEntries(values) });
    return session.read(['w']).get('w')!.slice();
  });
  session.close();
  return after;
}

const named = cases.map(({ options, weights }) => ({ name: JSON.stringify(options), options, weights }));

it('covers every optimizer of the schema', () => {
  const values = optimizerOptions.options.flatMap(({ shape }) => [...shape.name._zod.values]);
  expect(new Set(cases.map(({ options }) => options.name))).toEqual(new Set(values));
});

describe.each(named)('$name', ({ options, weights }) => {
  it.each(executions)("takes PyTorch's 20 steps (%s)", (execution) => {
    const found = train(execution, options, 20);
    expect(weights).toHaveLength(20);
    weights.forEach((expected, step) => {
      expect(relativeDifference(found[step], expected), `step ${step + 1}`).toBeLessThan(5e-6);
    });
  });

  it('gives the same bytes in both executions', () => {
    const [captured, eager] = executions.map((execution) => train(execution, options, 20));
    expect(captured).toEqual(eager);
  });
});

const ofGan: Readonly<Record<'rmsprop' | 'adam', Settings>> = {
  rmsprop: { name: 'rmsprop', learningRate: 0.01 },
  adam: { name: 'adam', learningRate: 0.01, beta1: 0.5 },
};
describe.each(['rmsprop', 'adam'] as const)('%s of generators', (name) => {
  it.each(executions)("takes PyTorch's steps on gradients of all sizes (%s)", (execution) => {
    train(execution, ofGan[name], 4, given).forEach((found, step) => {
      ofGenerators[name][step].forEach((expected, i) => expect(found[i]).toBeCloseTo(expected, 6));
    });
  });

  it.each(executions)('holds weights within a bound (%s)', (execution) => {
    const found = train(execution, ofGan[name], 4, { ...given, clip: 0.25 });
    expect([...found[0]]).toEqual([0.25, -0.25, 0.25]);
    for (const values of found) expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.25);
  });

  it('moves by the rate, or ten times it, in the first step', () => {
    const [first] = train('eager', ofGan[name], 1, given);
    const size = name === 'adam' ? 0.01 : 0.1;
    expect(first[0]).toBeCloseTo(0.5 - size, 6);
    expect(first[2]).toBeCloseTo(2 + size, 6);
    // Epsilon is added to the root: Adam's step is 1e-9 / (1e-9 + 1e-8) of the learning rate.
    expect(first[1]).toBeCloseTo(-1 - (0.01 * 1e-9) / ((name === 'adam' ? 1e-9 : 1e-10) + 1e-8), 6);
  });
});

it.each<[Settings, string[]]>([
  [{ name: 'sgd' }, ['momentum']],
  [{ name: 'adam' }, ['mean', 'square']],
  [{ name: 'adamw' }, ['mean', 'square']],
  [{ name: 'rmsprop' }, ['square']],
  [{ name: 'rmsprop', centered: true, momentum: 0.9 }, ['square', 'mean', 'momentum']],
])('%o keeps state in the layout of the parameter', (settings, kinds) => {
  const kernel = declare('conv.weight', 'parameter', [3, 3, 2, 4], filledWith(1), 'conv');
  const state = createOptimizer(optimizerOptions.parse(settings)).state(kernel);
  expect(state.map(({ name }) => name)).toEqual(kinds.map((kind) => `optimizer.${kind}.conv.weight`));
  for (const tensor of state) expect(tensor).toMatchObject({ role: 'state', layout: 'conv', shape: [3, 3, 2, 4] });
});
