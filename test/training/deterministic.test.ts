// The forms of `training.deterministic` for a GPU: no kernel that TensorFlow refuses, and the same numbers.
import { describe, expect, it } from 'vitest';
import { lossOptions, type LossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import { createNetwork } from '../../src/models/registry.js';
import { createGan } from '../../src/gan/registry.js';
import { discriminatorStep, generatorStep } from '../../src/gan/steps.js';
import { createSgd } from '../../src/optimizers/sgd.js';
import { mixingOf } from '../../src/training/mixing.js';
import { evaluationStep, trainingStep } from '../../src/training/step.js';
import { fixedPass } from '../../src/visualize/fixed.js';
import { gradients } from '../../src/engine/gradients.js';
import { sum } from '../../src/engine/ops/index.js';
import type { SessionFunction } from '../../src/engine/session.js';
import { kinds, narrow } from '../gan/support.js';
import { relativeDifference } from '../support/close.js';
import { testEngine } from '../support/engine.js';
import { generatedDataset, openGenerated, trainSteps, type GeneratedRun } from '../support/generated-run.js';
import { createRecording, type Recording } from '../support/recording-program.js';

/** The engine's operations that TensorFlow refuses to run on a GPU under TF_DETERMINISTIC_OPS. */
const refused = ({ operations }: Recording): string[] =>
  operations.flatMap(({ operation, attributes }) => {
    const always = ['SparseSoftmaxCrossEntropyWithLogits', 'SoftmaxCrossEntropyWithLogits', 'UnsortedSegmentSum'];
    const fixed = operation === 'FusedBatchNormGradV3' && attributes['is_training'].value === false;
    return always.includes(operation) || fixed ? [operation] : [];
  });

/** The operations of a function. */
function record(spec: SessionFunction, deterministic: boolean): Recording {
  const recording = createRecording(deterministic);
  spec.build(
    Object.fromEntries(Object.entries(spec.inputs).map(([name, spec]) => [name, recording.input(spec)])),
    recording.program,
  );
  return recording;
}

const shape = { height: 32, width: 32, channels: 3, classes: 10 };
const format = { height: 32, width: 32, mean: [125, 123, 114], std: [63, 62, 67] };
const network = createNetwork({ name: 'resnet', depth: 8, dropout: 0 }, shape);
const optimizer = createSgd({ name: 'sgd', learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-4 });
const losses = lossOptions.options.flatMap((schema) => [...schema.shape.name._zod.values]);

const functions: readonly (readonly [string, SessionFunction])[] = [
  ...losses.flatMap((name): [string, SessionFunction][] => {
    const loss = createLoss(lossOptions.parse({ name }), network);
    const parts = { network, loss, optimizer, format, precision: 'float32' } as const;
    const mixing = mixingOf({ mixup: { alpha: 1, probability: 1 }, cutmix: false }, shape);
    return [
      [`a step of ${name}`, trainingStep(parts, 4)],
      [`an evaluation of ${name}`, evaluationStep(parts, 4)],
      ...(name === 'cross-entropy' && mixing !== undefined
        ? [[`a step of mixed ${name}`, trainingStep({ ...parts, mixing }, 4)] as [string, SessionFunction]]
        : []),
    ];
  }),
  ...kinds.flatMap((kind): [string, SessionFunction][] => {
    const parts = { gan: createGan(narrow(kind), 3), classes: [0, 1, 2], batchSize: 6 };
    return [
      [`the discriminator of ${kind}`, discriminatorStep(parts)],
      [`the generator of ${kind}`, generatorStep(parts)],
    ];
  }),
];

describe('deterministic forms', () => {
  it.each(functions)('%s has no kernel that is refused', (_, spec) => {
    expect(refused(record(spec, true))).toEqual([]);
  });

  it('takes kernels that are refused where nothing asks for determinism', () => {
    expect(new Set(functions.flatMap(([, spec]) => refused(record(spec, false))))).toEqual(
      new Set(['SparseSoftmaxCrossEntropyWithLogits', 'SoftmaxCrossEntropyWithLogits', 'UnsortedSegmentSum']),
    );
  });

  it('lets gradients through a frozen network', () => {
    const slope: SessionFunction = {
      name: 'slope',
      inputs: {},
      build(_, program) {
        const x = recording.input({ dtype: 'float32', shape: [2, 32, 32, 3] }, true);
        return { slope: gradients(sum(network.apply(x, fixedPass(program)).logits), [x])[0] };
      },
    };
    let recording = createRecording(true);
    slope.build({}, recording.program);
    expect(refused(recording)).toEqual([]);
    recording = createRecording(false);
    slope.build({}, recording.program);
    expect(new Set(refused(recording))).toEqual(new Set(['FusedBatchNormGradV3']));
  });

  it.each<LossOptions>([
    { name: 'cross-entropy' },
    { name: 'isda', lambda0: 0.5, covariance: 'full', rank: 32, schedule: 'iteration' },
  ])('take the same steps, $name', (loss) => {
    const run: GeneratedRun = {
      ...{ dataset: generatedDataset(96, 1), batchSize: 32, seed: 3, dropout: 0.3, loss, learningRate: 0.01 },
    };
    const [composed, plain] = [true, false].map((deterministic) => {
      const session = openGenerated(testEngine({ deterministic }), 'captured', run);
      const found = trainSteps(session, run, 0, 6);
      session.close();
      return found;
    });
    expect(plain).toHaveLength(6);
    plain.forEach((value, step) => {
      expect(relativeDifference([composed[step]], [value]), `step ${step}`).toBeLessThan(1e-5);
    });
  });
});
