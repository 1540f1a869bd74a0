// The tables of `isda evaluate` on terminals of several widths.
import { describe, expect, it } from 'vitest';
import {
  calibrationText,
  classTable,
  comparisonText,
  confusionTable,
  pairTable,
} from '../../../src/cli/evaluation/texts.js';
import { widthOf } from '../../../src/cli/terminal/fold.js';
import { randomStream } from '../../../src/common/random.js';
import { errorsByClass } from '../../../src/runs/examination/by-class.js';
import { calibrationOf } from '../../../src/runs/examination/calibration.js';
import { comparePredictions } from '../../../src/runs/examination/compare.js';
import { confusedPairs, confusionOf } from '../../../src/runs/examination/confusion.js';
import { collectPredictions, type Predictions } from '../../../src/runs/examination/predictions.js';
import { temperatureScalingOf } from '../../../src/runs/examination/temperature.js';

const classNames = Array.from({ length: 10 }, (_, label) => `synthetic_${label}`);
const labels = Int32Array.from({ length: 100 }, (_, index) => index % 10);

/** Predictions from random logits that are correct in most cases. */
function drawn(seed: number): Predictions {
  const random = randomStream(seed, 'texts');
  const collector = collectPredictions(classNames, labels.length, true);
  const logits = Float32Array.from({ length: 1000 }, (_, at) => {
    const own = labels[Math.floor(at / 10)] === at % 10;
    return random.normal() + (own ? 2 : 0);
  });
  collector.add({ logits, labels, indices: Uint32Array.from(labels.keys()) });
  return collector.predictions;
}

const [first, second] = [drawn(1), drawn(2)];
const confusion = confusionOf(first);

describe.each([40, 80, 200])('on a terminal of %i columns', (width) => {
  const texts = {
    classes: classTable(errorsByClass(first), width),
    'classes of two': classTable(errorsByClass(first), width, errorsByClass(second)),
    confusion: confusionTable(confusion, width),
    pairs: pairTable(confusedPairs(confusion, 10), width),
    calibration: calibrationText(calibrationOf(first), temperatureScalingOf(first), width),
    comparison: comparisonText(comparePredictions(first, second), ['run', 'other'], width),
  };

  it.each(Object.entries(texts))('the %s text fits the width', (_, text) => {
    expect(widthOf(text), text).toBeLessThanOrEqual(width);
  });

  it('lists each class with its error', () => {
    for (const { className, errorPercent } of errorsByClass(first)) {
      const at = texts.classes.indexOf(className);
      expect(at).toBeGreaterThan(-1);
      expect(texts.classes.indexOf(errorPercent!.toFixed(2), at)).toBeGreaterThan(at);
    }
  });

  it('shows the confusion matrix only if it fits', () => {
    expect(texts.confusion.startsWith('true / predicted')).toBe(width > 40);
  });
});

it('lists no confused pairs if all predictions are correct', () => {
  expect(pairTable([], 80)).toBe('no image was predicted as another class');
});
