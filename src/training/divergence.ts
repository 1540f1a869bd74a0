// The error for a loss that is no longer finite: value, step, and the checkpoint to repeat from.
import { cannot, type IsdaError } from '../common/errors.js';

/** The newest checkpoint of a run. All its values are finite: others are never written. */
export interface GoodCheckpoint {
  readonly path: string;
  /** Where it was made, as `epoch 3, step 7`; step 0 is before the first. */
  readonly at: string;
}

/** A place in a run for messages: `epoch 3, step 7`. */
export function placeInRun({ epoch, batch }: { readonly epoch: number; readonly batch: number }): string {
  return `epoch ${epoch}, step ${batch}`;
}

/**
 * `cannot continue training: <metric> is <value> <when>`. `when` is the step, or the window of steps in which it
 * happened.
 */
export function diverged(metric: string, value: number, when: string, good: GoodCheckpoint | undefined): IsdaError {
  return cannot('continue training', `${metric} is ${value} ${when}`, {
    code: 'run/diverged',
    place:
      good === undefined ? 'there is no checkpoint from before' : `last good checkpoint: ${good.path} (${good.at})`,
    hint: 'a lower optimizer.learningRate may help, with ISDA also a lower loss.lambda0; with another one choose another folder (--out)',
  });
}
