// A network with the reference's weights in a session: evaluation, gradients, training steps.
import { readFileSync } from 'node:fs';
import { gradients } from '../../src/engine/gradients.js';
import type { Program } from '../../src/engine/program.js';
import type { Execution, SessionFunction } from '../../src/engine/session.js';
import type { Tensor } from '../../src/engine/tensor.js';
import type { HostArray, TensorSpec } from '../../src/engine/types.js';
import type { LossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import type { InputShape, Network } from '../../src/models/network.js';
import { initialValues } from '../../src/nn/tensors.js';
import { applySgd } from '../../src/training/optimizer.js';
import { sessionTensors, trainedParameters, trainingLoss } from '../../src/training/step.js';
import { testEngine } from './engine.js';
import { referenceImages, referenceWeights, type ReferenceNetwork } from './reference-network.js';

const optimizer = { name: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
const losses: Readonly<Record<'crossEntropy' | 'isda', LossOptions>> = {
  crossEntropy: { name: 'cross-entropy' },
  isda: { name: 'isda', lambda0: 0.5, covariance: 'full', schedule: 'constant' },
};

/** Where training is random the reference has neither loss nor gradients of it. */
export type NetworkValues = Omit<ReferenceNetwork, 'trainLoss' | 'gradNorms'> &
  Partial<Pick<ReferenceNetwork, 'trainLoss' | 'gradNorms'>>;

export interface Reference {
  readonly salt: number;
  readonly network: NetworkValues;
}

/** Reads test/fixtures/<kind>-<name>.json. */
export function readFixture(kind: string, name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${kind}-${name}.json`, import.meta.url), 'utf8'));
}

/** The reference values of the network called `name`. */
export function referenceOf(name: string): Reference {
  const file = readFixture('models', name) as { salt: number; networks: Readonly<Record<string, NetworkValues>> };
  return { salt: file.salt, network: file.networks[name] };
}

/** What the reference's network was built for. */
export function inputShape({ input, classes }: NetworkValues): InputShape {
  const [, channels, height, width] = input;
  return { channels, height, width, classes };
}

export interface NetworkSession {
  /** Logits and features in evaluation mode. */
  evaluate(): Readonly<Record<string, HostArray>>;
  /** The loss in training mode, and the norms of the gradients that the reference names. */
  gradientNorms(): { readonly loss: number; readonly norms: readonly number[] };
  /** One training step; gives the loss before it. */
  train(): number;
  close(): void;
}

/** Opens a session on a network with the reference's weights, images and labels. */
export function openNetwork(
  network: Network,
  { salt, network: reference }: Reference,
  execution: Execution,
  lossName: keyof typeof losses = 'crossEntropy',
): NetworkSession {
  const { height, width, channels, classes } = inputShape(reference);
  const [count] = reference.input;
  const loss = createLoss(losses[lossName], { classes, featureSize: network.featureSize });
  const parts = { network, loss, optimizer, format: { height, width, mean: [0, 0, 0], std: [1, 1, 1] } };
  const scalar: TensorSpec = { dtype: 'float32', shape: [] };
  const inputs: Readonly<Record<string, TensorSpec>> = {
    images: { dtype: 'float32', shape: [count, height, width, channels] },
    labels: { dtype: 'int32', shape: [count] },
    seed: { dtype: 'int32', shape: [2] },
    lambda: scalar,
    learningRate: scalar,
  };
  const lossOf = ({ images, labels, seed, lambda }: Readonly<Record<string, Tensor>>, program: Program): Tensor =>
    trainingLoss(parts, program, images, labels, seed, { lambda }).loss;
  const normed = Object.keys(reference.gradNorms ?? {}).map((name) =>
    network.tensors.find((each) => each.name === name)!,
  );
  const functions: SessionFunction[] = [
    {
      name: 'evaluate',
      inputs,
      build: ({ images, seed }, program) => ({ ...network.apply(images, { program, training: false, seed }) }),
    },
    {
      name: 'gradients',
      inputs,
      build(given, program) {
        const value = lossOf(given, program);
        const chosen = normed.map((tensor) => program.read(tensor));
        return { loss: value, ...Object.fromEntries(gradients(value, chosen).map((slope, i) => [`slope${i}`, slope])) };
      },
    },
    {
      name: 'train',
      inputs,
      build(given, program) {
        const value = lossOf(given, program);
        applySgd(program, value, trainedParameters(parts), given.learningRate, optimizer);
        return { loss: value };
      },
    },
  ];
  const tensors = sessionTensors(parts);
  const weights = referenceWeights(network, salt);
  const others = tensors.filter(({ name }) => !weights.has(name));
  const session = testEngine().createSession(execution, tensors, functions);
  session.write(initialValues(others, 0));
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
      return { loss: found.loss[0], norms: normed.map((_, index) => norm(found[`slope${index}`])) };
    },
    train: () => session.call('train', values).loss[0],
    close: () => session.close(),
  };
}

function norm(values: HostArray): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}
