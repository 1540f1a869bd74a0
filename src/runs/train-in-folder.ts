// Training with its records: metrics.csv, TensorBoard events, progress display, checkpoints, summary.
import { hostname } from 'node:os';
import { cannot } from '../common/errors.js';
import type { ExperimentConfig } from '../config/schema.js';
import { epochPlan } from '../data/batches.js';
import type { Splits } from '../data/split.js';
import { countParameters } from '../models/cost.js';
import { createCadence } from '../training/cadence.js';
import { diverged, placeInRun, type GoodCheckpoint } from '../training/divergence.js';
import { createProgress, epochLine } from '../training/progress.js';
import { saveCheckpoint, type CheckpointChoice } from '../records/checkpoints.js';
import { openEvents } from '../records/events.js';
import {
  isEvaluated,
  metricsColumns,
  type EvaluatedRow,
  type MetricsRow,
} from '../records/metrics-columns.js';
import { openMetrics, readMetrics } from '../records/metrics-csv.js';
import type { RunFolder } from '../records/run-folder.js';
import { readDataWait, summarise, writeSummary, type RunSummary } from '../records/summary.js';
import type { TrainingSession } from '../training/session.js';
import { epochStart, readState, type RunPosition } from '../training/state.js';
import type { StepParts } from '../training/step.js';
import { trainNetwork } from '../training/trainer.js';
import { openConfiguredLoader } from './loading.js';
import { multiplyAddsOf } from './parts.js';

/** Everything that is open during a run. */
export interface OpenRun {
  readonly config: ExperimentConfig;
  /** Identifies the experiment in its checkpoints. */
  readonly fingerprint: string;
  readonly folder: RunFolder;
  readonly parts: StepParts;
  readonly splits: Splits;
  readonly training: TrainingSession;
  /** Where to begin. */
  readonly position: RunPosition;
  /** The checkpoint that this is the position of. */
  readonly checkpoint: { readonly path: string; readonly metrics: string | undefined } | undefined;
  /** Threads that load images. */
  readonly workers: number;
  readonly stream: NodeJS.WriteStream;
  /** Says what is trained, once the run's records are checked. */
  readonly printHeader: () => void;
  /** Keeps a line in log.txt. */
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The signal that asks for an end, if one came. */
  readonly stopRequested: () => string | undefined;
}

/** Opens what a run writes; close it however the run ends. */
async function openRecords({ config, folder, parts, splits, position, checkpoint, stream, now }: OpenRun) {
  const { epochs, batchSize } = config.training;
  const batchesPerEpoch = epochPlan(splits.train, batchSize).batches;
  const stepOf = ({ epoch, batch }: Pick<RunPosition, 'epoch' | 'batch'>): number =>
    (epoch - 1) * batchesPerEpoch + batch;
  const resumed = stepOf(position) > 0;
  const metrics = await openMetrics(folder.metrics, {
    columns: metricsColumns(parts.network.classes),
    ...(resumed ? { resumeAfterEpoch: position.epoch - 1, expectedDigest: checkpoint?.metrics } : {}),
  });
  // Whatever earlier files of the folder say of the steps to come is void, also where the run starts over.
  const purgeFromStep = stepOf(epochStart(position.epoch)) + 1;
  const events =
    position.epoch > epochs
      ? undefined
      : await openEvents(folder.root, { now, host: hostname(), pid: process.pid, purgeFromStep });
  const progress = createProgress({ stream, now, epochs, batchesPerEpoch, batchesBefore: stepOf(position) });
  const close = async (): Promise<void> => {
    progress.stop();
    await metrics.close();
    await events?.close();
  };
  return { stepOf, metrics, events, progress, close };
}

/** Trains from the run's position to its end and gives the summary. Errors: `stopped` after a signal. */
export async function trainInFolder(run: OpenRun): Promise<RunSummary> {
  const { config, folder, parts, splits, training, position: start } = run;
  const { epochs } = config.training;
  const { checksum: data } = splits;
  const { checkpointEvery, keepCheckpoints } = config.output;
  const records = await openRecords(run);
  run.printHeader();
  const cadence = createCadence(checkpointEvery, run.now);
  const best = bestOf(records.metrics.kept);
  let last: GoodCheckpoint | undefined =
    run.checkpoint === undefined ? undefined : { path: run.checkpoint.path, at: placeInRun(start) };
  const warn = (line: string): void => {
    records.progress.note(line);
    run.log(line);
  };
  // A run that is complete loads no image.
  const workers = start.epoch > epochs ? 0 : run.workers;
  const loader = await openConfiguredLoader(config, splits, workers, warn, run).catch(async (error: unknown) => {
    await records.close();
    throw error;
  });
  const loading = { seconds: 0, waitedSeconds: 0 };
  const inputs = {
    session: training,
    loss: parts.loss,
    loader,
    optimizer: config.optimizer,
    schedule: config.schedule,
    training: config.training,
    position: start,
    now: run.now,
  };
  try {
    const signal = await trainNetwork(inputs, {
      batch: (state) => records.progress.batch(state),
      async epoch(row, { seconds, waitedSeconds }) {
        loading.seconds += seconds;
        loading.waitedSeconds += waitedSeconds;
        await records.metrics.append(row);
        best.see(row);
        await records.events?.scalars(row.iteration, curvesOf(row));
        records.progress.epoch(row);
        run.log(epochLine(row, epochs, undefined, Infinity));
      },
      checkpointDue: (place) => cadence.afterStep(records.stepOf(place)),
      async checkpoint(position, reason) {
        const as: CheckpointChoice[] = [];
        const completed = position.epoch - 1;
        if (reason !== 'epoch' || position.epoch > epochs || cadence.afterEpoch(completed)) as.push('newest');
        if (reason === 'epoch' && best.epoch() === completed) as.push('best');
        if (as.length === 0) return;
        if (reason === 'stop') records.progress.note(`${run.stopRequested()}: writing a checkpoint`);
        const at = placeInRun(position);
        const window = `since a step between ${last?.at ?? placeInRun(start)} and ${at}`;
        const state = {
          epoch: position.epoch,
          step: records.stepOf(position),
          tensors: readState(training, (tensor, value) =>
            diverged(tensor, value, window, last),
          ),
          progress: { ...position, metrics: records.metrics.digest(), ...(data === undefined ? {} : { data }) },
          fingerprint: run.fingerprint,
        };
        last = { path: await saveCheckpoint(folder.checkpoints, state, keepCheckpoints, as), at };
        if (as.includes('newest')) cadence.written();
      },
      lastCheckpoint: () => last,
      stopRequested: run.stopRequested,
    });
    if (signal !== undefined) {
      throw cannot('finish the run', `${signal} came; a checkpoint is written`, {
        kind: 'stopped',
        place: folder.root,
        hint: 'the same command goes on from there',
      });
    }
  } finally {
    await loader.close();
    await records.close();
  }
  const { experiment } = config;
  const dataWaitPercent =
    loading.seconds > 0
      ? Number(((100 * loading.waitedSeconds) / loading.seconds).toFixed(3))
      : await readDataWait(folder.summary);
  const parameters = countParameters(parts.network);
  const { fingerprint: settings } = run;
  const facts = { experiment, parameters, multiplyAdds: multiplyAddsOf(parts), dataWaitPercent, settings };
  const summary = summarise(facts, await readMetrics(folder.metrics));
  await writeSummary(folder.summary, summary);
  return summary;
}

/** The first of the evaluated epochs with the lowest test error. */
function bestOf(rows: readonly MetricsRow[]) {
  let best: EvaluatedRow | undefined;
  const see = (row: MetricsRow): void => {
    if (isEvaluated(row) && (best === undefined || row.testError < best.testError)) best = row;
  };
  rows.forEach(see);
  return { see, epoch: (): number | undefined => best?.epoch };
}

const curvesOf = (row: MetricsRow): Record<string, number> => ({
  'loss/train': row.trainLoss,
  ...(row.testLoss === undefined ? {} : { 'loss/test': row.testLoss }),
  'error_percent/train': row.trainError,
  ...(row.testError === undefined ? {} : { 'error_percent/test': row.testError }),
  ...(row.testErrorTop5 === undefined ? {} : { 'error_percent/test_top5': row.testErrorTop5 }),
  learning_rate: row.learningRate,
  lambda: row.lambda,
});
