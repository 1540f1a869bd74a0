// The error for a non-finite loss: value, step, and the last good checkpoint.
import { cannot, type IsdaError } from '../common/errors.js';

/** The newest checkpoint of a run. All its values are finite; others are never written. */
export interface GoodCheckpoint {
  readonly path: string;
  /** Its position in the run, such as `epoch 3, step 7`; step 0 is before the first step. */
  readonly at: string;
}

/** Formats a position for messages: `epoch 3, step 7`. */
export function placeInRun({ epoch, batch }: { readonly epoch: number; readonly batch: number }): string {
  return `epoch ${epoch}, step ${batch}`;
}

/**
 * Returns the error `cannot continue training: <metric> is <value> <when>`. `when` is the step, or the range of steps.
 */
export function diverged(metric: string, value: number, when: string, good: GoodCheckpoint | undefined): IsdaError {
  return cannot('continue training', `${metric} is ${value} ${when}`, {
    code: 'run/diverged',
    place: good === undefined ? 'there is no earlier checkpoint' : `last good checkpoint: ${good.path} (${good.at})`,
    hint: 'try a lower optimizer.learningRate, or with ISDA a lower loss.lambda0, in another folder (--out)',
  });
}
