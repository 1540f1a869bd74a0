// Results from the logits of an evaluation, compared with scikit-learn and NumPy.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wilsonInterval } from '../../../src/common/statistics/proportions.js';
import { errorsByClass } from '../../../src/runs/examination/by-class.js';
import { calibrationOf } from '../../../src/runs/examination/calibration.js';
import { comparePredictions } from '../../../src/runs/examination/compare.js';
import { confusedPairs, confusionOf } from '../../../src/runs/examination/confusion.js';
import { collectPredictions, type Predictions } from '../../../src/runs/examination/predictions.js';
import { temperatureScalingOf } from '../../../src/runs/examination/temperature.js';
import { projectRoot } from '../../config/support.js';

interface Network {
  readonly logits: number[][];
  readonly predicted: number[];
  readonly confusion: number[][];
  readonly errorByClass: number[];
  readonly logLoss: number;
  readonly expectedCalibrationError: number;
  readonly maxCalibrationError: number;
  readonly temperatureScaling: {
    readonly temperatures: readonly [number, number];
    readonly logLoss: number;
    readonly expectedCalibrationError: number;
  };
}

const fixture = JSON.parse(readFileSync(join(projectRoot, 'test/fixtures/examination.json'), 'utf8')) as {
  readonly labels: number[];
  readonly networks: readonly Network[];
};
const { labels, networks } = fixture;
const classNames = ['ant', 'bee', 'cat', 'dog', 'elk'];

/** The predictions for a network's logits, in batches of 7. */
function predictionsOf({ logits }: Pick<Network, 'logits'>): Predictions {
  const collector = collectPredictions(classNames, labels.length, true);
  for (let start = 0; start < labels.length; start += 7) {
    const rows = logits.slice(start, start + 7);
    collector.add({
      logits: Float32Array.from(rows.flat()),
      labels: Int32Array.from(labels.slice(start, start + 7)),
      indices: Uint32Array.from(rows, (_, at) => start + at),
    });
  }
  return collector.predictions;
}

describe.each(networks)("scikit-learn's and NumPy's numbers", (network) => {
  const predictions = predictionsOf(network);

  it('of predictions and losses', () => {
    expect([...predictions.predicted]).toEqual(network.predicted);
    expect([...predictions.indices]).toEqual(labels.map((_, index) => index));
    const mean = predictions.loss.reduce((sum, loss) => sum + loss, 0) / labels.length;
    expect(mean).toBeCloseTo(network.logLoss, 12);
  });

  it('of the error of each class', () => {
    const byClass = errorsByClass(predictions);
    byClass.forEach(({ errorPercent, interval, images, wrong }, label) => {
      expect(images).toBe(labels.filter((each) => each === label).length);
      expect(errorPercent).toBeCloseTo(100 * network.errorByClass[label], 10);
      expect(wrong).toBe(Math.round(images * network.errorByClass[label]));
      const { low, high } = wilsonInterval(wrong, images)!;
      expect([interval!.low / 100, interval!.high / 100]).toEqual([expect.closeTo(low, 12), expect.closeTo(high, 12)]);
    });
  });

  it('of the confusion matrix', () => {
    expect(confusionOf(predictions).counts).toEqual(network.confusion);
  });

  it('of the calibration', () => {
    const { bins, expectedErrorPercent, maxErrorPercent, accuracyPercent } = calibrationOf(predictions);
    expect(expectedErrorPercent).toBeCloseTo(100 * network.expectedCalibrationError, 10);
    expect(maxErrorPercent).toBeCloseTo(100 * network.maxCalibrationError, 10);
    expect(bins.reduce((sum, { images }) => sum + images, 0)).toBe(labels.length);
    const right = labels.filter((label, index) => network.predicted[index] === label).length;
    expect(accuracyPercent).toBeCloseTo((100 * right) / labels.length, 10);
  });
});

describe('temperature scaling', () => {
  it.each(networks)('equals the minimum found by SciPy', (network) => {
    const { temperatures, loss, expectedErrorPercent } = temperatureScalingOf(predictionsOf(network))!;
    network.temperatureScaling.temperatures.forEach((expected, half) =>
      expect(temperatures[half]).toBeCloseTo(expected, 6),
    );
    expect(loss).toBeCloseTo(network.temperatureScaling.logLoss, 8);
    expect(expectedErrorPercent).toBeCloseTo(100 * network.temperatureScaling.expectedCalibrationError, 5);
  });

  it('undoes a factor of all logits', () => {
    const [{ logits }] = networks;
    const before = temperatureScalingOf(predictionsOf({ logits }))!;
    fc.assert(
      // Powers of two, which do not round the logits.
      fc.property(fc.integer({ min: -4, max: 4 }), (power) => {
        const factor = 2 ** power;
        const times = logits.map((row) => row.map((value) => Math.fround(value) * factor));
        const after = temperatureScalingOf(predictionsOf({ logits: times }))!;
        expect(after.temperatures[0] / factor).toBeCloseTo(before.temperatures[0], 8);
        expect(after.loss).toBeCloseTo(before.loss, 8);
      }),
    );
  });

  it('stays within 0.01 and 100 for a network without errors, and for one that is always wrong', () => {
    const scale = (sign: number) =>
      temperatureScalingOf(
        predictionsOf({ logits: labels.map((label) => classNames.map((_, index) => (index === label ? sign : 0))) }),
      )!.temperatures;
    for (const temperature of scale(1)) {
      expect(temperature).toBeGreaterThanOrEqual(0.01);
      expect(temperature).toBeLessThan(0.1);
    }
    for (const temperature of scale(-1)) {
      expect(temperature).toBeGreaterThan(10);
      expect(temperature).toBeLessThanOrEqual(100);
    }
  });

  it('is 1 for logits that are all equal, and absent for a single image', () => {
    const equal = labels.map(() => classNames.map(() => 0.5));
    expect(temperatureScalingOf(predictionsOf({ logits: equal }))!.temperatures).toEqual([1, 1]);
    const collector = collectPredictions(['ant', 'bee'], 1, true);
    collector.add({ logits: [1, 0], labels: Int32Array.of(0), indices: Uint32Array.of(0) });
    expect(temperatureScalingOf(collector.predictions)).toBeUndefined();
  });
});

it('puts a confidence at the border of two bins into the lower one, as Guo et al. do, and 1 into the last', () => {
  const of = (confidence: number): Predictions => ({
    ...{ classNames: ['a', 'b'], indices: Uint32Array.of(0), labels: Int32Array.of(0), predicted: Int32Array.of(0) },
    ...{ confidence: Float64Array.of(confidence), loss: Float64Array.of(0) },
  });
  const binOf = (confidence: number) => calibrationOf(of(confidence), 4).bins.findIndex(({ images }) => images === 1);
  expect([0.5, 0.51, 0.75, 1].map(binOf)).toEqual([1, 2, 2, 3]);
});

it('names the pairs of classes with the most images, and the larger share of equal ones first', () => {
  const counts = [
    [90, 4, 0],
    [3, 5, 4],
    [0, 0, 9],
  ];
  const pairs = confusedPairs({ classNames: ['ant', 'bee', 'cat'], counts }, 2);
  expect(pairs).toEqual([
    { label: 1, className: 'bee', predicted: 2, predictedName: 'cat', images: 4, percent: (100 * 4) / 12 },
    { label: 0, className: 'ant', predicted: 1, predictedName: 'bee', images: 4, percent: (100 * 4) / 94 },
  ]);
});

it('has no error of a class without images', () => {
  const collector = collectPredictions(['ant', 'bee'], 1);
  collector.add({ logits: [1, 0], labels: Int32Array.of(0), indices: Uint32Array.of(0) });
  expect(errorsByClass(collector.predictions)[1]).toEqual({ label: 1, className: 'bee', images: 0, wrong: 0 });
});

it('refuses logits that are not finite', () => {
  const collector = collectPredictions(['ant', 'bee'], 1);
  expect(() => collector.add({ logits: [NaN, 0], labels: Int32Array.of(0), indices: Uint32Array.of(0) })).toThrow(
    'cannot use the outputs of the network: the logits are not finite',
  );
});

it('counts the images by who has them right, and tests those that one has', () => {
  const [first, second] = networks.map(predictionsOf);
  const { p, differencePercent, ...counts } = comparePredictions(first, second);
  const right = networks.map(({ predicted }) => labels.map((label, index) => predicted[index] === label));
  const count = (a: boolean, b: boolean) => labels.filter((_, at) => right[0][at] === a && right[1][at] === b).length;
  expect(counts).toEqual({
    bothRight: count(true, true),
    onlyFirstRight: count(true, false),
    onlySecondRight: count(false, true),
    bothWrong: count(false, false),
  });
  const errors = right.map((each) => (100 * each.filter((isRight) => !isRight).length) / labels.length);
  expect(differencePercent).toBeCloseTo(errors[1] - errors[0], 10);
  // Twice the sum of the binomial probabilities of 0 to 10 of 32, in Python's integers.
  expect([counts.onlyFirstRight, counts.onlySecondRight]).toEqual([10, 22]);
  expect(p).toBeCloseTo(0.050102459732443094, 12);
});
