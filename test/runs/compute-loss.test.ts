// A user's loss for given arrays: value, gradients and state, and refused arrays.
import { describe, expect, it } from 'vitest';
import { createLoss as createBuiltIn } from '../../src/losses/registry.js';
import { computeLoss, type ComputeLossOptions } from '../../src/runs/compute-loss.js';
import type { LossModule } from '../../src/runs/kit.js';
import { lossReference, transposed } from '../losses/support.js';
import { expectClose } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { executions } from '../support/run-once.js';

type CreateLoss = LossModule['createLoss'];

const engine = testEngine();
const context = { openEngine: () => Promise.resolve(engine) };
const { weight, bias, batches, centers, others } = lossReference;
const [, , { features, labels }] = batches;
const reference = { features, weight: transposed(weight), bias, labels };

/** Two samples, one feature, two classes. */
const small = { features: [[1], [-2]], weight: [[0.5, -0.5]], labels: [0, 1] };

/** Cross entropy with additional fields. */
const lossWith =
  (more: (request: Parameters<CreateLoss>[0]) => Partial<ReturnType<CreateLoss>>): CreateLoss =>
  (request) => ({
    ...{ name: 'own', tensors: [], scalars: {} },
    compute: ({ logits, labels: classes }) =>
      request.kit.ops.mean(request.kit.ops.softmaxCrossEntropy(logits, classes)),
    ...more(request),
  });
const plain = lossWith(() => ({}));

/** The mean over the batch of a parameter times the logit of class 0; the state counts the steps. */
const counting = lossWith(({ kit }) => {
  const { add, addScalar, mean, mul, slice } = kit.ops;
  const factor = kit.declare('loss.factor', 'parameter', [1], kit.initializers.filledWith(3));
  const steps = kit.declare('loss.steps', 'state', [2, 1], kit.initializers.filledWith(0));
  return {
    tensors: [factor, steps],
    compute({ program, logits }) {
      program.assign(steps, addScalar(program.read(steps), 1));
      const first = slice(logits, [0, 0], [logits.shape[0], 1]);
      return add(mean(mul(program.read(factor), first)), kit.ops.mulScalar(mean(logits), 0));
    },
  };
});

describe.each(executions)('%s', (execution) => {
  it('gives the value and the gradients of float64 references', async () => {
    const { loss, dFeatures, dWeight, dBias } = others.crossEntropy;
    const computed = await computeLoss(plain, { ...reference, execution }, context);
    const { gradients } = computed;
    expectClose([computed.loss], [loss], 'loss');
    expectClose(gradients.features.values, dFeatures.flat(), 'features');
    expectClose(gradients.weight.values, transposed(dWeight).flat(), 'weight');
    expectClose(gradients.bias.values, dBias!, 'bias');
    expect(gradients.features.shape).toEqual([features.length, features[0].length]);
    expect(gradients.weight.shape).toEqual([weight[0].length, weight.length]);
    expect(gradients.bias.shape).toEqual([bias.length]);
    expect(computed.state).toEqual({});
  });

  it('gives the gradients of parameters, and the state, which can be given back', async () => {
    const first = await computeLoss(counting, { ...small, execution }, context);
    // Logits of class 0: 0.5 and -1.
    expect(first.loss).toBe(3 * -0.25);
    expect(first.gradients.parameters).toEqual({ 'loss.factor': { shape: [1], values: Float32Array.of(-0.25) } });
    expect(first.state).toEqual({
      'loss.factor': { shape: [1], values: Float32Array.of(3) },
      'loss.steps': { shape: [2, 1], values: Float32Array.of(1, 1) },
    });
    const state = { ...first.state, 'loss.factor': [-1] };
    const second = await computeLoss(counting, { ...small, state, execution }, context);
    expect(second.loss).toBe(0.25);
    expect(second.state['loss.steps'].values).toEqual(Float32Array.of(2, 2));
  });

  it('takes scalars and a state by name', async () => {
    const options = { name: 'center', weight: 0.01, centerLearningRate: 0.5 } as const;
    const state = { 'loss.centers': centers };
    const scalars = { centerLearningRate: 0.25 };
    const create: CreateLoss = ({ shape }) => createBuiltIn(options, shape);
    const at = (given: Partial<ComputeLossOptions>) =>
      computeLoss(create, { ...reference, state, scalars, execution, ...given }, context);
    const [moved, still] = [await at({}), await at({ scalars: { centerLearningRate: 0 } })];
    expect(still.state['loss.centers'].values).toEqual(Float32Array.from(centers.flat()));
    expect(moved.state['loss.centers'].values).not.toEqual(still.state['loss.centers'].values);
    expect(moved.loss).toBe(still.loss);
  });
});

it('takes nested lists, flat ones and typed arrays alike', async () => {
  const expected = await computeLoss(plain, reference, context);
  const floats = (rows: readonly (readonly number[])[]) => Float64Array.from(rows.flat());
  const flat = { features: features.flat(), weight: floats(reference.weight), labels: Int32Array.from(labels) };
  expect(await computeLoss(plain, { ...reference, ...flat }, context)).toEqual(expected);
  const rows = {
    features: features.map((row) => Float32Array.from(row)),
    bias: { shape: [bias.length], values: bias },
  };
  expect(await computeLoss(plain, { ...reference, ...rows }, context)).toEqual(expected);
  const zeros = await computeLoss(plain, { ...reference, bias: bias.map(() => 0) }, context);
  expect(await computeLoss(plain, { ...reference, bias: undefined }, context)).toEqual(zeros);
});

it('hands over options, shape, soft targets and seed', async () => {
  const seen: unknown[] = [];
  const create = lossWith(({ options, shape, kit }) => {
    seen.push(options, shape);
    return {
      softTargets: true,
      compute: ({ logits, targets, seed }) => {
        const noise = kit.random.uniform(seed, logits.shape, 'noise');
        return kit.ops.mean(kit.ops.softTargetCrossEntropy(kit.ops.add(logits, noise), targets!));
      },
    };
  });
  const targets = [
    [0.25, 0.75],
    [1, 0],
  ];
  const lossOf = async (seed: readonly [number, number]) =>
    (await computeLoss(create, { ...small, targets, options: { power: 2 }, seed }, context)).loss;
  const losses = [await lossOf([1, 2]), await lossOf([1, 2]), await lossOf([1, 3])];
  expect(seen.slice(0, 2)).toEqual([{ power: 2 }, { classes: 2, featureSize: 1 }]);
  expect(losses[1]).toBe(losses[0]);
  expect(losses[2]).not.toBe(losses[0]);
});

describe('refuses', () => {
  it.each<[string, object, string]>([
    ['a mistyped key', { bais: [0, 0] }, 'the input bais is not known, expected '],
    ['what is missing', { features: undefined }, 'features is undefined, expected an array of numbers'],
    ['what is no number', { features: [['1'], [2]] }, 'features holds a string, expected numbers'],
    ['rows that differ', { features: [[1, 2], [3]] }, 'features has rows of different lengths'],
    ['features without a label', { features: [[1], [2], [3]] }, 'features is [3, 1], expected [2, 1]'],
    ['half a feature', { features: [1, 2, 3] }, 'features has 3 numbers, expected 2 rows of equal length'],
    ['a transposed weight', { weight: [[0.5], [-0.5]], bias: [0, 0] }, 'weight is [2, 1], expected [1, 2]'],
    ['too few weights', { weight: [0.5], bias: [0, 0] }, 'weight has 1 numbers, expected [1, 2]'],
    ['a bias with rows', { bias: [[0, 0]] }, 'bias is [1, 2], expected [2]'],
    ['a class that there is not', { labels: [0, 2] }, 'labels holds 2, expected classes from 0 to 1'],
    ['half a class', { labels: [0, 0.5] }, 'labels holds 0.5, expected classes from 0 to 1'],
    ['no labels', { labels: [] }, 'labels is not a list of at least one class'],
    ['targets of other classes', { targets: [[1], [1]] }, 'targets is [2, 1], expected [2, 2]'],
    ['targets for a loss without', { targets: [1, 0, 1, 0] }, 'the loss own takes no soft targets'],
    ['a scalar of no loss', { scalars: { margin: 1 } }, 'the scalar margin is not known, expected none'],
    ['a tensor of no loss', { state: { centers: [1] } }, 'the tensor centers is not known, expected none'],
    ['half a seed', { seed: [0.5, 0] }, 'seed is not two int32 numbers'],
    ['another device', { device: 'gpu' }, 'the device gpu is not known, expected auto, cpu or cuda'],
  ])('%s', async (_, change, reason) => {
    const given = { ...small, ...change } as ComputeLossOptions;
    await expect(computeLoss(plain, given, context)).rejects.toThrow(`cannot compute the loss: ${reason}`);
  });

  it('a missing scalar and a state of another shape', async () => {
    const ramp = lossWith(() => ({ scalars: { ramp: () => 1 } }));
    const missing = computeLoss(ramp, small, context);
    await expect(missing).rejects.toThrow('scalars.ramp is undefined, expected a finite number');
    const state = { 'loss.steps': [[1, 1]] };
    const other = computeLoss(counting, { ...small, state }, context);
    await expect(other).rejects.toThrow('loss.steps is [1, 2], expected [2, 1]');
  });

  it.each<[string, unknown, string]>([
    ['gives nothing', () => null, 'use the loss: the result of createLoss is null, not an object with name, '],
    ['throws', lossWith(() => { throw new RangeError('not today'); }), 'use the loss: createLoss failed: not today'], // prettier-ignore
    ['gives a vector', lossWith(() => ({ compute: ({ logits }) => logits })), 'compute the loss own: the result of compute is a tensor of shape [2, 2], expected a scalar'], // prettier-ignore
    ['trains nothing', lossWith(({ kit }) => ({ compute: ({ logits }) => kit.ops.mean(kit.ops.detach(logits)) })), 'compute the loss own: cannot differentiate: the result of compute has no gradient'], // prettier-ignore
    ['records what it has not', lossWith(() => ({ recordedScalars: ['ramp'] })), 'use the loss: recordedScalars names ramp, which is not among its scalars'], // prettier-ignore
    ['has a name twice', lossWith(({ kit }) => ({ tensors: [1, 2].map(() => kit.declare('loss.a', 'state', [1], () => undefined)) })), 'two of their tensors are called loss.a'], // prettier-ignore
  ])('a loss that %s, as a run does', async (_, create, reason) => {
    await expect(computeLoss(create as CreateLoss, small, context)).rejects.toThrow(reason);
  });

  it.each(executions)('what fails in compute, with its line (%s)', async (execution) => {
    const wrong = lossWith(({ kit }) => ({ compute: ({ logits }) => kit.ops.mul(logits, 2 as never) }));
    await expect(computeLoss(wrong, { ...small, execution }, context)).rejects.toMatchObject({
      message:
        'cannot compute the loss own: cannot compute mul: its second argument is the number 2, expected a tensor',
      hint: 'mulScalar takes a number',
      place: expect.stringMatching(/compute-loss\.test\.ts:\d+:\d+/) as string,
    });
  });
});

it('frees what it made, where the loss fails too', async () => {
  const before = engine.liveTensors();
  await computeLoss(counting, { ...small, execution: 'eager' }, context);
  const failing = lossWith(() => ({ compute: ({ logits }) => logits }));
  await computeLoss(failing, { ...small, execution: 'eager' }, context).catch(() => undefined);
  expect(engine.liveTensors()).toBe(before);
});
