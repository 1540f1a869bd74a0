// Temperature scaling (Guo et al., 2017, section 4.2): one number divides all logits, which calibrates a network
// without changing its predictions.
import { calibrationOf } from './calibration.js';
import type { Predictions } from './predictions.js';
import { softmaxRow } from './softmax.js';

export interface TemperatureScaling {
  /** Fitted on the images at even and at odd positions; each is applied to the other half. */
  readonly temperatures: readonly [number, number];
  /** Mean cross entropy in nats over all images. */
  readonly loss: number;
  readonly expectedErrorPercent: number;
}

/** Range of the inverse of a temperature: without a limit, the loss of a network without errors would fall forever. */
const [leastInverse, mostInverse] = [0.01, 100];
const maxSteps = 60;
const tolerance = 1e-12;

/**
 * Mean slope and curvature of the cross entropy by the inverse temperature, over images `first`, `first` + 2, …. The
 * largest logit of each image is the predicted class's.
 */
function derivatives({ logits, labels, predicted, classNames }: Predictions, first: number, inverse: number) {
  const classes = classNames.length;
  let [slope, curvature, images] = [0, 0, 0];
  for (let at = first; at < labels.length; at += 2) {
    const row = logits!.subarray(at * classes, (at + 1) * classes);
    const largest = row[predicted[at]];
    let [sum, mean, square] = [0, 0, 0];
    for (const value of row) {
      const shifted = value - largest;
      const weight = Math.exp(inverse * shifted);
      sum += weight;
      mean += weight * shifted;
      square += weight * shifted * shifted;
    }
    mean /= sum;
    slope += mean - (row[labels[at]] - largest);
    curvature += square / sum - mean * mean;
    images++;
  }
  return { slope: slope / images, curvature: curvature / images };
}

/** The temperature with the least cross entropy, which is convex in its inverse: Newton's method within a bracket. */
function fittedTemperature(predictions: Predictions, first: number): number {
  let [low, high, inverse] = [leastInverse, mostInverse, 1];
  for (let step = 0; step < maxSteps && high / low > 1 + tolerance; step++) {
    const { slope, curvature } = derivatives(predictions, first, inverse);
    if (slope === 0) break;
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = inverse - slope / curvature;
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high);
    if (Math.abs(next - inverse) <= tolerance * inverse) break;
    inverse = next;
  }
  return 1 / inverse;
}

/** Returns the predictions with logits divided by the temperatures of even and odd positions. */
function scaled(predictions: Predictions, temperatures: readonly [number, number]): Predictions {
  const { logits, labels, classNames } = predictions;
  const classes = classNames.length;
  const confidence = new Float64Array(labels.length);
  const loss = new Float64Array(labels.length);
  labels.forEach((label, at) => {
    const row = Array.from({ length: classes }, (_, index) => logits![at * classes + index] / temperatures[at % 2]);
    const { largest, logSum } = softmaxRow(row, 0, classes);
    confidence[at] = Math.exp(row[largest] - logSum);
    loss[at] = logSum - row[label];
  });
  return { ...predictions, confidence, loss };
}

/**
 * Fits a temperature on each half of the images and applies it to the other half, so that no image is scaled by a
 * temperature that was fitted on it. `predictions` must have logits. Undefined for fewer than two images.
 */
export function temperatureScalingOf(predictions: Predictions): TemperatureScaling | undefined {
  const { length } = predictions.labels;
  if (length < 2) return undefined;
  const [even, odd] = [fittedTemperature(predictions, 0), fittedTemperature(predictions, 1)];
  const result = scaled(predictions, [odd, even]);
  return {
    temperatures: [even, odd],
    loss: result.loss.reduce((sum, value) => sum + value, 0) / length,
    expectedErrorPercent: calibrationOf(result).expectedErrorPercent,
  };
}
