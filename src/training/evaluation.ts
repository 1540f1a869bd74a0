// Evaluates a network on a data set.
import type { Session } from '../engine/session.js';
import type { HostArray } from '../engine/types.js';
import type { Evaluation } from './metrics/metric.js';
import { evaluateFunction, logitsOutput, type LabelledImages } from './step-inputs.js';

/** Evaluates one batch: the outputs of `evaluationStep`. */
export const evaluateBatch = (
  session: Session,
  { images, labels }: LabelledImages,
): Readonly<Record<string, HostArray>> => session.call(evaluateFunction(labels.length), { images, labels });

/**
 * Evaluates with running statistics, batch by batch; `afterBatch` gets the logits [N, C] where the step gives them, and may
 * throw to stop in between. There must be images. The sums of the batches are added in float64.
 */
export async function evaluate<Batch extends LabelledImages>(
  session: Session,
  batches: AsyncIterable<Batch>,
  afterBatch: (batch: Batch, logits: HostArray | undefined) => Promise<void>,
): Promise<Evaluation> {
  let images = 0;
  const sums: Record<string, Float64Array> = {};
  for await (const batch of batches) {
    const { [logitsOutput]: logits, ...outputs } = evaluateBatch(session, batch) as Readonly<
      Record<string, HostArray | undefined>
    >;
    images += batch.labels.length;
    for (const [name, values] of Object.entries(outputs as Readonly<Record<string, HostArray>>)) {
      const total = (sums[name] ??= new Float64Array(values.length));
      values.forEach((value, index) => (total[index] += value));
    }
    await afterBatch(batch, logits);
  }
  return { images, sums };
}
