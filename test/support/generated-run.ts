// A small training run on generated images, step by step: ResNet-8, pad-crop-flip, dropout, ISDA.
import { hashKey } from '../../src/common/random.js';
import { cifarFormats, cifarMean, cifarPixels, cifarPlane, cifarStd } from '../../src/data/datasets/cifar/format.js';
import type { MemorySource } from '../../src/data/source.js';
import { synthesizeRecords } from '../../src/data/datasets/synthetic/files.js';
import { augmentationOptions, type MixingOptions } from '../../src/data/augment/options.js';
import { createMemoryReader } from '../../src/data/memory-reader.js';
import { trainingSpecs } from '../../src/data/loader/batch-spec.js';
import type { Engine } from '../../src/engine/index.js';
import type { Execution } from '../../src/engine/session.js';
import type { LossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import { createNetwork } from '../../src/models/registry.js';
import { createSgd } from '../../src/optimizers/sgd.js';
import { openTrainingSession, type TrainingSession } from '../../src/training/session.js';
import { readState } from '../../src/training/state.js';
import { lossScalarsAt } from '../../src/training/step-inputs.js';
import { mixingOf } from '../../src/training/mixing.js';
import type { StepParts } from '../../src/training/step.js';

/** Generated images of 10 classes in CIFAR's size. */
export function generatedDataset(count: number, seed: number): MemorySource {
  const { recordBytes, label } = cifarFormats.cifar10;
  const records = synthesizeRecords({ name: 'cifar10', classes: 10, seed }, 'train', 0, count);
  const images = new Uint8Array(count * cifarPixels);
  for (let i = 0; i < images.length; i++) {
    const record = Math.floor(i / cifarPixels);
    const pixel = Math.floor((i % cifarPixels) / 3);
    images[i] = records[(record + 1) * recordBytes - cifarPixels + (i % 3) * cifarPlane + pixel];
  }
  return {
    name: 'generated',
    part: 'train',
    classNames: Array.from({ length: 10 }, (_, index) => `class ${index}`),
    classes: 10,
    height: 32,
    width: 32,
    channels: 3,
    mean: cifarMean,
    std: cifarStd,
    count,
    labels: Int32Array.from({ length: count }, (_, index) => records[index * recordBytes + label.offset]),
    storage: { kind: 'memory', images },
  };
}

export interface GeneratedRun {
  readonly dataset: MemorySource;
  readonly batchSize: number;
  readonly seed: number;
  readonly dropout: number;
  readonly loss: LossOptions;
  readonly learningRate: number;
  readonly mixing?: Partial<MixingOptions> | undefined;
}

export function generatedParts({ dataset, dropout, loss, learningRate, mixing }: GeneratedRun): StepParts {
  const network = createNetwork({ name: 'resnet', depth: 8, dropout }, dataset);
  return {
    network,
    loss: createLoss(loss, network),
    optimizer: createSgd({ name: 'sgd', learningRate, momentum: 0.9, nesterov: true, weightDecay: 1e-4 }),
    format: dataset,
    precision: 'float32',
    ...(mixing && { mixing: mixingOf({ mixup: false, cutmix: false, ...mixing }, dataset) }),
  };
}

export function openGenerated(engine: Engine, execution: Execution, run: GeneratedRun): TrainingSession {
  const { dataset, batchSize, seed } = run;
  const sizes = { trainImages: dataset.count, batchSize, evaluationImages: 0, evaluationBatchSize: 1 };
  return openTrainingSession(engine, generatedParts(run), { execution, seed, ...sizes });
}

/** Returns the losses of steps `first` … `last` − 1, counted from 0 over all epochs. */
export function trainSteps(session: TrainingSession, run: GeneratedRun, first: number, last: number): number[] {
  const { dataset, batchSize, seed, learningRate } = run;
  const { loss } = generatedParts(run);
  const reader = createMemoryReader(dataset, dataset.storage, augmentationOptions.parse({}));
  const batches = Math.ceil(dataset.count / batchSize);
  const losses: number[] = [];
  for (let step = first; step < last;) {
    const epoch = Math.floor(step / batches) + 1;
    for (const { indices } of trainingSpecs(dataset, { batchSize, seed, epoch, first: step % batches })) {
      if (step === last) break;
      const images = new Uint8Array(indices.length * cifarPixels);
      indices.forEach((index, i) => void reader.train(index, seed, epoch, images, i * cifarPixels));
      const labels = Int32Array.from(indices, (index) => dataset.labels[index]);
      const progress = {
        iteration: step,
        totalIterations: 20,
        epoch: epoch - 1,
        totalEpochs: 4,
        learningRateFactor: 1,
      };
      const lossScalars = lossScalarsAt(loss, progress);
      const batch = { images, labels };
      const scalars = { optimizerScalars: { learningRate }, lossScalars };
      const [outcome] = session.runStep({ batch, seed: [hashKey(seed, 'noise'), step], ...scalars });
      losses.push(outcome.loss);
      step += 1;
    }
  }
  return losses;
}

/** Returns the losses of the first `steps` steps of a run and the state after them. */
export function trainGenerated(engine: Engine, execution: Execution, run: GeneratedRun, steps: number) {
  const session = openGenerated(engine, execution, run);
  const losses = trainSteps(session, run, 0, steps);
  const state = readState(session);
  session.close();
  return { losses, state };
}
