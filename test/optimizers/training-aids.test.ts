// Clipping, averages of the weights and accumulation against 20 steps of PyTorch
// (scripts/reference/training_aids.py).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { add, matMul, mean, square, sub } from '../../src/engine/ops/index.js';
import { packOf } from '../../src/engine/packs.js';
import type { Execution, SessionFunction } from '../../src/engine/session.js';
import { fromTorch, toTorch } from '../../src/nn/layout.js';
import { declare, filledWith, initialValues } from '../../src/nn/tensors.js';
import { gradientScale, withAccumulation } from '../../src/optimizers/accumulation.js';
import { applyOptimizer } from '../../src/optimizers/apply.js';
import { emaOf, withEma } from '../../src/optimizers/ema.js';
import { optimizerScalarsAt, optimizerSpecs } from '../../src/optimizers/optimizer.js';
import { optimizerOptions } from '../../src/optimizers/options.js';
import { optimizerPacks } from '../../src/optimizers/packs.js';
import { createOptimizer } from '../../src/optimizers/registry.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

interface Case {
  readonly optimizer: z.input<typeof optimizerOptions>;
  readonly maxNorm?: number;
  readonly decay: number;
  readonly warmup?: boolean;
  readonly accumulated?: boolean;
  readonly steps: readonly { readonly weights: readonly number[]; readonly averages: readonly number[] }[];
}
const { rows, weight, bias, cases } = JSON.parse(
  readFileSync(new URL('../fixtures/training-aids.json', import.meta.url), 'utf8'),
) as { rows: number; weight: readonly (readonly number[])[]; bias: readonly number[]; cases: readonly Case[] };

const engine = testEngine();
const layer = [
  declare('fc.weight', 'parameter', [3, 2], filledWith(0), 'linear'),
  declare('fc.bias', 'parameter', [2], filledWith(0)),
];
const averages = layer.map(emaOf);

/** Rows `from` … `to` − 1 of the batch of a step. */
function batchOf(step: number, from: number, to: number) {
  const x = Array.from({ length: to - from }, (_, i) => [0, 1, 2].map((j) => Math.sin(7 * step + 3 * (from + i) + j)));
  const y = Array.from({ length: to - from }, (_, i) =>
    [0, 1].map((j) => 2 * Math.cos(5 * step + 2 * (from + i) + 4 * j)),
  );
  return { x: Float32Array.from(x.flat()), y: Float32Array.from(y.flat()) };
}

/** Returns the layer and its averages, in PyTorch's order, after each of 20 steps. */
function train(
  execution: Execution,
  { optimizer: settings, maxNorm, decay, warmup = false, accumulated }: Case,
  packLimit: number,
) {
  const averaging = withEma(createOptimizer(optimizerOptions.parse(settings)), { decay, warmup });
  const optimizer = accumulated === true ? withAccumulation(averaging) : averaging;
  const batches = accumulated === true ? [5, 5, 2] : [rows];
  const step = (size: number, updates: boolean): SessionFunction => ({
    name: `${updates ? 'update' : 'accumulate'}-${size}`,
    inputs: {
      x: { dtype: 'float32', shape: [size, 3] },
      y: { dtype: 'float32', shape: [size, 2] },
      [gradientScale]: { dtype: 'float32', shape: [] },
      ...optimizerSpecs(optimizer),
    },
    build(inputs, program) {
      const [w, b] = layer.map((parameter) => program.read(parameter));
      const loss = mean(square(sub(add(matMul(inputs.x, w), b), inputs.y)));
      const scale = updates ? { scale: inputs[gradientScale] } : {};
      const group = accumulated === true ? { images: size, ...scale } : undefined;
      applyOptimizer(optimizer, loss, { parameters: layer, scalars: inputs, group, maxNorm });
      return { loss };
    },
  });
  const tensors = [...layer, ...layer.flatMap((parameter) => optimizer.state(parameter))];
  const functions = [...new Set(batches)].flatMap((size) => [step(size, true), step(size, false)]);
  const packs = optimizerPacks('model', optimizer, layer, packLimit);
  const session = engine.createSession(execution, tensors, functions, packs);
  session.write(initialValues(tensors, 1));
  const first = [weight.flat(), bias].map((values, at) => fromTorch(Float32Array.from(values), layer[at]));
  session.write(new Map([...layer, ...averages].map(({ name }, index) => [name, first[index % 2]])));
  const valuesOf = (list: typeof layer): number[] => {
    const values = session.read(list.map(({ name }) => name));
    return list.flatMap((tensor) => [...toTorch(values.get(tensor.name)!, tensor)]);
  };
  const { learningRate } = optimizer;
  const after = Array.from({ length: 20 }, (_, index) => {
    const scalars = Object.entries(optimizerScalarsAt(optimizer, { learningRate, step: index + 1 }));
    const inputs = Object.fromEntries(scalars.map(([name, value]) => [name, Float32Array.of(value)]));
    let from = 0;
    batches.forEach((size, at) => {
      const name = `${at === batches.length - 1 ? 'update' : 'accumulate'}-${size}`;
      session.call(name, {
        ...batchOf(index, from, from + size),
        ...inputs,
        [gradientScale]: Float32Array.of(1 / rows),
      });
      from += size;
    });
    return { weights: valuesOf(layer), averages: valuesOf(averages) };
  });
  session.close();
  return after;
}

const named = cases.map((each) => ({ name: JSON.stringify({ ...each, steps: undefined, norms: undefined }), each }));

describe.each(named)('$name', ({ each }) => {
  it.each(executions)("takes PyTorch's 20 steps (%s)", (execution) => {
    const found = train(execution, each, 0);
    expect(each.steps).toHaveLength(20);
    each.steps.forEach((expected, step) => {
      expect(relativeDifference(found[step].weights, expected.weights), `weights of step ${step + 1}`).toBeLessThan(
        1e-5,
      );
      expect(relativeDifference(found[step].averages, expected.averages), `averages of ${step + 1}`).toBeLessThan(1e-5);
    });
  });

  it('gives the same bytes in both executions, and what PyTorch gives with the parameters in one vector', () => {
    expect(train('eager', each, 0)).toEqual(train('captured', each, 0));
    const packed = train('captured', each, Infinity);
    expect(relativeDifference(packed[19].weights, each.steps[19].weights)).toBeLessThan(1e-5);
    expect(relativeDifference(packed[19].averages, each.steps[19].averages)).toBeLessThan(1e-5);
    expect(train('eager', each, Infinity)).toEqual(packed);
  });
});

it('keeps an average in the layout of its tensor, beginning as it', () => {
  const kernel = declare('conv.weight', 'parameter', [3, 3, 2, 4], (values) => values.fill(3), 'conv');
  const average = emaOf(kernel);
  expect(average).toMatchObject({ name: 'ema.conv.weight', role: 'state', layout: 'conv', trainable: false });
  const [a, b] = [...initialValues([kernel, average], 5).values()];
  expect(a).toEqual(b);
  expect(packOf('x', [average]).parts).toEqual([average]);
});
