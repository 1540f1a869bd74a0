// Evaluates a network on a data set.
import { cannot } from '../common/errors.js';
import type { Batch as LoadedBatch } from '../data/batches.js';
import type { Session } from '../engine/session.js';
import type { HostArray } from '../engine/types.js';
import type { Evaluation } from './metrics/metric.js';
import { evaluateFunction, logitsOutput, type LabelledImages } from './step-inputs.js';

/** Evaluates one batch; returns the outputs of `evaluationStep`. */
export const evaluateBatch = (
  session: Session,
  { images, labels }: LabelledImages,
): Readonly<Record<string, HostArray>> => session.call(evaluateFunction(labels.length), { images, labels });

/** Splits a batch into single images. */
function singles({ images, labels }: LabelledImages): LabelledImages[] {
  const size = images.length / labels.length;
  return Array.from(labels, (label, at) => ({
    images: images.subarray(at * size, (at + 1) * size),
    labels: Int32Array.of(label),
  }));
}

/** Adds the values of one batch to a sum. Errors: the sum of another batch has another number of values. */
function addTo(sums: Record<string, Float64Array>, name: string, values: HostArray): void {
  const total = (sums[name] ??= new Float64Array(values.length));
  if (values.length !== total.length) {
    throw cannot('evaluate', `${name} has ${values.length} values for a batch and ${total.length} for another one`, {
      code: 'module/unusable',
      hint: 'the sums of a metric are over the images of a batch: their shapes must not depend on its size',
    });
  }
  values.forEach((value, index) => (total[index] += value));
}

/**
 * Evaluates with running statistics, batch by batch. `afterBatch` gets the logits [N, C] if the step returns them, and
 * may throw to stop. There must be at least one image. The sums of the batches are added in float64. A batch from
 * which images were left out is evaluated image by image, because a session has functions only for full batches and
 * single images.
 */
export async function evaluate<Batch extends LabelledImages & Pick<LoadedBatch, 'leftOut'>>(
  session: Session,
  batches: AsyncIterable<Batch>,
  afterBatch: (batch: Batch, logits: HostArray | undefined) => Promise<void>,
): Promise<Evaluation> {
  let images = 0;
  const sums: Record<string, Float64Array> = {};
  for await (const batch of batches) {
    const pieces = (batch.leftOut ?? 0) > 0 ? singles(batch) : [batch];
    const logits = pieces.flatMap((piece) => {
      const { [logitsOutput]: own, ...outputs } = evaluateBatch(session, piece) as Readonly<
        Record<string, HostArray | undefined>
      >;
      for (const [name, values] of Object.entries(outputs as Readonly<Record<string, HostArray>>))
        addTo(sums, name, values);
      return own === undefined ? [] : [own];
    });
    images += batch.labels.length;
    await afterBatch(batch, logits.length > 1 ? Float32Array.from(logits.flatMap((row) => [...row])) : logits[0]);
  }
  return { images, sums };
}
