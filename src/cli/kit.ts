// The `isda/kit` module: functions and types for custom modules and for their tests.
import { openEngine } from '../engine/index.js';
import { computeLoss as computeLossOn, type ComputedLoss, type ComputeLossOptions } from '../runs/compute-loss.js';
import type { LossModule } from '../runs/kit.js';

export * from '../runs/kit.js';
export type { ComputedLoss, ComputeLossOptions } from '../runs/compute-loss.js';
export type { ArrayInput, ShapedArray } from '../runs/array-input.js';

/**
 * Takes one step of a loss on given arrays, without an optimizer: its value, its gradients, and its state after the
 * step. The engine is that of `isda`, set up first where it is missing. Errors: the arrays do not fit together, or the
 * loss is refused as in a run; they have a `hint` and, where it is known, a `place`.
 */
export function computeLoss(createLoss: LossModule['createLoss'], given: ComputeLossOptions): Promise<ComputedLoss> {
  return computeLossOn(createLoss, given, {
    openEngine: (request) => openEngine(request, process.env, (line) => process.stderr.write(`${line}\n`)),
  });
}
