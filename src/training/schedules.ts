// Learning-rate schedules: the rate of a training step.
import { counted } from '../common/format.js';
import type { TrainingProgress } from '../losses/loss.js';
import type { OptimizerOptions } from '../optimizers/options.js';
import type { ScheduleOptions } from './options.js';

/** A position in a run. */
interface ScheduleMoment {
  /** Counted from 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Number of the step, counted from 0 over all epochs. */
  readonly iteration: number;
  readonly iterationsPerEpoch: number;
}

/** Returns the learning rate of an epoch without warm-up. */
function epochRate(schedule: ScheduleOptions, base: number, { epoch, epochs }: ScheduleMoment): number {
  switch (schedule.name) {
    case 'step': {
      const passed = schedule.milestones.filter((milestone) => epoch >= milestone).length;
      // 0.1 * 0.1 is not exactly 0.01 in binary; twelve digits are exact for the step's float32.
      return Number((base * schedule.factor ** passed).toPrecision(12));
    }
    case 'cosine': {
      const { minLearningRate = 0 } = schedule;
      return minLearningRate + 0.5 * (base - minLearningRate) * (1 + Math.cos((Math.PI * epoch) / epochs));
    }
    case 'constant':
      return base;
  }
}

/** Returns the factor of warm-up: (iteration + 1) / (warmupEpochs x iterations per epoch), at most 1. */
function warmupShare({ warmupEpochs = 0 }: ScheduleOptions, { iteration, iterationsPerEpoch }: ScheduleMoment): number {
  const length = warmupEpochs * iterationsPerEpoch;
  return iteration + 1 >= length ? 1 : (iteration + 1) / length;
}

/**
 * Returns the learning rate of a training step. `step`: a milestone is the first epoch, counted from 1, with the lower
 * rate. `cosine`: min + 0.5 (lr − min) (1 + cos(pi e / T)), with e counted from 1 (paper, supplement B, and its
 * released code, where min is 0). `warmupEpochs`: the rate of the epoch times a factor that grows linearly with the
 * iteration (Goyal et al., 2017, section 2.2).
 */
export function learningRateAt(schedule: ScheduleOptions, base: number, moment: ScheduleMoment): number {
  const rate = epochRate(schedule, base, moment);
  const share = warmupShare(schedule, moment);
  return share === 1 ? rate : rate * share;
}

/** Returns the learning rate of a step divided by the initial one, for other rates that follow the schedule. */
export function learningRateFactorAt(schedule: ScheduleOptions, base: number, moment: ScheduleMoment): number {
  const { minLearningRate, ...rest } = { minLearningRate: undefined, ...schedule };
  const relative = minLearningRate === undefined ? schedule : { ...rest, minLearningRate: minLearningRate / base };
  return learningRateAt(relative, 1, moment);
}

/** The properties of a run that its schedules depend on. */
interface ScheduledRun {
  readonly config: {
    readonly optimizer: Pick<OptimizerOptions, 'learningRate'>;
    readonly schedule: ScheduleOptions;
  };
  readonly epochs: number;
  readonly iterationsPerEpoch: number;
}

/** Returns the learning rate of a step and the progress for the scalars of a loss; `iteration` counts from 0. */
export function scheduledAt(
  { config, epochs, iterationsPerEpoch }: ScheduledRun,
  epoch: number,
  iteration: number,
): { readonly learningRate: number; readonly progress: TrainingProgress } {
  const { schedule } = config;
  const base = config.optimizer.learningRate;
  const moment = { epoch, epochs, iteration, iterationsPerEpoch };
  const progress = {
    iteration,
    totalIterations: epochs * iterationsPerEpoch,
    epoch: epoch - 1,
    totalEpochs: epochs,
    learningRateFactor: learningRateFactorAt(schedule, base, moment),
  };
  return { learningRate: learningRateAt(schedule, base, moment), progress };
}

/** Longest run, in epochs, for which the warning about an epoch with rate 0 is given. */
const shortRun = 10;

/** Returns warnings about probable mistakes in a schedule over `epochs` epochs, one sentence each. */
export function scheduleWarnings(schedule: ScheduleOptions, epochs: number): readonly string[] {
  const { warmupEpochs = 0 } = schedule;
  const run = `the ${counted(epochs, 'epoch')} of the run`;
  return [
    ...(warmupEpochs > epochs
      ? [`schedule.warmupEpochs ${warmupEpochs} exceeds ${run}: the rate never reaches its full value`]
      : []),
    ...rateWarnings(schedule, epochs, run),
  ];
}

/** Returns the warnings about the rates without warm-up. */
function rateWarnings(schedule: ScheduleOptions, epochs: number, run: string): readonly string[] {
  if (schedule.name === 'step') {
    const late = schedule.milestones.filter((milestone) => milestone > epochs);
    if (late.length === 0) return [];
    const [which, they] = late.length === 1 ? [`milestone ${late[0]}`, 'is'] : [`milestones ${late.join(', ')}`, 'are'];
    return [`schedule.${which} ${they} beyond ${run}: the rate is not lowered there`];
  }
  if (schedule.name === 'cosine' && epochs <= shortRun && (schedule.minLearningRate ?? 0) === 0) {
    const where =
      epochs === 1
        ? 'the only epoch: nothing is trained'
        : `the last of the ${epochs} epochs: no parameter changes there`;
    return [`the cosine schedule has rate 0 in ${where} (schedule.minLearningRate sets a higher final rate)`];
  }
  return [];
}
