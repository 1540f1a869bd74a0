// The training loop: epochs of steps, evaluation, a row of metrics, checkpoints; can stop between any two steps.
import { setImmediate } from 'node:timers/promises';
import { hashKey } from '../common/random.js';
import type { Loader } from '../data/loader/loader.js';
import type { Loss } from '../losses/loss.js';
import { groupOf, updateOf } from './batch-groups.js';
import { evaluationDue } from './cadence.js';
import { diverged, type GoodCheckpoint } from './divergence.js';
import { optimizerScalarsAt, type Optimizer } from '../optimizers/optimizer.js';
import type { TrainingOptions } from './options.js';
import type { BatchProgress } from './progress.js';
import { columnOf, type MetricsRow } from '../records/metrics-columns.js';
import type { Metric } from './metrics/metric.js';
import { epochRow, evaluatedValues } from './metrics/registry.js';
import { scheduledAt, type Schedule } from './schedules/schedule.js';
import { epochStart, imagesPerSecond, type RunPosition } from './state.js';
import type { TrainingSession } from './session.js';
import { lossScalarsAt } from './step-inputs.js';
import type { StepOutcome } from './step-runner.js';

/** The parts of a run that the training loop needs. */
export interface TrainerRun {
  readonly config: { readonly training: TrainingOptions };
  readonly parts: { readonly loss: Loss; readonly optimizer: Optimizer; readonly schedule: Schedule };
  readonly training: TrainingSession;
  /** The metrics, in the order of the columns of metrics.csv. */
  readonly metrics: readonly Metric[];
  readonly loader: Loader;
  /** The position to start from: the beginning, or that of a checkpoint. */
  readonly position: RunPosition;
  readonly context: {
    /** Returns milliseconds, for durations. */
    readonly clock: () => number;
    /** Returns the signal that requested a stop, if any. */
    readonly stopRequested: () => string | undefined;
  };
}

/** Loading times of an epoch, for the part that this process ran. */
export interface EpochLoading {
  /** Seconds of the training steps, including loading. */
  readonly seconds: number;
  /** Seconds of these that were spent waiting for batches. */
  readonly waitedSeconds: number;
  /** Broken images that the last evaluation of this process left out; 0 if there was none yet. */
  readonly evaluationImagesLeftOut: number;
}

/** Callbacks of the trainer. It awaits those that return promises. */
export interface TrainerEvents {
  /** Called after every training step, or after those that are read together. */
  batch(progress: BatchProgress): void;
  /** Called after every epoch, before its checkpoint. */
  epoch(row: MetricsRow, loading: EpochLoading): Promise<void>;
  /** Whether a checkpoint is due after a step. */
  checkpointDue(place: { readonly epoch: number; readonly batch: number }): boolean;
  /**
   * Saves the state of the run if `reason` requires it: after an epoch only if a checkpoint is due. A resumed run
   * starts at `position`.
   */
  checkpoint(position: RunPosition, reason: 'step' | 'epoch' | 'stop'): Promise<void>;
  /** Returns the newest checkpoint, for the error message if the loss is no longer finite. */
  lastCheckpoint(): GoodCheckpoint | undefined;
}

/** Thrown internally, so that a stop is handled in one place. The position is the last one between two steps. */
interface Stopped {
  readonly signal: string;
}
const isStopped = (value: unknown): value is Stopped =>
  typeof value === 'object' && value !== null && 'signal' in value && !(value instanceof Error);

/**
 * Trains from `position` to the last epoch. If a signal stopped it, makes a checkpoint and returns the signal;
 * otherwise returns undefined.
 */
export async function trainNetwork(run: TrainerRun, events: TrainerEvents): Promise<string | undefined> {
  const { epochs } = run.config.training;
  let position = run.position;
  try {
    while (position.epoch <= epochs) {
      const { trainingSeconds } = position;
      const { waitedSeconds } = run.loader;
      await trainEpoch(run, events, position, (next) => (position = next));
      const loading = {
        seconds: position.trainingSeconds - trainingSeconds,
        waitedSeconds: run.loader.waitedSeconds - waitedSeconds,
      };
      const { row, seconds } = await endEpoch(run, events, position);
      position = { ...position, seconds: position.seconds + seconds };
      await events.epoch(row, { ...loading, evaluationImagesLeftOut: run.loader.leftOut });
      position = epochStart(position.epoch + 1);
      await events.checkpoint(position, 'epoch');
    }
    return undefined;
  } catch (error) {
    if (!isStopped(error)) throw error;
    await events.checkpoint(position, 'stop');
    return error.signal;
  }
}

/** Yields to the event loop for signals, timers and the display. After a signal, runs `record` and throws. */
async function yieldToEventLoop({ context }: TrainerRun, record?: () => void): Promise<void> {
  await setImmediate();
  const signal = context.stopRequested();
  if (signal === undefined) return;
  record?.();
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- a stop is no error, and never leaves this file
  throw { signal } satisfies Stopped;
}

/**
 * Runs the remaining steps of an epoch. `reached` gets the position after each step, or after steps that are read
 * together.
 */
async function trainEpoch(
  run: TrainerRun,
  events: TrainerEvents,
  start: RunPosition,
  reached: (position: RunPosition) => void,
): Promise<void> {
  const { config, context, loader, parts, training } = run;
  const { epoch } = start;
  const batches = loader.trainingBatchCount;
  let position = start;
  let batch = start.batch;
  let mark = context.clock();
  const record = (outcomes: readonly StepOutcome[]): void => {
    if (outcomes.length === 0) return;
    const seconds = secondsSince(mark, context.clock());
    mark = context.clock();
    position = outcomes.reduce((before, outcome) => afterStep(before, outcome, batches, events), position);
    position = {
      ...position,
      seconds: position.seconds + seconds,
      trainingSeconds: position.trainingSeconds + seconds,
    };
    reached(position);
  };
  const noiseSeed = hashKey(config.training.seed, 'noise');
  for await (const images of loader.trainingBatches(epoch, start.batch)) {
    const iteration = (epoch - 1) * batches + batch;
    const { learningRate, progress } = scheduledIn(run, epoch, iteration);
    const lossScalars = lossScalarsAt(parts.loss, progress);
    const step = updateOf({ epoch, batch }, batches, config.training);
    const optimizerScalars = optimizerScalarsAt(parts.optimizer, { learningRate, step });
    const group = groupOf({ batch, images: images.labels.length }, batches, config.training);
    const due = training.runStep({ batch: images, optimizerScalars, seed: [noiseSeed, iteration], lossScalars, group });
    batch += 1;
    record(batch === batches ? [...due, ...training.flush()] : due);
    if (position.batch === batch) {
      events.batch({
        epoch,
        batch,
        trainLoss: position.lossSum / position.images,
        trainError: (100 * position.wrong) / position.images,
        imagesPerSecond: imagesPerSecond(position),
      });
    }
    if (events.checkpointDue({ epoch, batch })) {
      record(training.flush());
      await events.checkpoint(position, 'step');
      mark = context.clock();
    }
    await yieldToEventLoop(run, () => record(training.flush()));
  }
}

/** Returns the position after one more step. Errors: its loss is not finite. */
function afterStep(
  position: RunPosition,
  { loss, correct, images }: StepOutcome,
  batches: number,
  events: TrainerEvents,
): RunPosition {
  const batch = position.batch + 1;
  if (!Number.isFinite(loss)) {
    const when = `at epoch ${position.epoch}, step ${batch} of ${batches}`;
    throw diverged('train_loss', loss, when, events.lastCheckpoint());
  }
  return {
    ...position,
    batch,
    lossSum: position.lossSum + loss * images,
    wrong: position.wrong + images - correct,
    images: position.images + images,
  };
}

const scheduledIn = ({ config, loader, parts }: TrainerRun, epoch: number, iteration: number) => {
  const { epochs } = config.training;
  const { schedule } = parts;
  return scheduledAt({ schedule, epochs, iterationsPerEpoch: loader.trainingBatchCount }, epoch, iteration);
};

/** Never negative, even if the clock is set back: a checkpoint must not contain a negative time. */
const secondsSince = (start: number, end: number): number => Math.max(0, end - start) / 1000;

/** Evaluates after the last step of an epoch and measures the seconds. Errors: a value is not finite. */
async function evaluateEpoch(
  run: TrainerRun,
  events: TrainerEvents,
  epoch: number,
): Promise<{ evaluated: Record<string, number>; seconds: number }> {
  const { context, loader, metrics, training } = run;
  const started = context.clock();
  const evaluation = await training.evaluate(loader.evaluationBatches(), () => yieldToEventLoop(run));
  const evaluated = evaluatedValues(metrics, evaluation);
  for (const [name, value] of Object.entries(evaluated)) {
    if (Number.isFinite(value)) continue;
    throw diverged(columnOf(name), value, `after the last step of epoch ${epoch}`, events.lastCheckpoint());
  }
  return { evaluated, seconds: secondsSince(started, context.clock()) };
}

/** Returns the row of an epoch after its steps, and the seconds of the evaluation; 0 if none was due. */
async function endEpoch(
  run: TrainerRun,
  events: TrainerEvents,
  position: RunPosition,
): Promise<{ row: MetricsRow; seconds: number }> {
  const { config, loader, metrics, parts } = run;
  const { epoch } = position;
  const due = evaluationDue(config.training, epoch);
  const { evaluated, seconds } = due ? await evaluateEpoch(run, events, epoch) : { evaluated: {}, seconds: 0 };
  const iteration = epoch * loader.trainingBatchCount;
  const { learningRate, progress } = scheduledIn(run, epoch, iteration - 1);
  const facts = {
    position: { ...position, seconds: position.seconds + seconds },
    iteration,
    learningRate,
    lossScalars: lossScalarsAt(parts.loss, progress),
  };
  return { row: epochRow(metrics, facts, evaluated), seconds };
}
