// Decides when a checkpoint and an evaluation are due.
import { lastEpochs } from '../records/metrics-columns.js';
import type { OutputOptions, TrainingOptions } from './options.js';

/** Whether a run is evaluated after epoch number `epoch` (counted from 1). */
export const evaluationDue = (
  { epochs, evaluateEvery }: Pick<TrainingOptions, 'epochs' | 'evaluateEvery'>,
  epoch: number,
): boolean => epoch === 1 || epoch > epochs - lastEpochs || epoch % evaluateEvery === 0;

/** Returns the number of epochs that are followed by an evaluation. */
export const evaluationCount = (training: Pick<TrainingOptions, 'epochs' | 'evaluateEvery'>): number =>
  Array.from({ length: training.epochs }, (_, index) => index + 1).filter((epoch) => evaluationDue(training, epoch))
    .length;

interface Cadence {
  /** Whether a checkpoint is due after the run's step number `step` (counted from 1, over all epochs). */
  readonly afterStep: (step: number) => boolean;
  /** Whether a checkpoint is due after epoch number `epoch` (counted from 1). */
  readonly afterEpoch: (epoch: number) => boolean;
  /** Must be called after writing a checkpoint; restarts the count of minutes. */
  readonly written: () => void;
}

/**
 * Creates the cadence of `output.checkpointEvery`; minutes count from now on. Epochs and steps are counted from the
 * start of the run, so that a resumed run writes the same checkpoints. `clock` returns milliseconds.
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
