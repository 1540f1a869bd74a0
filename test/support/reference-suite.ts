// The tests that a network passes: names, shapes, logits, gradients and training against float64 reference values.
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { HostArray } from '../../src/engine/types.js';
import type { InputShape, Network } from '../../src/models/network.js';
import { torchShape } from '../../src/nn/layout.js';
import { inputShape, openNetwork, readFixture, referenceOf, type NetworkSession } from './reference-session.js';
import { executions } from './run-once.js';

export interface NetworkCase {
  /** As in test/fixtures/models-<name>.json; also the network's own name. */
  readonly name: string;
  readonly build: (input: InputShape) => Network;
  /** Relative error allowed of logits, features and gradient norms: 1e-4, or 1e-3 for the deepest networks. */
  readonly tolerance?: number;
  /** Computed only where ISDA_TEST_HEAVY is set; names, shapes and counts always are. */
  readonly heavy?: boolean;
}

/** How far float32's rounding moves the reference itself, where it was measured: see scripts/reference/. */
interface Conditioning {
  readonly trainLoss?: readonly number[];
  readonly gradNorms?: Readonly<Record<string, number>>;
  readonly 'crossEntropy.losses'?: readonly number[];
  readonly 'crossEntropy.evalLogitsAfter'?: readonly number[];
  readonly 'isda.losses'?: readonly number[];
  readonly 'isda.evalLogitsAfter'?: readonly number[];
}

const lossTolerance = 1e-4;
/** A float32 run is one draw more: of n draws it exceeds the largest once in n + 1 times, for each of the many values. */
const margin = 2;

/** The largest difference, relative to the largest reference value. */
export function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(actual[index] - value))) / scale;
}

/** The reference keeps the first entries of each image's row. */
export function rowsError(actual: HostArray, expected: readonly (readonly number[])[]): number {
  const width = actual.length / expected.length;
  const starts = expected.flatMap((row, n) => [...actual.slice(n * width, n * width + row.length)]);
  return relativeError(starts, expected.flat());
}

/** Registers the tests of a network. */
export function describeNetwork({ name, build, tolerance = 1e-4, heavy = false }: NetworkCase): void {
  const reference = referenceOf(name);
  const { network: expected } = reference;
  const network = build(inputShape(expected));
  const measured = existsSync(new URL(`../fixtures/conditioning-${name}.json`, import.meta.url));
  const conditioning = measured ? (readFixture('conditioning', name) as Conditioning) : {};

  it(`${name} has the reference names and shapes in order, its parameter count and its feature size`, () => {
    expect(network.name).toBe(name);
    expect(network.tensors.map((tensor) => [tensor.name, torchShape(tensor)])).toEqual(expected.tensors);
    const parameters = network.tensors.filter((tensor) => tensor.role === 'parameter');
    expect(parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0)).toBe(expected.parameters);
    expect(network.featureSize).toBe(expected.featureDim);
  });

  describe.runIf(!heavy || process.env.ISDA_TEST_HEAVY)(`${name}, computed`, () => {
    const opened: NetworkSession[] = [];
    const open = (
      ...options: Parameters<typeof openNetwork> extends [unknown, unknown, ...infer Rest] ? Rest : never
    ) => {
      const session = openNetwork(network, reference, ...options);
      opened.push(session);
      return session;
    };
    afterEach(() => opened.splice(0).forEach((session) => session.close()));

    it.each(executions)('gives the reference logits, features, loss and gradient norms (%s)', (execution) => {
      const session = open(execution);
      const { logits, features } = session.evaluate();
      expect(rowsError(logits, expected.evalLogits), 'logits').toBeLessThan(tolerance);
      expect(rowsError(features, expected.evalFeatures), 'features').toBeLessThan(tolerance);
      if (expected.trainLoss === undefined) return;
      const { loss, norms } = session.gradientNorms();
      const lossBound = Math.max(lossTolerance, margin * (conditioning.trainLoss?.[0] ?? 0));
      expect(relativeError([loss], [expected.trainLoss]), 'loss').toBeLessThan(lossBound);
      Object.entries(expected.gradNorms ?? {}).forEach(([parameter, norm], index) => {
        const bound = Math.max(tolerance, margin * (conditioning.gradNorms?.[parameter] ?? 0));
        expect(relativeError([norms[index]], [norm]), `gradient of ${parameter}`).toBeLessThan(bound);
      });
    });

    const trajectories = (['crossEntropy', 'isda'] as const).filter((loss) => expected[loss] !== undefined);
    it.each(trajectories)('follows the reference in training with %s', (loss) => {
      const trajectory = expected[loss]!;
      const bounds = conditioning[`${loss}.losses`] ?? trajectory.losses.map(() => 0);
      const session = open('captured', loss);
      const found = trajectory.losses.map(() => session.train());
      expect(bounds[0]).toBeLessThan(lossTolerance);
      trajectory.losses.forEach((value, step) => {
        const bound = Math.max(lossTolerance, margin * bounds[step]);
        expect(relativeError([found[step]], [value]), `loss of step ${step + 1}`).toBeLessThan(bound);
      });
      const [bound] = conditioning[`${loss}.evalLogitsAfter`] ?? [0];
      const error = rowsError(session.evaluate().logits, trajectory.evalLogitsAfter);
      expect(error, 'logits afterwards').toBeLessThan(Math.max(tolerance, margin * bound));
    });
  });
}
