// Evaluates error and loss of a network on a data set.
import type { Session } from '../engine/session.js';
import type { HostArray } from '../engine/types.js';
import { evaluateFunction, type LabelledImages } from './step-inputs.js';

export interface Evaluation {
  /** Mean cross entropy of the plain logits. */
  readonly loss: number;
  /** Top-1 error in percent. */
  readonly errorPercent: number;
  /** Top-5 error in percent, where there are more than 10 classes. */
  readonly errorTop5Percent?: number;
}

/** Evaluates one batch: the outputs of `evaluationStep`. */
export const evaluateBatch = (
  session: Session,
  { images, labels }: LabelledImages,
): Readonly<Record<string, HostArray>> => session.call(evaluateFunction(labels.length), { images, labels });

/** Evaluates with running statistics, batch by batch; `afterBatch` may throw to stop in between. There must be images. */
export async function evaluate(
  session: Session,
  batches: AsyncIterable<LabelledImages>,
  afterBatch: () => Promise<void>,
): Promise<Evaluation> {
  let count = 0;
  let lossSum = 0;
  let correct = 0;
  let correct5: number | undefined;
  for await (const batch of batches) {
    const result = evaluateBatch(session, batch);
    count += batch.labels.length;
    lossSum += result.lossSum[0];
    correct += result.correct[0];
    if ('correct5' in result) correct5 = (correct5 ?? 0) + result.correct5[0];
    await afterBatch();
  }
  const percentWrong = (hits: number): number => (100 * (count - hits)) / count;
  const top1 = { loss: lossSum / count, errorPercent: percentWrong(correct) };
  return correct5 === undefined ? top1 : { ...top1, errorTop5Percent: percentWrong(correct5) };
}
