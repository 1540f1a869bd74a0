// Mixup and CutMix: the draws for a batch, its mixed images and labels, and the repeatability of runs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { betaNumber, hashKey, randomStream } from '../../src/common/random.js';
import { augmentationOptions, type MixingOptions } from '../../src/data/augment/options.js';
import type { Execution } from '../../src/engine/session.js';
import type { LossOptions } from '../../src/losses/options.js';
import { drawMixing, mixBatch, mixingOf, mixingSpecs, mixingValues, type Mixing } from '../../src/training/mixing.js';
import { readState, writeState } from '../../src/training/state.js';
import { testEngine } from '../support/engine.js';
import {
  generatedDataset,
  openGenerated,
  trainGenerated,
  trainSteps,
  type GeneratedRun,
} from '../support/generated-run.js';
import { total } from '../support/grid.js';
import { executions } from '../support/run-once.js';
import { executionsShareBytes, expectSame } from '../support/same-numbers.js';

const engine = testEngine();
const size = { height: 32, width: 32 };

const optionsOf = (given: object): MixingOptions => augmentationOptions.parse(given);
const draw = (given: object, step: number, batchSize = 8): Mixing =>
  drawMixing(mixingOf(optionsOf(given), size)!, [hashKey(1, 'noise'), step], batchSize);
const draws = (given: object, count: number): Mixing[] => Array.from({ length: count }, (_, step) => draw(given, step));
const meanOf = (values: readonly number[]): number => total(values) / values.length;

const isBox = ({ imageShare }: Mixing): boolean => imageShare === 1;
const isPlain = ({ imageShare, targetShare }: Mixing): boolean => imageShare === 1 && targetShare === 1;

describe('betaNumber', () => {
  // Mean a / (a + b), variance a b / ((a + b)² (a + b + 1)): within 5 standard errors of 20000 numbers.
  it.each([
    [1, 1],
    [0.2, 0.2],
    [0.8, 0.8],
    [4, 4],
    [2, 0.5],
  ])('of Beta(%d, %d) has its mean and variance', (a, b) => {
    const random = randomStream(1, 'beta', a, b);
    const values = Array.from({ length: 20_000 }, () => betaNumber(a, b, random));
    const [mean, variance] = [a / (a + b), (a * b) / ((a + b) ** 2 * (a + b + 1))];
    const squares = values.map((value) => (value - mean) ** 2);
    expect(Math.abs(meanOf(values) - mean)).toBeLessThan(5 * Math.sqrt(variance / values.length));
    const spread = Math.sqrt(meanOf(squares.map((value) => (value - variance) ** 2)) / values.length);
    expect(Math.abs(meanOf(squares) - variance)).toBeLessThan(5 * spread);
  });

  it('is from 0 to 1 for any parameters', () => {
    const parameter = fc.double({ min: 1e-4, max: 100, noNaN: true });
    fc.assert(
      fc.property(parameter, parameter, fc.nat(), (a, b, seed) => {
        const value = betaNumber(a, b, randomStream(seed));
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('drawMixing', () => {
  it('is a function of seed and step', () => {
    const given = { mixup: {}, cutmix: {} };
    expect(draw(given, 3)).toEqual(draw(given, 3));
    expect(draw(given, 3)).not.toEqual(draw(given, 4));
    const other = drawMixing(mixingOf(optionsOf(given), size)!, [hashKey(2, 'noise'), 3], 8);
    expect(other).not.toEqual(draw(given, 3));
  });

  const kinds = fc.constantFrom({ mixup: {} }, { cutmix: {} }, { mixup: { alpha: 0.2 }, cutmix: { probability: 0.5 } });

  it('gives a permutation, shares from 0 to 1, and a box whose area is the other share of the label', () => {
    fc.assert(
      fc.property(kinds, fc.nat(0xffff), fc.integer({ min: 1, max: 64 }), (given, step, batchSize) => {
        const mixing = draw(given, step, batchSize);
        expect([...mixing.partners].sort((a, b) => a - b)).toEqual(Array.from({ length: batchSize }, (_, i) => i));
        const [top, bottom, left, right] = mixing.box;
        expect(top >= 0 && top <= bottom && bottom <= size.height).toBe(true);
        expect(left >= 0 && left <= right && right <= size.width).toBe(true);
        expect(mixing.targetShare).toBeGreaterThanOrEqual(0);
        expect(mixing.targetShare).toBeLessThanOrEqual(1);
        const area = ((bottom - top) * (right - left)) / (size.height * size.width);
        // Mixup has no box, CutMix no shares within pixels.
        if (area > 0) expect(mixing).toMatchObject({ imageShare: 1, targetShare: 1 - area });
        else expect(mixing.targetShare).toBe(mixing.imageShare);
      }),
    );
  });

  it('of mixup has lambda as the share of both, of mean one half and the variance of Beta(alpha, alpha)', () => {
    const shares = draws({ mixup: { alpha: 0.4 } }, 4000).map(({ targetShare }) => targetShare);
    const variance = 1 / (4 * (2 * 0.4 + 1));
    expect(Math.abs(meanOf(shares) - 0.5)).toBeLessThan(5 * Math.sqrt(variance / shares.length));
    expect(meanOf(shares.map((share) => (share - 0.5) ** 2))).toBeCloseTo(variance, 2);
  });

  it('of CutMix has boxes of the area that is expected of a uniform centre and clipping', () => {
    const areas = draws({ cutmix: {} }, 4000).map(({ targetShare }) => 1 - targetShare);
    // Along an axis of n pixels with a box of 2 h: h loses at each border, h² / n² of the length on average.
    const lengthOf = (half: number): number => {
      const lengths = Array.from({ length: 32 }, (_, y) => Math.min(32, y + half) - Math.max(0, y - half));
      return meanOf(lengths) / 32;
    };
    const steps = Array.from({ length: 2000 }, (_, i) => (i + 0.5) / 2000);
    const expected = meanOf(
      steps.map((lambda) => lengthOf(Math.floor(Math.floor(32 * Math.sqrt(1 - lambda)) / 2)) ** 2),
    );
    expect(Math.abs(meanOf(areas) - expected)).toBeLessThan(0.02);
    expect(areas.some((area) => area > 0.5)).toBe(true);
  });

  it('mixes with its probability, and takes each kind for half of the batches where both are on', () => {
    const deviation = (share: number, p: number, count: number) =>
      Math.abs(share - p) / Math.sqrt((p * (1 - p)) / count);
    const some = draws({ mixup: { probability: 0.3 } }, 3000);
    expect(deviation(some.filter((each) => !isPlain(each)).length / 3000, 0.3, 3000)).toBeLessThan(4);
    const both = draws({ mixup: {}, cutmix: {} }, 3000);
    expect(deviation(both.filter((each) => !isBox(each)).length / 3000, 0.5, 3000)).toBeLessThan(4);
  });

  it('is off without keys', () => {
    expect(mixingOf(optionsOf({}), size)).toBeUndefined();
    expect(mixingOf(optionsOf({ mixup: false, cutmix: false }), size)).toBeUndefined();
  });
});

const [count, height, width, channels, classes] = [4, 5, 6, 3, 3];
const random = randomStream(1, 'mixed images');
const images = Float32Array.from({ length: count * height * width * channels }, () => random.normal());
const labels = Int32Array.of(0, 1, 2, 1);

/** A batch mixed by a session. */
function mixed(execution: Execution, mixing: Mixing) {
  const session = engine.createSession(
    execution,
    [],
    [
      {
        name: 'mix',
        inputs: {
          images: { dtype: 'float32', shape: [count, height, width, channels] },
          labels: { dtype: 'int32', shape: [count] },
          ...mixingSpecs(count),
        },
        build: (inputs) => ({ ...mixBatch(inputs.images, inputs.labels, classes, inputs) }),
      },
    ],
  );
  const outputs = session.call('mix', { images, labels, ...mixingValues(mixing) });
  session.close();
  return outputs;
}

describe.each(executions)('mixBatch, %s', (execution) => {
  const partners = Uint32Array.of(2, 0, 3, 1);

  it('of mixup is lambda of the image and 1 − lambda of its partner', () => {
    const share = Math.fround(0.3);
    const found = mixed(execution, { partners, imageShare: share, targetShare: share, box: [0, 0, 0, 0] });
    const pixels = height * width * channels;
    images.forEach((value, i) => {
      const other = images[partners[Math.floor(i / pixels)] * pixels + (i % pixels)];
      expect(found['images'][i]).toBeCloseTo(share * value + (1 - share) * other, 5);
    });
    const expected = Array.from(labels, (label, i) =>
      Array.from(
        { length: classes },
        (_, j) => (j === label ? share : 0) + (j === labels[partners[i]] ? 1 - share : 0),
      ),
    );
    found['targets'].forEach((value, i) => expect(value).toBeCloseTo(expected.flat()[i], 6));
  });

  it('of CutMix is the partner inside the box and the image outside, to the bit', () => {
    const [top, bottom, left, right] = [1, 4, 2, 6];
    const targetShare = 1 - 12 / 30;
    const found = mixed(execution, { partners, imageShare: 1, targetShare, box: [top, bottom, left, right] });
    const pixels = height * width * channels;
    const expected = images.map((value, i) => {
      const [y, x] = [Math.floor((i % pixels) / (width * channels)), Math.floor(i / channels) % width];
      const inside = y >= top && y < bottom && x >= left && x < right;
      return inside ? images[partners[Math.floor(i / pixels)] * pixels + (i % pixels)] : value;
    });
    expect(found['images']).toEqual(expected);
    const rows = Array.from({ length: count }, (_, i) =>
      total([...found['targets'].slice(i * classes, (i + 1) * classes)]),
    );
    rows.forEach((row) => expect(row).toBeCloseTo(1, 6));
    expect(found['targets'][0]).toBeCloseTo(targetShare, 6);
    expect(found['targets'][2]).toBeCloseTo(1 - targetShare, 6);
  });

  it('leaves a batch with shares of 1 as it is', () => {
    const found = mixed(execution, { partners, imageShare: 1, targetShare: 1, box: [0, 0, 0, 0] });
    expect(found['images']).toEqual(images);
    expect([...found['targets']]).toEqual(
      Array.from(labels, (label) => [0, 1, 2].map((j) => (j === label ? 1 : 0))).flat(),
    );
  });
});

const run: GeneratedRun = {
  // Three steps per epoch, the last with 8 images.
  dataset: generatedDataset(40, 1),
  batchSize: 16,
  seed: 3,
  dropout: 0.3,
  loss: { name: 'cross-entropy' },
  learningRate: 0.01,
  mixing: { mixup: { alpha: 1, probability: 0.8 }, cutmix: { alpha: 1, probability: 0.8 } },
};

const train = (execution: Execution, chosen: GeneratedRun, steps: number) =>
  trainGenerated(engine, execution, chosen, steps);

describe('a run with mixup and CutMix', () => {
  // L_q is left out: a graph folds its constants and therefore rounds differently, mixed or not.
  it.each<LossOptions>([
    { name: 'cross-entropy' },
    { name: 'focal', alpha: 0.5, gamma: 1 },
    { name: 'label-smoothing', smoothing: 0.1 },
  ])('ends with the same bytes captured and eager, $name', (loss) => {
    const [captured, eager] = executions.map((execution) => train(execution, { ...run, loss }, 5));
    expectSame(captured, eager, executionsShareBytes);
  });

  it.each(executions)('resumes from a written state with the same bytes, %s', (execution) => {
    const whole = train(execution, run, 7);
    const first = openGenerated(engine, execution, run);
    const before = trainSteps(first, run, 0, 4);
    const written = readState(first);
    first.close();
    const second = openGenerated(engine, execution, run);
    writeState(second, written, 'here');
    const after = trainSteps(second, run, 4, 7);
    expectSame([...before, ...after], whole.losses);
    expectSame(readState(second), whole.state);
    second.close();
  });

  it('differs from one without', () => {
    const plain: GeneratedRun = { ...run, mixing: undefined };
    expect(train('captured', run, 2).losses).not.toEqual(train('captured', plain, 2).losses);
  });

  it('is the plain run, up to rounding, where its probability leaves out every batch', () => {
    const plain: GeneratedRun = { ...run, mixing: undefined };
    const never = { ...run, mixing: { mixup: { alpha: 1, probability: 1e-12 } } };
    const [losses, expected] = [never, plain].map((chosen) => train('captured', chosen, 3).losses);
    losses.forEach((loss, i) => expect(Math.abs(loss - expected[i])).toBeLessThan(1e-5));
  });
});
