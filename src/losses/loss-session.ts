// A session that computes a loss for given features, weight and bias: value, gradients and new state.
import { gradients } from '../engine/gradients.js';
import type { Engine } from '../engine/index.js';
import { add, matMul } from '../engine/ops/index.js';
import type { Execution, SessionFunction } from '../engine/session.js';
import type { Variable } from '../engine/tensor.js';
import type { TensorSpec } from '../engine/types.js';
import type { Loss, LossShape } from './loss.js';

/** The shapes that a session is opened for. */
interface LossSessionOptions {
  readonly execution: Execution;
  readonly shape: LossShape;
  readonly samples: number;
  /** Whether there are soft targets in addition to the labels. */
  readonly targets: boolean;
}

/** The inputs of the loss, as arrays in row-major order. */
export interface LossValues {
  /** [N, A] */
  readonly features: Float32Array;
  /** [A, C] */
  readonly weight: Float32Array;
  /** [C] */
  readonly bias: Float32Array;
  /** [N] */
  readonly labels: Int32Array;
  /** [N, C] */
  readonly targets?: Float32Array;
  /** The values of the loss's scalars, by name. */
  readonly scalars: Readonly<Record<string, number>>;
  readonly seed: readonly [number, number];
  /** The values of the loss's tensors, by name. */
  readonly state: ReadonlyMap<string, Float32Array>;
}

interface LossOutcome {
  readonly loss: number;
  /** By name: `inputNames` for features, weight and bias, and the names of the loss's parameters. */
  readonly gradients: ReadonlyMap<string, Float32Array>;
  /** The values of the loss's tensors after the step, by name. */
  readonly state: ReadonlyMap<string, Float32Array>;
}

/** The names of the variables in addition to the loss's own tensors. */
export const inputNames = { features: 'input/features', weight: 'input/weight', bias: 'input/bias' } as const;

const ofScalar = (name: string): string => `scalar/${name}`;
const ofGradient = (name: string): string => `gradient/${name}`;

/** Opens a session whose logits are features · weight + bias, float32 [N, C]. */
export function openLossSession(
  engine: Engine,
  loss: Loss,
  { execution, shape: { classes, featureSize }, samples, targets }: LossSessionOptions,
): { run(values: LossValues): LossOutcome; close(): void } {
  const inputs: Variable[] = [
    { name: inputNames.features, shape: [samples, featureSize], trainable: true },
    { name: inputNames.weight, shape: [featureSize, classes], trainable: true },
    { name: inputNames.bias, shape: [classes], trainable: true },
  ];
  const scalars = Object.keys(loss.scalars);
  const differentiated = [...inputs, ...loss.tensors.filter(({ trainable }) => trainable)];
  const scalar: TensorSpec = { dtype: 'float32', shape: [] };
  const soft: TensorSpec = { dtype: 'float32', shape: [samples, classes] };
  const step: SessionFunction = {
    name: 'step',
    inputs: {
      labels: { dtype: 'int32', shape: [samples] },
      seed: { dtype: 'int32', shape: [2] },
      ...(targets ? { targets: soft } : {}),
      ...Object.fromEntries(scalars.map((name) => [ofScalar(name), scalar])),
    },
    build(fed, program) {
      const before = differentiated.map((variable) => program.read(variable));
      const [features, weight, bias] = before;
      const value = loss.compute({
        ...{ program, features, weight, logits: add(matMul(features, weight), bias) },
        ...{ labels: fed.labels, seed: fed.seed, ...(targets ? { targets: fed.targets } : {}) },
        scalars: Object.fromEntries(scalars.map((name) => [name, fed[ofScalar(name)]])),
      });
      const slopes = gradients(value, before);
      return {
        loss: value,
        ...Object.fromEntries(differentiated.map(({ name }, index) => [ofGradient(name), slopes[index]])),
      };
    },
  };
  const session = engine.createSession(execution, [...inputs, ...loss.tensors], [step]);
  return {
    run({ features, weight, bias, state, labels, seed, targets: given, scalars: values }) {
      const own = { [inputNames.features]: features, [inputNames.weight]: weight, [inputNames.bias]: bias };
      session.write(new Map([...Object.entries(own), ...state]));
      const outputs = session.call('step', {
        ...{ labels, seed: Int32Array.from(seed), ...(given && { targets: given }) },
        ...Object.fromEntries(scalars.map((name) => [ofScalar(name), Float32Array.of(values[name])])),
      });
      const slopes = differentiated.map(({ name }) => [name, Float32Array.from(outputs[ofGradient(name)])] as const);
      return {
        loss: outputs.loss[0],
        gradients: new Map(slopes),
        state: session.read(loss.tensors.map(({ name }) => name)),
      };
    },
    close: () => session.close(),
  };
}
