// A loss on given features, weight and bias: its value, its gradients, and its state after the step.
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import type { Engine } from '../../src/engine/index.js';
import { add, matMul } from '../../src/engine/ops/index.js';
import type { Execution, SessionFunction } from '../../src/engine/session.js';
import type { Variable } from '../../src/engine/tensor.js';
import { createLoss } from '../../src/losses/registry.js';
import type { LossOptions } from '../../src/losses/options.js';

type Matrix = readonly (readonly number[])[];

/** One loss of losses.json. Rows of dWeight and dCenters are classes. */
export interface ReferenceLoss {
  readonly params: Readonly<Record<string, number | string>>;
  readonly loss: number;
  readonly dFeatures: Matrix;
  readonly dWeight: Matrix;
  readonly dBias?: readonly number[];
  readonly dCenters?: Matrix;
}

interface LossReference {
  /** [C, A] */
  readonly weight: Matrix;
  readonly bias: readonly number[];
  readonly batches: readonly { features: Matrix; labels: readonly number[] }[];
  readonly centers: Matrix;
  readonly others: Readonly<Record<string, ReferenceLoss>>;
}

const fixture = new URL('../fixtures/losses.json', import.meta.url);
export const lossReference = JSON.parse(readFileSync(fixture, 'utf8')) as LossReference;

export const transposed = (rows: Matrix): number[][] => rows[0].map((_, column) => rows.map((row) => row[column]));

export interface LossCase {
  readonly options: LossOptions;
  /** [N, A] */
  readonly features: Matrix;
  readonly labels: readonly number[];
  /** Soft targets [N, C] beside the labels. */
  readonly targets?: Matrix;
  /** [C, A] */
  readonly weight: Matrix;
  readonly bias: readonly number[];
  readonly scalars?: Readonly<Record<string, number>>;
  /** What the loss remembers before the step, by name. */
  readonly state?: Readonly<Record<string, Matrix>>;
  readonly seed?: readonly [number, number];
}

interface LossResult {
  readonly loss: number;
  /** [N, A] */
  readonly dFeatures: ArrayLike<number>;
  /** [A, C] */
  readonly dWeight: ArrayLike<number>;
  readonly dBias: ArrayLike<number>;
  /** The state after the step, by name. */
  readonly state: Readonly<Record<string, ArrayLike<number>>>;
}

type Leaf = { readonly shape: readonly number[]; readonly values: readonly number[] };
const leafOf = (rows: Matrix): Leaf => ({ shape: [rows.length, rows[0].length], values: rows.flat() });
const mapValues = <T, U>(record: Readonly<Record<string, T>>, value: (entry: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([name, entry]) => [name, value(entry)]));

/** A session that takes one step of a loss with the shapes of a case. */
function openLossCase(engine: Engine, execution: Execution, { options, features, weight, targets }: LossCase) {
  const [samples, classes, featureSize] = [features.length, weight.length, weight[0].length];
  const loss = createLoss(options, { classes, featureSize });
  const own = { features: [samples, featureSize], weight: [featureSize, classes], bias: [classes] };
  const variables: Variable[] = [
    ...Object.entries(own).map(([name, shape]) => ({ name, shape, trainable: true })),
    ...loss.tensors,
  ];
  const scalars = Object.keys(loss.scalars);
  const step: SessionFunction = {
    name: 'step',
    inputs: {
      labels: { dtype: 'int32', shape: [samples] },
      seed: { dtype: 'int32', shape: [2] },
      ...Object.fromEntries(scalars.map((name) => [name, { dtype: 'float32', shape: [] } as const])),
      ...(targets === undefined ? {} : { targets: { dtype: 'float32', shape: [samples, classes] } as const }),
    },
    build({ labels, seed, targets: soft, ...values }, program) {
      const [x, w, b] = variables.map((variable) => program.read(variable));
      const value = loss.compute({
        ...(soft === undefined ? {} : { targets: soft }),
        ...{ program, features: x, logits: add(matMul(x, w), b), labels, weight: w, seed, scalars: values },
      });
      const [dFeatures, dWeight, dBias] = gradients(value, [x, w, b]);
      const after = Object.fromEntries(loss.tensors.map((tensor) => [tensor.name, program.read(tensor)]));
      return { loss: value, dFeatures, dWeight, dBias, ...after };
    },
  };
  const session = engine.createSession(execution, variables, [step]);
  return {
    close: () => session.close(),
    run(one: LossCase): LossResult {
      const { state = {}, seed = [0, 0] } = one;
      const stored = loss.tensors.map(({ name }) => [name, leafOf(state[name])] as const);
      const leaves = {
        features: leafOf(one.features),
        weight: leafOf(transposed(one.weight)),
        bias: { shape: [classes], values: one.bias },
        ...Object.fromEntries(stored),
      };
      session.write(new Map(Object.entries(mapValues(leaves, ({ values }) => Float32Array.from(values)))));
      const outputs = session.call('step', {
        labels: Int32Array.from(one.labels),
        seed: Int32Array.from(seed),
        ...Object.fromEntries(scalars.map((name) => [name, Float32Array.of(one.scalars![name])])),
        ...(one.targets === undefined ? {} : { targets: Float32Array.from(one.targets.flat()) }),
      });
      const { dFeatures, dWeight, dBias } = outputs;
      const kept = Object.fromEntries(loss.tensors.map(({ name }) => [name, outputs[name]]));
      return { loss: outputs.loss[0], dFeatures, dWeight, dBias, state: kept };
    },
  };
}

/**
 * Runs one step of a loss. Cases of the same loss and shapes share a session, which is closed after the file's tests.
 */
export function lossRunner(engine: Engine): (execution: Execution, one: LossCase) => LossResult {
  const sessions = new Map<string, ReturnType<typeof openLossCase>>();
  afterAll(() => {
    for (const session of sessions.values()) session.close();
  });
  return (execution, one) => {
    const { options, features, weight, targets } = one;
    const key = JSON.stringify([
      ...[execution, options, targets !== undefined],
      ...[features.length, weight.length, weight[0].length],
    ]);
    const session = sessions.get(key) ?? openLossCase(engine, execution, one);
    sessions.set(key, session);
    return session.run(one);
  };
}
