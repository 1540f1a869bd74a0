// The records of a run: metrics.csv, TensorBoard events, progress display, checkpoints.
import { hostname } from 'node:os';
import { closeOnError } from '../common/close-on-error.js';
import { fingerprint } from '../config/fingerprint.js';
import { epochBatches } from '../data/batches.js';
import { createCadence } from '../training/cadence.js';
import { diverged, placeInRun, type GoodCheckpoint } from '../training/divergence.js';
import { epochLine } from '../training/progress.js';
import type { CheckpointChoice } from '../records/checkpoint-names.js';
import { saveCheckpoint } from '../records/checkpoints.js';
import { openEvents } from '../records/events.js';
import { isEvaluated, type EvaluatedRow, type MetricsRow } from '../records/metrics-columns.js';
import { openMetrics } from '../records/metrics-csv.js';
import type { Metric } from '../training/metrics/metric.js';
import { epochStart, readState, type RunPosition } from '../training/state.js';
import type { EpochLoading, TrainerEvents } from '../training/trainer.js';
import type { Run } from './open-run.js';

interface RunRecords {
  /** Callbacks that record the trainer's events. */
  readonly events: TrainerEvents;
  /** Prints a line and writes it to log.txt. */
  readonly warn: (line: string) => void;
  /**
   * Returns the totals of the epochs that this process trained; the images left out are those of the last evaluation,
   * by whichever process.
   */
  readonly loading: () => EpochLoading;
  close(): Promise<void>;
}

/** Opens the files that a run writes during training; close them in any case. */
async function openFiles(run: Run, batchesPerEpoch: number) {
  const { config, context, folder, metrics: columns, position } = run;
  const { evaluationName } = run.splits;
  const { now } = context;
  const { epochs } = config.training;
  const stepOf = ({ epoch, batch }: Pick<RunPosition, 'epoch' | 'batch'>): number =>
    (epoch - 1) * batchesPerEpoch + batch;
  const metrics = await openMetrics(folder.paths.metrics, run.kept);
  // Events of earlier files for the steps to come are invalid, also if the run starts over.
  const purgeFromStep = stepOf(epochStart(position.epoch)) + 1;
  const curves =
    position.epoch > epochs
      ? undefined
      : await closeOnError(
          () => metrics.close(),
          () => openEvents(folder.paths.root, { now, host: hostname(), pid: process.pid, purgeFromStep }),
        );
  const progress = context.showProgress({
    epochs,
    batchesPerEpoch,
    batchesBefore: stepOf(position),
    metrics: columns,
    evaluationName,
  });
  const close = async (): Promise<void> => {
    progress.stop();
    await metrics.close();
    await curves?.close();
  };
  return { stepOf, metrics, curves, progress, close };
}

/** Opens a run's records. Errors: a file cannot be written. */
export async function openRecords(run: Run): Promise<RunRecords> {
  const { config, context, folder, splits, training, weights, position: start } = run;
  const { epochs, batchSize } = config.training;
  const { checkpointEvery, keepCheckpoints } = config.output;
  const { evaluationName } = splits;
  const { checksum: data, classNames } = splits.data;
  const { stepOf, metrics, curves, progress, close } = await openFiles(
    run,
    epochBatches(splits.train, batchSize).batches,
  );
  const cadence = createCadence(checkpointEvery, context.clock);
  const best = bestOf(metrics.kept);
  let last: GoodCheckpoint | undefined =
    run.resumed === undefined ? undefined : { path: run.resumed, at: placeInRun(start) };
  let loading: EpochLoading = {
    seconds: 0,
    waitedSeconds: 0,
    evaluationImagesLeftOut: run.evaluationImagesLeftOut,
  };
  const events: TrainerEvents = {
    batch: (state) => progress.batch(state),
    async epoch(row, { seconds, waitedSeconds, evaluationImagesLeftOut }) {
      loading = {
        seconds: loading.seconds + seconds,
        waitedSeconds: loading.waitedSeconds + waitedSeconds,
        // A resumed process has no evaluation of its own before the first that is due.
        evaluationImagesLeftOut: isEvaluated(row) ? evaluationImagesLeftOut : loading.evaluationImagesLeftOut,
      };
      await metrics.append(row);
      best.see(row);
      await curves?.scalars(row.iteration, curvesOf(run.metrics, row));
      progress.epoch(row);
      folder.log(epochLine(row, { epochs, metrics: run.metrics, evaluationName }, undefined, Infinity));
    },
    checkpointDue: (place) => cadence.afterStep(stepOf(place)),
    async checkpoint(position, reason) {
      const as: CheckpointChoice[] = [];
      const completed = position.epoch - 1;
      if (reason !== 'epoch' || position.epoch > epochs || cadence.afterEpoch(completed)) as.push('newest');
      if (reason === 'epoch' && best.epoch() === completed) as.push('best');
      if (as.length === 0) return;
      await folder.requireHeld();
      // A process that took the folder over and has ended leaves no lock, but its own metrics.
      await metrics.requireOwn();
      if (reason === 'stop') progress.print(`${context.stopRequested()}: writing a checkpoint`);
      const at = placeInRun(position);
      const window = `since a step between ${last?.at ?? placeInRun(start)} and ${at}`;
      const state = {
        // The epoch of its last step.
        epoch: position.batch === 0 ? Math.max(1, completed) : position.epoch,
        step: stepOf(position),
        tensors: readState(training, (tensor, value) => diverged(tensor, value, window, last)),
        progress: {
          ...position,
          metrics: metrics.digest(),
          data,
          classNames,
          ...(weights && { weights }),
          ...(loading.evaluationImagesLeftOut > 0 && { evaluationImagesLeftOut: loading.evaluationImagesLeftOut }),
        },
        fingerprint: fingerprint(config),
      };
      last = { path: await saveCheckpoint(folder.paths.checkpoints, state, keepCheckpoints, as), at };
      if (as.includes('newest')) cadence.written();
    },
    lastCheckpoint: () => last,
  };
  const warn = (line: string): void => {
    progress.print(line);
    folder.log(line);
  };
  return { events, warn, loading: () => loading, close };
}

/** Tracks the evaluated epoch with the lowest test error; of equal ones the first. */
function bestOf(rows: readonly MetricsRow[]) {
  let best: EvaluatedRow | undefined;
  const see = (row: MetricsRow): void => {
    if (isEvaluated(row) && (best === undefined || row.testError < best.testError)) best = row;
  };
  rows.forEach(see);
  return { see, epoch: (): number | undefined => best?.epoch };
}

/** Returns the TensorBoard scalars of a row. */
function curvesOf(metrics: readonly Metric[], row: MetricsRow): Record<string, number> {
  const curves = metrics.flatMap(({ name, column, kind, tag }): [string, number][] => {
    const value = row[name];
    const curve = tag ?? (kind === 'place' || kind === 'time' ? undefined : column);
    return curve === undefined || value === undefined ? [] : [[curve, value]];
  });
  return Object.fromEntries(curves);
}
