// The interface of learning-rate schedules, and the values of a step that depend on one.
import type { TrainingProgress } from '../../losses/loss.js';

/** A position in a run. */
export interface ScheduleMoment {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Number of the step, counted from 0 over all epochs. */
  readonly iteration: number;
  readonly iterationsPerEpoch: number;
}

export interface Schedule {
  /** Returns the learning rate of a training step. */
  readonly rateAt: (moment: ScheduleMoment) => number;
  /** Returns that rate divided by the initial one, for other rates that follow the schedule. */
  readonly factorAt: (moment: ScheduleMoment) => number;
  /** Returns warnings about probable mistakes over a number of epochs, one sentence each. */
  readonly warnings?: (epochs: number) => readonly string[];
}

/** The properties of a run that its scheduled values depend on. */
interface ScheduledRun {
  readonly schedule: Schedule;
  readonly epochs: number;
  readonly iterationsPerEpoch: number;
}

/** Returns the learning rate of a step and the progress for the scalars of a loss; `iteration` counts from 0. */
export function scheduledAt(
  { schedule, epochs, iterationsPerEpoch }: ScheduledRun,
  epoch: number,
  iteration: number,
): { readonly learningRate: number; readonly progress: TrainingProgress } {
  const moment = { epoch, epochs, iteration, iterationsPerEpoch };
  const progress = {
    iteration,
    totalIterations: epochs * iterationsPerEpoch,
    epoch: epoch - 1,
    totalEpochs: epochs,
    learningRateFactor: schedule.factorAt(moment),
  };
  return { learningRate: schedule.rateAt(moment), progress };
}
