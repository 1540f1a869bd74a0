// A loss on given features, weight and bias: its value, its gradients, and its state after the step.
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { gradients } from '../../src/engine/gradients.js';
import type { Engine } from '../../src/engine/index.js';
import { add, matMul } from '../../src/engine/ops/index.js';
import type { Execution } from '../../src/engine/session.js';
import { createLoss } from '../../src/losses/registry.js';
import type { LossOptions } from '../../src/losses/options.js';
import { runOnce } from '../support/run-once.js';

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

export interface LossReference {
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

export interface LossResult {
  readonly loss: number;
  /** [N, A] */
  readonly dFeatures: ArrayLike<number>;
  /** [A, C] */
  readonly dWeight: ArrayLike<number>;
  readonly dBias: ArrayLike<number>;
  /** The state after the step, by name. */
  readonly state: Readonly<Record<string, ArrayLike<number>>>;
}

/** Runs one step of a loss. */
export function runLoss(engine: Engine, execution: Execution, requireInput: LossCase): LossResult {
  const { features, labels, targets, weight, bias, scalars = {}, state = {}, seed = [0, 0] } = requireInput;
  const leaf = (rows: Matrix) => ({ shape: [rows.length, rows[0].length], values: rows.flat() });
  const loss = createLoss(requireInput.options, { classes: weight.length, featureSize: weight[0].length });
  const stored = Object.fromEntries(loss.tensors.map(({ name }) => [name, leaf(state[name])]));
  const leaves = {
    features: leaf(features),
    weight: leaf(transposed(weight)),
    bias: { shape: [bias.length], values: bias },
    ...stored,
  };
  const outputs = runOnce(engine, execution, leaves, ({ features: x, weight: w, bias: b }, program) => {
    const number = (value: number) => program.constant(Float32Array.of(value), { dtype: 'float32', shape: [] });
    const float = ({ shape, values }: ReturnType<typeof leaf>) =>
      program.constant(Float32Array.from(values), { dtype: 'float32', shape });
    const value = loss.compute({
      ...(targets === undefined ? {} : { targets: float(leaf(targets)) }),
      program,
      features: x,
      logits: add(matMul(x, w), b),
      labels: program.constant(Int32Array.from(labels), { dtype: 'int32', shape: [labels.length] }),
      weight: w,
      seed: program.constant(Int32Array.from(seed), { dtype: 'int32', shape: [2] }),
      scalars: Object.fromEntries(Object.keys(loss.scalars).map((name) => [name, number(scalars[name])])),
    });
    const [dFeatures, dWeight, dBias] = gradients(value, [x, w, b]);
    const after = Object.fromEntries(loss.tensors.map((tensor) => [tensor.name, program.read(tensor)]));
    return { loss: value, dFeatures, dWeight, dBias, ...after };
  });
  const { dFeatures, dWeight, dBias } = outputs;
  const kept = Object.fromEntries(loss.tensors.map(({ name }) => [name, outputs[name]]));
  return { loss: outputs.loss[0], dFeatures, dWeight, dBias, state: kept };
}

/** Within a relative `tolerance` of the largest expected value. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: readonly number[],
  what: string,
  tolerance = 1e-4,
): void {
  const scale = Math.max(...expected.map(Math.abs), 1e-12);
  expect(actual.length, what).toBe(expected.length);
  const worst = Math.max(...expected.map((value, index) => Math.abs(value - actual[index]))) / scale;
  expect(worst, what).toBeLessThan(tolerance);
}
