// Collects a network's prediction for each image of an evaluation.
import { softmaxRow } from './softmax.js';

/** The logits of a batch, with its labels and the indices of its images in their source. */
interface PredictedBatch {
  /** float32 [N, C] */
  readonly logits: ArrayLike<number>;
  /** [N] */
  readonly labels: Int32Array;
  /** [N] */
  readonly indices: Uint32Array;
}

/** Predictions of N images, in the order of evaluation. */
export interface Predictions {
  readonly classNames: readonly string[];
  /** Indices in the source. */
  readonly indices: Uint32Array;
  readonly labels: Int32Array;
  /** The class of the largest logit; of equal ones the first. */
  readonly predicted: Int32Array;
  /** The probability of the predicted class, 0 … 1. */
  readonly confidence: Float64Array;
  /** Cross entropy of the label, in nats. */
  readonly loss: Float64Array;
  /** float32 [N, C], if they are kept. */
  readonly logits?: Float32Array;
}

export interface PredictionCollector {
  /** Errors: a logit is not finite. */
  add(batch: PredictedBatch): void;
  /** Predictions of all added images. */
  readonly predictions: Predictions;
}

/** Collects the predictions of at most `count` images; `keepLogits`: also their logits. */
export function collectPredictions(
  classNames: readonly string[],
  count: number,
  keepLogits = false,
): PredictionCollector {
  const classes = classNames.length;
  const all = {
    indices: new Uint32Array(count),
    labels: new Int32Array(count),
    predicted: new Int32Array(count),
    confidence: new Float64Array(count),
    loss: new Float64Array(count),
  };
  const allLogits = new Float32Array(keepLogits ? count * classes : 0);
  let next = 0;
  return {
    add({ logits, labels, indices }) {
      labels.forEach((label, at) => {
        const { row, largest, logSum } = softmaxRow(logits, at, classes);
        all.indices[next] = indices[at];
        all.labels[next] = label;
        all.predicted[next] = largest;
        all.confidence[next] = Math.exp(row[largest] - logSum);
        all.loss[next] = logSum - row[label];
        if (keepLogits) allLogits.set(row, next * classes);
        next++;
      });
    },
    get predictions() {
      return {
        classNames,
        indices: all.indices.subarray(0, next),
        labels: all.labels.subarray(0, next),
        predicted: all.predicted.subarray(0, next),
        confidence: all.confidence.subarray(0, next),
        loss: all.loss.subarray(0, next),
        ...(keepLogits && { logits: allLogits.subarray(0, next * classes) }),
      };
    },
  };
}
