// A network with the reference's weights in a session: evaluation, gradients, training steps.
import type { Engine } from '../../src/engine/index.js';
import { gradients } from '../../src/engine/gradients.js';
import type { Execution, SessionFunction } from '../../src/engine/session.js';
import type { Tensor } from '../../src/engine/tensor.js';
import type { HostArray, TensorSpec } from '../../src/engine/types.js';
import type { LossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import type { InputShape, Network } from '../../src/models/network.js';
import { initialValues } from '../../src/nn/tensors.js';
import { applyOptimizer } from '../../src/optimizers/apply.js';
import { createSgd } from '../../src/optimizers/sgd.js';
import { sessionTensors, trainedParameters, trainingLoss } from '../../src/training/step.js';
import { referenceImages, referenceWeights, type Reference, type ReferenceNetwork } from './reference-network.js';

const optimizer = createSgd({ name: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 1e-4 });
const losses: Readonly<Record<'crossEntropy' | 'isda', LossOptions>> = {
  crossEntropy: { name: 'cross-entropy' },
  isda: { name: 'isda', lambda0: 0.5, covariance: 'full', rank: 32, schedule: 'constant' },
};

/** The losses with which the reference was trained. */
type ReferenceLoss = keyof typeof losses;

export interface NetworkSession {
  /** Logits and features in evaluation mode. */
  evaluate(): Readonly<Record<'logits' | 'features', HostArray>>;
  /** The loss in training mode, and the norms of the gradients named in the reference. */
  gradientNorms(): { readonly loss: number; readonly norms: Readonly<Record<string, number>> };
  /** Runs one training step; returns the loss before it. Only in a session for training. */
  train(): number;
  close(): void;
}

export interface NetworkSessionOptions {
  readonly execution: Execution;
  readonly loss: ReferenceLoss;
  /** `gradients`: for evaluate and gradientNorms. `training`: for evaluate and train. */
  readonly purpose: 'gradients' | 'training';
}

/** The options with which the reference's network was built. */
export function inputShape({ input, classes }: ReferenceNetwork): InputShape {
  const [, channels, height, width] = input;
  return { channels, height, width, classes };
}

/** Opens a session for a network with the reference's weights, images and labels. */
export function openNetworkSession(
  engine: Engine,
  network: Network,
  { salt, network: reference }: Reference,
  { execution, loss: lossName, purpose }: NetworkSessionOptions,
): NetworkSession {
  const { height, width, channels, classes } = inputShape(reference);
  const [count] = reference.input;
  const loss = createLoss(losses[lossName], { classes, featureSize: network.featureSize });
  const parts = { network, loss, optimizer, format: { height, width, mean: [0, 0, 0], std: [1, 1, 1] } };
  const normed = Object.keys(reference.gradNorms ?? {});
  const scalar: TensorSpec = { dtype: 'float32', shape: [] };
  const evaluationInputs = {
    images: { dtype: 'float32', shape: [count, height, width, channels] },
    seed: { dtype: 'int32', shape: [2] },
  } as const;
  const trainingInputs = { ...evaluationInputs, labels: { dtype: 'int32', shape: [count] }, lambda: scalar } as const;
  type Inputs = Readonly<Record<keyof typeof trainingInputs, Tensor>>;
  const lossOf = ({ images, labels, seed, lambda }: Inputs): Tensor =>
    trainingLoss(parts, { images, labels, seed, scalars: { lambda } }).loss;

  const evaluate: SessionFunction = {
    name: 'evaluate',
    inputs: evaluationInputs,
    build: ({ images, seed }, program) => ({ ...network.apply(images, { program, training: false, seed }) }),
  };
  const measure: SessionFunction = {
    name: 'gradients',
    inputs: trainingInputs,
    build(inputs, program) {
      const value = lossOf(inputs);
      const chosen = normed.map((name) => program.read(network.tensors.find((tensor) => tensor.name === name)!));
      const slopes = gradients(value, chosen);
      return { loss: value, ...Object.fromEntries(slopes.map((slope, index) => [`gradient${index}`, slope])) };
    },
  };
  const train: SessionFunction = {
    name: 'train',
    inputs: { ...trainingInputs, learningRate: scalar },
    build(inputs) {
      const value = lossOf(inputs);
      applyOptimizer(optimizer, value, { parameters: trainedParameters(parts), scalars: inputs });
      return { loss: value };
    },
  };

  const training = purpose === 'training';
  const tensors = training ? sessionTensors(parts) : [...network.tensors, ...loss.tensors];
  const session = engine.createSession(execution, tensors, [evaluate, training ? train : measure]);
  const weights = referenceWeights(network, salt);
  session.write(
    initialValues(
      tensors.filter(({ name }) => !weights.has(name)),
      0,
    ),
  );
  session.write(weights);
  const values = {
    images: referenceImages(reference.input, salt),
    labels: Int32Array.from(reference.labels),
    seed: Int32Array.of(0, 0),
    lambda: Float32Array.of(0.5),
    learningRate: Float32Array.of(optimizer.learningRate),
  };
  return {
    evaluate: () => session.call('evaluate', values),
    gradientNorms() {
      const found = session.call('gradients', values);
      const norms = normed.map((name, index) => [name, norm(found[`gradient${index}`])] as const);
      return { loss: Number(found.loss[0]), norms: Object.fromEntries(norms) };
    },
    train: () => Number(session.call('train', values).loss[0]),
    close: () => session.close(),
  };
}

function norm(values: HostArray): number {
  let squares = 0;
  for (const value of values) squares += Number(value) ** 2;
  return Math.sqrt(squares);
}
