// Random experiments on small networks and data, and random settings that must not affect their results.
import fc from 'fast-check';
import { softTargetLosses } from '../../src/losses/registry.js';

interface Named {
  readonly name: string;
  readonly [option: string]: unknown;
}

const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const orNot = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

const datasets = fc.record({ subset: whole(11, 60), testSubset: whole(10, 40), holdout: orNot(whole(10, 30)) });

const augmentations = fc.record({
  padCrop: fc.constantFrom(false, {}, { padding: 2, mode: 'zero' }),
  flip: fc.boolean(),
  autoaugment: fc.boolean(),
  cutout: fc.constantFrom(false, {}, { length: 7, fill: 'black' }),
});

const mixing = fc.record({
  mixup: fc.constantFrom(false, {}, { probability: 0.5, alpha: 0.3 }),
  cutmix: fc.constantFrom(false, {}, { probability: 0.5 }),
});

const models = fc.constantFrom<object>(
  { name: 'resnet', depth: 8 },
  { name: 'resnet', depth: 8, dropout: 0.3 },
  { name: 'se-resnet', depth: 8 },
  { name: 'wrn', depth: 10, width: 1, dropout: 0.2 },
  { name: 'resnext', depth: 11, cardinality: 2, width: 4 },
  { name: 'densenet-bc', depth: 10, growth: 4, recompute: true },
  { name: 'densenet-bc', depth: 10, growth: 4, dropout: 0.2 },
  { name: 'shake-shake', depth: 8, width: 4 },
  { name: 'pyramidnet', depth: 11, alpha: 6 },
);

const losses = fc.constantFrom<Named>(
  { name: 'cross-entropy' },
  { name: 'label-smoothing' },
  { name: 'focal' },
  ...[0, 0.05].map((truncation) => ({ name: 'lq', truncation })),
  { name: 'center' },
  ...[5, 1000].map((lambda0) => ({ name: 'large-margin', margin: 3, lambda0 })),
  { name: 'disturb-label', noiseRate: 0.3 },
  { name: 'isda' },
  { name: 'isda', covariance: 'diagonal', schedule: 'epoch' },
  { name: 'isda', covariance: 'identity', schedule: 'constant', lambda0: 0.1 },
  { name: 'isda', covariance: 'single' },
  ...[0, 4].map((rank) => ({ name: 'isda', covariance: 'sketch', rank })),
);

const optimizers = fc
  .tuple(
    fc.constantFrom<object>(
      { name: 'sgd', learningRate: 0.05 },
      { name: 'sgd', learningRate: 0.05, nesterov: false, momentum: 0.5, weightDecay: 0.01 },
      { name: 'sgd', learningRate: 0.05, nesterov: false, momentum: 0 },
      { name: 'adam' },
      { name: 'adamw' },
      { name: 'rmsprop', learningRate: 0.001 },
      { name: 'rmsprop', learningRate: 0.001, momentum: 0.5 },
    ),
    orNot(fc.constantFrom(0.1, 5)),
  )
  .map(([optimizer, headLearningRateFactor]) => ({ ...optimizer, headLearningRateFactor }));

const schedules = fc
  .tuple(
    fc.constantFrom<object>(
      { name: 'step', milestones: [2] },
      { name: 'cosine' },
      { name: 'cosine', minLearningRate: 1e-4 },
      { name: 'constant' },
    ),
    orNot(fc.constantFrom(0.5, 1.7)),
  )
  .map(([schedule, warmupEpochs]) => ({ ...schedule, warmupEpochs }));

const trainings = fc.record({
  epochs: whole(2, 4),
  batchSize: whole(2, 33),
  accumulate: orNot(whole(1, 4)),
  clipGradNorm: orNot(fc.constantFrom(0.3, 5)),
  ema: orNot(fc.constantFrom({}, { decay: 0.5, warmup: false })),
  evaluationBatchSize: whole(3, 40),
  evaluateEvery: whole(1, 3),
  seed: whole(0, 2 ** 32 - 1),
  execution: fc.constantFrom('captured', 'eager'),
  precision: fc.constantFrom('float32', 'bfloat16'),
});

/** Sections of a config; labels are mixed only for losses that support it. */
export const experiments = fc
  .record({
    dataset: datasets,
    augmentation: augmentations,
    mixing,
    model: models,
    loss: losses,
    optimizer: optimizers,
    schedule: schedules,
    training: trainings,
  })
  .map(({ mixing: mixes, augmentation, ...sections }) => {
    const mixed = softTargetLosses().includes(sections.loss.name) ? mixes : {};
    return { ...sections, augmentation: { ...augmentation, ...mixed } };
  });

/** Settings with which the same experiment must have the same results. */
export const handlings = fc.record({
  readEvery: fc.constantFrom('auto', 2, 7),
  checkpointEvery: fc.oneof(
    whole(1, 3),
    fc.record({ steps: whole(1, 5) }),
    fc.record({ epochs: whole(1, 2), steps: whole(1, 5) }),
  ),
  keepCheckpoints: whole(1, 3),
});
