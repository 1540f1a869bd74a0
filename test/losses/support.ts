// A loss on given features, weight and bias: its value, its gradients, and its state after the step.
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import type { Engine } from '../../src/engine/index.js';
import type { Execution } from '../../src/engine/session.js';
import { inputNames, openLossSession } from '../../src/losses/loss-session.js';
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

const floats = (rows: Matrix): Float32Array => Float32Array.from(rows.flat());

export interface LossCase {
  readonly options: LossOptions;
  /** [N, A] */
  readonly features: Matrix;
  readonly labels: readonly number[];
  /** Soft targets [N, C], in addition to the labels. */
  readonly targets?: Matrix;
  /** [C, A] */
  readonly weight: Matrix;
  readonly bias: readonly number[];
  readonly scalars?: Readonly<Record<string, number>>;
  /** The state of the loss before the step, by name. */
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

/** A session for all cases with the same loss and shapes as this one. */
function openLossCase(engine: Engine, execution: Execution, { options, features, weight, targets }: LossCase) {
  const shape = { classes: weight.length, featureSize: weight[0].length };
  const loss = createLoss(options, shape);
  const sizes = { shape, samples: features.length, targets: targets !== undefined };
  const session = openLossSession(engine, loss, { execution, ...sizes });
  return {
    close: () => session.close(),
    run(one: LossCase): LossResult {
      const { state = {}, seed = [0, 0], scalars = {} } = one;
      const { loss: value, ...outcome } = session.run({
        features: floats(one.features),
        weight: floats(transposed(one.weight)),
        bias: Float32Array.from(one.bias),
        labels: Int32Array.from(one.labels),
        ...(one.targets && { targets: floats(one.targets) }),
        ...{ scalars, seed },
        state: new Map(loss.tensors.map(({ name }) => [name, floats(state[name])])),
      });
      const [dFeatures, dWeight, dBias] = Object.values(inputNames).map((name) => outcome.gradients.get(name)!);
      return { loss: value, dFeatures, dWeight, dBias, state: Object.fromEntries(outcome.state) };
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
