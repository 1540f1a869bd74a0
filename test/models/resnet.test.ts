// ResNet-32 and -110 against float64 reference values: names, shapes, logits, gradients, trajectories.
import { describe, expect, it } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import type { Execution, SessionFunction } from '../../src/engine/session.js';
import type { HostArray, TensorSpec } from '../../src/engine/types.js';
import type { LossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import { createNetwork } from '../../src/models/registry.js';
import { torchShape } from '../../src/nn/layout.js';
import { initialValues } from '../../src/nn/tensors.js';
import { applySgd } from '../../src/training/optimizer.js';
import { sessionTensors, trainedParameters, trainingLoss } from '../../src/training/step.js';
import { testEngine } from '../support/engine.js';
import {
  referenceImages,
  referenceNetworks,
  referenceWeights,
  type ReferenceNetwork,
} from '../support/reference-network.js';

const { salt, networks } = referenceNetworks();
const engine = testEngine();
const optimizer = { name: 'sgd', learningRate: 0.01, momentum: 0.9, nesterov: true, weightDecay: 1e-4 } as const;
const format = { height: 32, width: 32, mean: [0, 0, 0], std: [1, 1, 1] };
const losses: Readonly<Record<'crossEntropy' | 'isda', LossOptions>> = {
  crossEntropy: { name: 'cross-entropy' },
  isda: { name: 'isda', lambda0: 0.5, covariance: 'full', schedule: 'constant' },
};

/** The largest difference, relative to the largest reference value. */
function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(actual[index] - value))) / scale;
}

/** The reference keeps the first entries of each image's row. */
function rowsError(actual: HostArray, expected: readonly (readonly number[])[]): number {
  const width = actual.length / expected.length;
  const starts = expected.flatMap((row, n) => [...actual.slice(n * width, n * width + row.length)]);
  return relativeError(starts, expected.flat());
}

function openSession(depth: number, reference: ReferenceNetwork, lossOptions: LossOptions, execution: Execution) {
  const { classes } = reference;
  const network = createNetwork({ name: 'resnet', depth, dropout: 0 }, { height: 32, width: 32, channels: 3, classes });
  const loss = createLoss(lossOptions, { classes, featureSize: network.featureSize });
  const parts = { network, loss, optimizer, format };
  const [count, channels, height, width] = reference.input;
  const images: TensorSpec = { dtype: 'float32', shape: [count, height, width, channels] };
  const labels: TensorSpec = { dtype: 'int32', shape: [count] };
  const scalar: TensorSpec = { dtype: 'float32', shape: [] };
  const seed: TensorSpec = { dtype: 'int32', shape: [2] };
  const normed = Object.keys(reference.gradNorms);
  const functions: SessionFunction[] = [
    {
      name: 'evaluate',
      inputs: { images, seed },
      build: (inputs, program) => ({
        ...network.apply(inputs.images, { program, training: false, seed: inputs.seed }),
      }),
    },
    {
      name: 'gradients',
      inputs: { images, labels, seed, lambda: scalar },
      build(inputs, program) {
        const { loss: value } = trainingLoss(parts, program, inputs.images, inputs.labels, inputs.seed, {
          lambda: inputs.lambda,
        });
        const chosen = normed.map((name) => program.read(network.tensors.find((tensor) => tensor.name === name)!));
        const slopes = gradients(value, chosen);
        return { loss: value, ...Object.fromEntries(normed.map((name, index) => [`gradient${index}`, slopes[index]])) };
      },
    },
    {
      name: 'train',
      inputs: { images, labels, seed, lambda: scalar, learningRate: scalar },
      build(inputs, program) {
        const { loss: value } = trainingLoss(parts, program, inputs.images, inputs.labels, inputs.seed, {
          lambda: inputs.lambda,
        });
        applySgd(program, value, trainedParameters(parts), inputs.learningRate, optimizer);
        return { loss: value };
      },
    },
  ];
  const tensors = sessionTensors(parts);
  const session = engine.createSession(execution, tensors, functions);
  session.write(initialValues(tensors, 0));
  session.write(referenceWeights(network, salt));
  const values = {
    images: referenceImages(reference.input, salt),
    labels: Int32Array.from(reference.labels),
    seed: Int32Array.of(0, 0),
    lambda: Float32Array.of(0.5),
    learningRate: Float32Array.of(0.01),
  };
  return { network, session, values };
}

describe.each([32, 110])('resnet-%i', (depth) => {
  const reference = networks[`resnet-${depth}`];
  const deep = depth > 32;

  it('has the reference names and shapes in order, and its parameter count', () => {
    const input = { height: 32, width: 32, channels: 3, classes: reference.classes };
    const network = createNetwork({ name: 'resnet', depth, dropout: 0 }, input);
    expect(network.tensors.map((tensor) => [tensor.name, torchShape(tensor)])).toEqual(reference.tensors);
    const parameters = network.tensors.filter((tensor) => tensor.role === 'parameter');
    const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    expect(count).toBe(reference.parameters);
    expect(network.featureSize).toBe(reference.featureDim);
  });

  it.each(['captured', 'eager'] as const)(
    'gives the reference logits, features, loss and gradient norms (%s)',
    (execution) => {
      const { session, values } = openSession(depth, reference, losses.crossEntropy, execution);
      const evaluated = session.call('evaluate', values);
      expect(rowsError(evaluated.logits, reference.evalLogits)).toBeLessThan(deep ? 1e-3 : 1e-4);
      expect(rowsError(evaluated.features, reference.evalFeatures)).toBeLessThan(deep ? 1e-3 : 1e-4);
      const trained = session.call('gradients', values);
      expect(relativeError(trained.loss, [reference.trainLoss])).toBeLessThan(1e-4);
      Object.entries(reference.gradNorms).forEach(([name, norm], index) => {
        const observed = Math.sqrt(trained[`gradient${index}`].reduce<number>((sum, value) => sum + value * value, 0));
        expect(relativeError([observed], [norm]), name).toBeLessThan(deep ? 1e-3 : 1e-4);
      });
      session.close();
    },
  );

  it.each(['crossEntropy', 'isda'] as const)('follows the reference for four steps with %s', (name) => {
    const trajectory = reference[name]!;
    const { session, values } = openSession(depth, reference, losses[name], 'captured');
    const found = trajectory.losses.map(() => session.call('train', values).loss[0]);
    const logits = session.call('evaluate', values).logits;
    console.log(
      depth,
      name,
      found.map((v, i) => Math.abs(v - trajectory.losses[i]) / trajectory.losses[i]),
      rowsError(logits, trajectory.evalLogitsAfter),
    );
    session.close();
  });
});
