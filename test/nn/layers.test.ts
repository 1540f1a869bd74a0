// Layers: dropout's noise, batch normalization's statistics, the results of a fully connected layer.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import { mul, square, sum } from '../../src/engine/ops/index.js';
import type { Execution } from '../../src/engine/session.js';
import { createTally } from '../../src/engine/tally-program.js';
import type { Program, Tensor, Variable } from '../../src/engine/tensor.js';
import type { Shape } from '../../src/engine/types.js';
import { dropPath, dropout } from '../../src/nn/dropout.js';
import { batchNorm, conv, gelu, layerNorm, linear, padChannels, relu } from '../../src/nn/layers.js';
import { sequence, type Layer } from '../../src/nn/layer.js';
import { initialValues } from '../../src/nn/tensors.js';
import { randomLeaf } from '../support/check-operation.js';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { range, total } from '../support/grid.js';
import { executions, filled, runOnce } from '../support/run-once.js';

const engine = testEngine();
const count = 20_000;

/** The output of a dropout layer for ones, and its gradient. */
function drop(execution: Execution, name: string, rate: number, step: number, training = true) {
  const leaves = { x: filled([count / 4, 4], () => 1) };
  const found = runOnce(engine, execution, leaves, ({ x }, program) => {
    const seed = program.constant(Int32Array.of(2 ** 31 - 5, step), { dtype: 'int32', shape: [2] });
    const value = dropout(name, rate).apply(x, { program, training, seed });
    const [slope] = gradients(sum(value), [x]);
    return { value, slope };
  });
  return { value: Array.from(found['value']), slope: Array.from(found['slope']) };
}

describe.each(executions)('dropout, %s', (execution) => {
  it.each([0.1, 0.3, 0.5])('drops a share of %f and scales the rest', (rate) => {
    const { value, slope } = drop(execution, 'a', rate, 1);
    const kept = Math.fround(1 / (1 - rate));
    expect(new Set(value)).toEqual(new Set([0, kept]));
    const share = value.filter((x) => x === 0).length / count;
    // Four standard deviations.
    expect(Math.abs(share - rate)).toBeLessThan(4 * Math.sqrt((rate * (1 - rate)) / count));
    expect(slope).toEqual(value);
  });

  it('is the identity in evaluation and at rate 0', () => {
    expect(drop(execution, 'a', 0.5, 1, false).value.every((x) => x === 1)).toBe(true);
    expect(drop(execution, 'a', 0, 1).value.every((x) => x === 1)).toBe(true);
  });

  it('drops everything at rate 1, without NaN', () => {
    const { value, slope } = drop(execution, 'a', 1, 1);
    expect(new Set([...value, ...slope])).toEqual(new Set([0]));
  });

  it('differs from layer to layer and from step to step, and repeats for the same', () => {
    const first = drop(execution, 'a', 0.5, 1).value;
    expect(drop(execution, 'a', 0.5, 1).value).toEqual(first);
    for (const [name, step] of [
      ['b', 1],
      ['a', 2],
    ] as const) {
      const other = drop(execution, name, 0.5, step).value;
      const same = other.filter((x, i) => x === first[i]).length / count;
      expect(Math.abs(same - 0.5)).toBeLessThan(0.02);
    }
  });
});

it.each([-0.1, 1.5, NaN, undefined])('dropout and dropPath refuse the rate %s', (rate) => {
  for (const layer of [dropout, dropPath]) {
    expect(() => layer('a', rate!)).toThrow(
      `cannot create the layer a: its rate is ${rate}, expected a number from 0 to 1`,
    );
  }
});

it('dropout is the same captured and eager', () => {
  expect(drop('captured', 'layer1.0.dropout', 0.3, 7)).toEqual(drop('eager', 'layer1.0.dropout', 0.3, 7));
});

describe.each(executions)('layers, %s', (execution) => {
  it('batch norm keeps its statistics in training and uses them in evaluation', () => {
    const norm = batchNorm('bn', 2);
    expect(norm.tensors.map(({ name, role }) => [name, role])).toEqual([
      ['bn.weight', 'parameter'],
      ['bn.bias', 'parameter'],
      ['bn.running_mean', 'statistic'],
      ['bn.running_var', 'statistic'],
    ]);
    const shape = [1, 2, 2, 2];
    const apply = (training: boolean) => ({
      name: training ? 'train' : 'evaluate',
      inputs: { x: { dtype: 'float32', shape } as const, seed: { dtype: 'int32', shape: [2] } as const },
      build: ({ x, seed }: Readonly<Record<string, Tensor>>, program: Tensor['program']) => ({
        y: norm.apply(x, { program, training, seed }),
      }),
    });
    const session = engine.createSession(execution, norm.tensors, [apply(true), apply(false)]);
    session.write(initialValues(norm.tensors, 1));
    const inputs = { x: Float32Array.of(1, 10, 2, 20, 3, 30, 6, 40), seed: Int32Array.of(0, 0) };
    const untouched = session.call('evaluate', inputs)['y'];
    expectClose(
      untouched,
      Array.from(inputs.x, (value) => value / Math.sqrt(1 + 1e-5)),
      'with first statistics',
    );
    const trained = session.call('train', inputs)['y'];
    expect(Math.abs(total(range(4).map((i) => trained[2 * i])))).toBeLessThan(1e-5);
    const state = session.read(['bn.running_mean', 'bn.running_var']);
    // Means 3 and 25; unbiased variances 14 / 3 and 500 / 3.
    expectClose(state.get('bn.running_mean')!, [0.3, 2.5], 'mean');
    expectClose(state.get('bn.running_var')!, [0.9 + 1.4 / 3, 0.9 + 50 / 3], 'variance');
    session.call('evaluate', inputs);
    expect(session.read(['bn.running_mean', 'bn.running_var'])).toEqual(state);
    session.close();
  });

  it('padded channels change neither values, gradients nor statistics', () => {
    const layers = [batchNorm('bn', 12), relu, conv('conv', { inputs: 12, outputs: 5, kernel: 3 })];
    const { tensors } = sequence(...layers);
    const image: Variable = { name: 'x', shape: [2, 4, 4, 12], trainable: true };
    const computed = (padded: boolean, training: boolean) => {
      const layer = sequence(...(padded ? [padChannels] : []), ...layers);
      const session = engine.createSession(
        execution,
        [...tensors, image],
        [
          {
            name: 'f',
            inputs: { seed: { dtype: 'int32', shape: [2] } },
            build({ seed }, program) {
              const value = layer.apply(program.read(image), { program, training, seed });
              const trained = [image, ...tensors.filter(({ trainable }) => trainable)];
              const slopes = gradients(
                sum(square(value)),
                trained.map((tensor) => program.read(tensor)),
              );
              return { value, ...Object.fromEntries(trained.map(({ name }, index) => [name, slopes[index]])) };
            },
          },
        ],
      );
      session.write(initialValues(tensors, 1));
      session.write(new Map([['x', Float32Array.from({ length: 2 * 16 * 12 }, (_, i) => Math.sin(i * i) + (i % 12))]]));
      const outputs = session.call('f', { seed: Int32Array.of(0, 0) });
      const statistics = session.read(['bn.running_mean', 'bn.running_var']);
      session.close();
      return { ...outputs, ...Object.fromEntries(statistics) };
    };
    for (const [device, channels] of [
      ['cpu', 16],
      ['cuda', 12],
    ] as const) {
      const tally = createTally({ device });
      const seed = tally.input({ dtype: 'int32', shape: [2] });
      const x = tally.input({ dtype: 'float32', shape: [1, 2, 2, 12] });
      expect(padChannels.apply(x, { program: tally.program, training: true, seed }).shape[3]).toBe(channels);
    }
    for (const training of [true, false]) {
      const [padded, plain] = [computed(true, training), computed(false, training)];
      expect(Object.keys(padded)).toEqual(Object.keys(plain));
      for (const [name, values] of Object.entries(plain)) expectClose(padded[name], values, `${name} ${training}`);
    }
  });

  it('a sequence applies its layers in order', () => {
    const layers = sequence(linear('a', 2, 3), linear('b', 3, 1));
    const session = engine.createSession(execution, layers.tensors, [
      {
        name: 'f',
        inputs: { x: { dtype: 'float32', shape: [1, 2] }, seed: { dtype: 'int32', shape: [2] } },
        build: ({ x, seed }, program) => ({ y: layers.apply(x, { program, training: false, seed }) }),
      },
    ]);
    session.write(
      new Map([
        ['a.weight', Float32Array.of(1, 2, 3, 4, 5, 6)],
        ['a.bias', Float32Array.of(0.5, 0, -1)],
        ['b.weight', Float32Array.of(1, 10, 100)],
        ['b.bias', Float32Array.of(7)],
      ]),
    );
    // [1, 2] W + bias = [9.5, 12, 14].
    expect([...session.call('f', { x: Float32Array.of(1, 2), seed: Int32Array.of(0, 0) })['y']]).toEqual([1536.5]);
    session.close();
  });
});

describe.each(executions)('layers of networks with tokens, %s', (execution) => {
  const seedOf = (program: Program) => program.constant(Int32Array.of(3, 4), { dtype: 'int32', shape: [2] });
  /** The output of a layer for x, and the gradients of its tensors, with initial values of seed 1. */
  function computed(layer: Layer, shape: Shape, training = true): Record<string, number[]> {
    const tensors = layer.tensors.filter(({ role }) => role === 'parameter');
    const first = initialValues(layer.tensors, 1);
    const variables: Variable[] = [{ name: 'x', shape, trainable: true }, ...layer.tensors];
    const session = engine.createSession(execution, variables, [
      {
        name: 'f',
        inputs: {},
        build(_, program) {
          const y = layer.apply(program.read(variables[0]), { program, training, seed: seedOf(program) });
          const read = [variables[0], ...tensors];
          const slopes = gradients(sum(mul(square(y), y)), read.map((each) => program.read(each))); // prettier-ignore
          return { y, ...Object.fromEntries(read.map(({ name }, index) => [`slope_${name}`, slopes[index]])) };
        },
      },
    ]);
    session.write(new Map([['x', Float32Array.from(randomLeaf(shape, 'x').values)], ...first]));
    const outputs = session.call('f', {});
    session.close();
    return Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, Array.from(values)]));
  }

  it.each([
    ['linear', linear('l', 6, 5)],
    ['batchNorm', batchNorm('b', 6)],
    ['layerNorm', layerNorm('n', 6)],
    ['gelu', gelu],
  ] as const)('%s takes images and tokens as it takes rows', (_, layer) => {
    const rows = computed(layer, [12, 6]);
    for (const shape of [
      [2, 6, 6],
      [2, 3, 2, 6],
    ]) {
      // prettier-ignore
      const found = computed(layer, shape);
      for (const [name, values] of Object.entries(rows)) expectClose(found[name], values, name);
    }
  });

  it('dropPath drops images as a whole in training alone', () => {
    const layer = dropPath('block', 0.25);
    const shape = [400, 2, 3];
    const x = Array.from(randomLeaf(shape, 'x').values);
    const { y } = computed(layer, shape);
    const kept = range(400).map((image) => y[6 * image] !== 0);
    expectClose(y, x.map((value, index) => (kept[Math.floor(index / 6)] ? value / 0.75 : 0)), 'value'); // prettier-ignore
    // Four standard deviations.
    expect(Math.abs(kept.filter(Boolean).length / 400 - 0.75)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 400));
    expect(computed(layer, shape, false)['y']).toEqual(x);
    expect(computed(dropPath('other', 0.25), shape)['y']).not.toEqual(y);
  });

  it.each([
    ['conv', conv('a.conv', { inputs: 8, outputs: 4, kernel: 1 }), [1, 2, 2, 32], 'a.conv: expected 8 channels, got [1, 2, 2, 32]'], // prettier-ignore
    ['conv in groups', conv('c', { inputs: 8, outputs: 16, kernel: 3, groups: 8 }), [1, 2, 2, 4], 'c: expected 8 channels'], // prettier-ignore
    ['batchNorm', batchNorm('b', 8), [4, 32], 'b: expected 8 channels, got [4, 32]'],
    ['linear', linear('fc', 8, 3), [4, 16], 'fc: expected 8 channels, got [4, 16]'],
    ['layerNorm', layerNorm('n', 8), [4, 16], 'n: expected 8 channels, got [4, 16]'],
  ] as const)('%s refuses other channels', (_, layer, shape, reason) => {
    expect(() => computed(layer, shape)).toThrow(`cannot apply the layer ${reason}`);
  });
});

describe('first values', () => {
  it("are PyTorch's", () => {
    const kernel = conv('c', { inputs: 16, outputs: 64, kernel: 3 });
    const full = linear('fc', 100, 300);
    const values = initialValues([...kernel.tensors, ...full.tensors], 1);
    const deviation = (name: string): number => {
      const all = Array.from(values.get(name)!);
      return Math.sqrt(total(all.map((x) => x * x)) / all.length);
    };
    // 9216 normal and 30000 uniform values: four standard errors of 0.74 % and 0.26 %.
    expect(Math.abs(deviation('c.weight') / Math.sqrt(2 / (9 * 64)) - 1)).toBeLessThan(4 * 0.0074);
    expect(Math.abs(deviation('fc.weight') * Math.sqrt(3 * 100) - 1)).toBeLessThan(4 * 0.0026);
    for (const name of ['fc.weight', 'fc.bias']) {
      const largest = Math.max(...values.get(name)!.map(Math.abs));
      expect(largest).toBeLessThanOrEqual(0.1);
      expect(largest).toBeGreaterThan(0.098);
    }
  });
});
