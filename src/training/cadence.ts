// Decides when a checkpoint and an evaluation are due.
import { lastEpochs } from '../records/metrics-columns.js';
import type { OutputOptions, TrainingOptions } from './options.js';

/** Whether a run is evaluated after epoch number `epoch` (counted from 1). */
export const evaluationDue = (
  { epochs, evaluateEvery }: Pick<TrainingOptions, 'epochs' | 'evaluateEvery'>,
  epoch: number,
): boolean => epoch === 1 || epoch > epochs - lastEpochs || epoch % evaluateEvery === 0;

/** After how many of its epochs a run is evaluated. */
export const evaluationCount = (training: Pick<TrainingOptions, 'epochs' | 'evaluateEvery'>): number =>
  Array.from({ length: training.epochs }, (_, index) => index + 1).filter((epoch) => evaluationDue(training, epoch))
    .length;

interface Cadence {
  /** Whether one is due after the run's step number `step` (counted from 1, over all epochs). */
  readonly afterStep: (step: number) => boolean;
  /** Whether one is due after epoch number `epoch` (counted from 1). */
  readonly afterEpoch: (epoch: number) => boolean;
  /** To be called when one is written: minutes count from then on. */
  readonly written: () => void;
}

/**
 * The cadence of `output.checkpointEvery`; minutes count from now on. Epochs and steps are counted from the start of
 * the run, so that a resumed run writes the checkpoints it would have written. `clock`: milliseconds.
 */
export function createCadence(every: OutputOptions['checkpointEvery'], clock: () => number): Cadence {
  const { epochs, steps, minutes } = typeof every === 'number' ? { epochs: every } : every;
  let last = clock();
  const timeIsUp = (): boolean => minutes !== undefined && clock() - last >= minutes * 60_000;
  return {
    afterStep: (step) => (steps !== undefined && step % steps === 0) || timeIsUp(),
    afterEpoch: (epoch) => (epochs !== undefined && epoch % epochs === 0) || timeIsUp(),
    written: () => void (last = clock()),
  };
}
