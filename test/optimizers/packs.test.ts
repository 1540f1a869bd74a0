// Updating parameters as one vector: the same bytes as one by one, for every optimizer and in generators.
import { describe, expect, it } from 'vitest';
import { createTally } from '../../src/engine/tally-program.js';
import type { Execution } from '../../src/engine/session.js';
import { createGan } from '../../src/gan/registry.js';
import { openGanSession } from '../../src/gan/session.js';
import { discriminatorFunction, generatorFunction, parametersOf } from '../../src/gan/steps.js';
import { declare, filledWith } from '../../src/nn/tensors.js';
import { optimizerScalarsAt, type Optimizer } from '../../src/optimizers/optimizer.js';
import { optimizerOptions } from '../../src/optimizers/options.js';
import { optimizerPacks } from '../../src/optimizers/packs.js';
import { createOptimizer } from '../../src/optimizers/registry.js';
import { openTrainingSession, type TrainingSession } from '../../src/training/session.js';
import { measuredStep, randomBatch } from '../../src/training/step-inputs.js';
import { readState, writeState } from '../../src/training/state.js';
import { trainedParameters, trainingStep } from '../../src/training/step.js';
import { randomStream } from '../../src/common/random.js';
import { kinds, narrow, photos } from '../gan/support.js';
import { testEngine } from '../support/engine.js';
import { generatedDataset, generatedParts } from '../support/generated-run.js';
import { executions } from '../support/run-once.js';
import { expectSame } from '../support/same-numbers.js';

const engine = testEngine();
const sgd = createOptimizer(optimizerOptions.parse({ name: 'sgd' }));
/** Limits with which no parameters, those of at most 600 values, or all are packed. */
const limits = [0, 600, Infinity];

describe('optimizerPacks', () => {
  const parameter = (name: string, ...shape: number[]) => declare(name, 'parameter', shape, filledWith(1));
  const parameters = [parameter('a', 4, 8), parameter('b', 3), parameter('c', 100, 16)];

  it('joins parameters up to the limit, and what the optimizer remembers of them alike', () => {
    const packs = optimizerPacks('model', sgd, parameters, 32);
    expect(packs.map(({ name }) => name)).toEqual(['packed.model', 'optimizer.momentum.packed.model']);
    expect(packs.map(({ parts }) => parts.map(({ name }) => name))).toEqual([
      ['a', 'b'],
      ['optimizer.momentum.a', 'optimizer.momentum.b'],
    ]);
    expect(packs.map(({ shape }) => shape)).toEqual([[48], [48]]);
  });

  it('joins nothing where fewer than two are small enough', () => {
    expect(optimizerPacks('model', sgd, parameters, 0)).toEqual([]);
    expect(optimizerPacks('model', sgd, parameters, 3)).toEqual([]);
  });
});

it('refuses a state that is another for vectors than for parameters', () => {
  const matrices: Optimizer = {
    ...sgd,
    state: (parameter) => (parameter.shape.length > 1 ? sgd.state(parameter) : []),
  };
  const vectors: Optimizer = { ...sgd, state: (parameter) => (parameter.shape.length > 1 ? [] : sgd.state(parameter)) };
  const parameters = ['a', 'b'].map((name) => declare(name, 'parameter', [2, 2], filledWith(1)));
  for (const [optimizer, counts] of [
    [matrices, '1 tensors for a and 0 for a vector of them'],
    [vectors, '0 tensors for a and 1 for a vector of them'],
  ] as const) {
    expect(() => optimizerPacks('model', optimizer, parameters, Infinity)).toThrow(`its state has ${counts}`);
  }
});

const dataset = generatedDataset(8, 1);
const run = {
  dataset,
  batchSize: 8,
  seed: 1,
  dropout: 0.3,
  loss: { name: 'center', weight: 0.003, centerLearningRate: 0.5 },
  learningRate: 0.01,
} as const;
const sizes = { trainImages: 8, batchSize: 8, evaluationImages: 8, evaluationBatchSize: 8 };

describe.each([
  { name: 'sgd' },
  { name: 'adam', weightDecay: 0.01 },
  { name: 'adamw' },
  { name: 'rmsprop', centered: true, momentum: 0.9 },
] as const)('$name', (settings) => {
  const parts = { ...generatedParts(run), optimizer: createOptimizer(optimizerOptions.parse(settings)) };
  const batch = randomBatch(parts, 8, randomStream(1, 'packs'));
  const open = (execution: Execution, packLimit: number): TrainingSession =>
    openTrainingSession(engine, parts, { execution, seed: 1, ...sizes, packLimit });
  const steps = (training: TrainingSession, first: number, last: number): number[] =>
    Array.from({ length: last - first }, (_, i) => {
      const moment = { learningRate: 0.01, step: first + i + 1 };
      const optimizerScalars = optimizerScalarsAt(parts.optimizer, moment);
      return training.runStep({ ...measuredStep(batch, parts), optimizerScalars, seed: [1, first + i] })[0].loss;
    });

  const fourSteps = (execution: Execution, limit: number) => {
    const training = open(execution, limit);
    const losses = steps(training, 0, 4);
    const state = readState(training);
    training.close();
    return { losses, state };
  };
  const unpacked = new Map(executions.map((execution) => [execution, fourSteps(execution, 0)]));

  it.each(executions)('takes the same steps and leaves the same bytes however many are joined (%s)', (execution) => {
    const found = limits.map((limit) => (limit === 0 ? unpacked.get(execution)! : fourSteps(execution, limit)));
    expect(new Set(found[0].losses).size).toBe(4);
    for (const other of found.slice(1)) expectSame(other, found[0]);
  });

  it('resumes from a checkpoint that was written without packs, and the other way round', () => {
    const { losses, state: end } = unpacked.get('captured')!;
    for (const [before, after] of [
      [0, Infinity],
      [Infinity, 0],
    ]) {
      const first = open('captured', before);
      steps(first, 0, 2);
      const kept = readState(first);
      first.close();
      const second = open('captured', after);
      writeState(second, kept, 'test');
      expectSame(steps(second, 2, 4), losses.slice(2));
      expectSame(readState(second), end);
      second.close();
    }
  });
});

describe.each(kinds)('%s', (kind) => {
  it('leaves the same bytes however many are joined', () => {
    const gan = createGan(narrow(kind), 3);
    const parts = { gan, classes: [0, 1, 2], batchSize: 6 };
    const { discriminator, generator } = gan.optimizers;
    const found = limits.map((limit) => {
      const opened = openGanSession(engine, parts, { execution: 'captured', samples: 6, seed: 1, packLimit: limit });
      const losses = [1, 2, 3].map((step) => {
        const scalars = (optimizer: typeof generator) =>
          Object.entries(optimizerScalarsAt(optimizer, { learningRate: optimizer.learningRate, step })).map(
            ([name, value]) => [name, Float32Array.of(value)] as const,
          );
        const seed = Int32Array.of(1, step);
        const critic = { ...photos(6), seed, ...Object.fromEntries(scalars(discriminator)) };
        return [
          opened.session.call(discriminatorFunction, critic).loss[0],
          opened.session.call(generatorFunction, { seed, ...Object.fromEntries(scalars(generator)) }).loss[0],
        ];
      });
      const state = readState(opened);
      opened.session.close();
      return { losses, state };
    });
    expect(parametersOf(gan.generator).length).toBeGreaterThan(1);
    for (const other of found.slice(1)) expectSame(other, found[0]);
  });
});

it('makes one update of all parameters', () => {
  const parts = generatedParts(run);
  const count = (limit: number): number => {
    const tally = createTally({ packs: optimizerPacks('model', parts.optimizer, trainedParameters(parts), limit) });
    const step = trainingStep(parts, 8);
    const inputs = Object.entries(step.inputs).map(([name, spec]) => [name, tally.input(spec)] as const);
    step.build(Object.fromEntries(inputs), tally.program);
    return tally.operations.filter(({ operation }) => operation === 'ResourceApplyMomentum').length;
  };
  expect(count(0)).toBe(trainedParameters(parts).length);
  expect(count(Infinity)).toBe(1);
});
