// The tests that every network passes: names, shapes, logits, gradients and training against float64 reference values.
import { afterEach, describe, expect, it } from 'vitest';
import type { Execution } from '../../src/engine/session.js';
import type { HostArray } from '../../src/engine/types.js';
import type { InputShape, Network } from '../../src/models/network.js';
import { torchShape } from '../../src/nn/layout.js';
import { testEngine } from './engine.js';
import { inputShape, openNetworkSession, type NetworkSession, type NetworkSessionOptions } from './network-session.js';
import { referenceNetwork } from './reference-network.js';
import { executions } from './run-once.js';

interface NetworkCase {
  /** The name in test/fixtures/models-<name>.json, which is also the network's name. */
  readonly name: string;
  readonly build: (input: InputShape) => Network;
  /**
   * Tolerance of gradient norms, relative; set if the effect of rounding on them is not measured. Default 1e-4.
   */
  readonly gradientTolerance?: number;
  /** Whether it is computed only if ISDA_TEST_HEAVY is set; names, shapes and counts are always tested. */
  readonly heavy?: boolean;
}

/** If rounding alone changes the reference by more than this, training is chaotic and a comparison is meaningless. */
const comparable = 0.05;
/** Relative tolerances of logits and features before training, of losses, and of logits after training. */
const evaluationTolerance = 2e-5;
const lossTolerance = 1e-5;
const trainedTolerance = 1e-4;
/** A float32 run is one more draw: of n draws, it exceeds the largest once in n + 1 times, for each of many values. */
const margin = 2;

/** The tolerance for a value that rounding changes by `deviation`. */
const within = (tolerance: number, deviation: number | undefined): number =>
  Math.max(tolerance, margin * (deviation ?? 0));

/** The largest difference, relative to the largest reference value. */
export function relativeError(actual: ArrayLike<number>, expected: readonly number[]): number {
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(actual[index] - value))) / scale;
}

/** The reference keeps the first entries of each image's row. */
export function rowsError(actual: HostArray, expected: readonly (readonly number[])[]): number {
  const width = actual.length / expected.length;
  const starts = expected.flatMap((row, n) => [...actual.slice(n * width, n * width + row.length)].map(Number));
  return relativeError(starts, expected.flat());
}

/** Registers the tests of a network. */
export function describeNetwork({ name, build, gradientTolerance = 1e-4, heavy = false }: NetworkCase): void {
  const reference = referenceNetwork(name);
  const { network: expected, conditioning } = reference;
  const network = build(inputShape(expected));

  describe(name, () => {
    it('has the reference names and shapes in order, its parameter count and its feature size', () => {
      expect(network.name).toBe(name);
      expect(network.tensors.map((tensor) => [tensor.name, torchShape(tensor)])).toEqual(expected.tensors);
      const parameters = network.tensors.filter((tensor) => tensor.role === 'parameter');
      const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
      expect(count).toBe(expected.parameters);
      expect(network.featureSize).toBe(expected.featureDim);
    });
  });

  describe.runIf(!heavy || process.env.ISDA_TEST_HEAVY)(`${name}, computed`, () => {
    const engine = testEngine();
    const opened: NetworkSession[] = [];
    const open = (options: NetworkSessionOptions): NetworkSession => {
      const session = openNetworkSession(engine, network, reference, options);
      opened.push(session);
      return session;
    };
    afterEach(() => opened.splice(0).forEach((session) => session.close()));

    it.each<Execution>(executions)(
      'gives the reference logits, features, loss and gradient norms (%s)',
      (execution) => {
        const session = open({ execution, loss: 'crossEntropy', purpose: 'gradients' });
        const { logits, features } = session.evaluate();
        expect(rowsError(logits, expected.evalLogits)).toBeLessThan(evaluationTolerance);
        expect(rowsError(features, expected.evalFeatures)).toBeLessThan(evaluationTolerance);
        if (expected.trainLoss === undefined) return;
        const { loss, norms } = session.gradientNorms();
        const lossBound = within(lossTolerance, conditioning.trainLoss?.[0]);
        expect(relativeError([loss], [expected.trainLoss])).toBeLessThan(lossBound);
        for (const [parameter, norm] of Object.entries(expected.gradNorms ?? {})) {
          const bound = within(gradientTolerance, conditioning.gradNorms?.[parameter]);
          expect(relativeError([norms[parameter]], [norm]), `gradient of ${parameter}`).toBeLessThan(bound);
        }
      },
    );

    const trajectories = (['crossEntropy', 'isda'] as const).filter((loss) => expected[loss] !== undefined);
    it.each(trajectories)('follows the reference in training with %s', (loss) => {
      const trajectory = expected[loss]!;
      const bounds = conditioning[`${loss}.losses`] ?? trajectory.losses.map(() => 0);
      const session = open({ execution: 'captured', loss, purpose: 'training' });
      const found = trajectory.losses.map(() => session.train());
      expect(bounds[0]).toBeLessThan(lossTolerance);
      trajectory.losses.forEach((value, step) => {
        if (bounds[step] > comparable) return;
        const bound = within(lossTolerance, bounds[step]);
        expect(relativeError([found[step]], [value]), `loss of step ${step + 1}`).toBeLessThan(bound);
      });
      const [bound] = conditioning[`${loss}.evalLogitsAfter`] ?? [0];
      if (bound > comparable) return;
      const error = rowsError(session.evaluate().logits, trajectory.evalLogitsAfter);
      expect(error, 'logits afterwards').toBeLessThan(within(trainedTolerance, bound));
    });
  });
}
