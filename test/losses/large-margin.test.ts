// The function of the angle and its slope, the schedule of lambda, and the last layer's bias.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { buildParts } from '../../src/runs/parts.js';
import { gradients } from '../../src/engine/gradients.js';
import { sum } from '../../src/engine/ops/index.js';
import { marginFunction } from '../../src/losses/large-margin.js';
import { lossOptions } from '../../src/losses/options.js';
import { createLoss } from '../../src/losses/registry.js';
import { openTrainingSession } from '../../src/training/session.js';
import { testEngine } from '../support/engine.js';
import { runOnce } from '../support/run-once.js';

const engine = testEngine();

const pieceOf = (angle: number, margin: number): number => Math.min(Math.floor((angle * margin) / Math.PI), margin - 1);
const signOf = (piece: number): number => (piece % 2 === 0 ? 1 : -1);

/** psi of the angle, as the paper defines it. */
function reference(angle: number, margin: number): number {
  const k = pieceOf(angle, margin);
  return signOf(k) * Math.cos(margin * angle) - 2 * k;
}

/**
 * The derivative of psi with respect to the cosine: the sign times m sin(m t) / sin t, by the recurrence of Chebyshev's
 * polynomials of the second kind. It is 0 at the borders of the pieces.
 */
function slopeReference(angle: number, margin: number): number {
  let [before, chebyshev] = [0, 1];
  for (let n = 1; n < margin; n++) [before, chebyshev] = [chebyshev, 2 * Math.cos(angle) * chebyshev - before];
  return signOf(pieceOf(angle, margin)) * margin * chebyshev;
}

describe.each([1, 2, 3, 4])('m = %d', (margin) => {
  it('equals psi of the angle, with its slope, in every piece and at the borders', () => {
    const angles = fc.array(fc.double({ min: 0, max: Math.PI, noNaN: true }), { minLength: 50, maxLength: 50 });
    fc.assert(
      fc.property(angles, (some) => {
        const borders = Array.from({ length: margin }, (_, k) => (k * Math.PI) / margin);
        const all = [0, Math.PI, ...borders, ...borders.map((angle) => angle + Math.PI / (2 * margin)), ...some];
        const { value, slope } = runOnce(
          engine,
          'eager',
          { cosine: { shape: [all.length], values: all.map(Math.cos) } },
          ({ cosine }) => {
            const psi = marginFunction(cosine, margin);
            return { value: psi, slope: gradients(sum(psi), [cosine])[0] };
          },
        );
        all.forEach((angle, i) => {
          expect(Math.abs(value[i] - reference(angle, margin))).toBeLessThan(1e-5);
          expect(Math.abs(slope[i] - slopeReference(angle, margin))).toBeLessThan(2e-5);
        });
      }),
      { numRuns: 20 },
    );
  });
});

it('decreases lambda with the iteration as in Liu et al.’s recipe', () => {
  const { scalars } = createLoss(lossOptions.parse({ name: 'large-margin' }), { classes: 10, featureSize: 4 });
  const at = (iteration: number): number =>
    scalars.lambda({ iteration, totalIterations: 62_560, epoch: 0, totalEpochs: 160, learningRateFactor: 1 });
  expect(at(0)).toBe(1000);
  expect(at(1000)).toBeCloseTo(1000 * 1.01 ** -45, 6);
  expect(at(62_559)).toBeLessThan(1e-6);
});

it('keeps the bias of the last layer at 0 during training', async () => {
  const config = experimentSchema.parse({
    experiment: 'large-margin',
    dataset: { name: 'cifar10' },
    model: { name: 'resnet', depth: 8 },
    loss: { name: 'large-margin', lambda0: 1 },
  });
  const parts = await buildParts(config);
  const batchSize = 4;
  const sizes = { trainImages: batchSize, batchSize, evaluationImages: batchSize, evaluationBatchSize: batchSize };
  const training = openTrainingSession(engine, parts, { execution: 'captured', seed: 1, ...sizes });
  const { session } = training;
  const weights = (): Float32Array => session.read(['fc.weight']).get('fc.weight')!.slice();
  const before = weights();
  for (let step = 0; step < 3; step++) {
    const images = Uint8Array.from({ length: batchSize * 32 * 32 * 3 }, (_, i) => (i * 37) % 256);
    const batch = { images, labels: Int32Array.of(0, 1, 2, 3) };
    const scalars = { optimizerScalars: { learningRate: 0.1 }, lossScalars: { lambda: 1 } };
    const [{ loss }] = training.runStep({ batch, seed: [1, step], ...scalars });
    expect(Number.isFinite(loss)).toBe(true);
  }
  expect(Array.from(session.read(['fc.bias']).get('fc.bias')!, Math.abs)).toEqual(Array(10).fill(0));
  expect(weights()).not.toEqual(before);
  session.close();
});
