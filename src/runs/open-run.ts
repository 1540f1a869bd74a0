// Opens a run: its network, data, position and records.
import { cacheHome } from '../common/home.js';
import type { ExperimentConfig } from '../config/schema.js';
import { epochBatches } from '../data/batches.js';
import { mixSources } from '../data/datasets/mixed/source.js';
import { maxBrokenOf } from '../data/options.js';
import type { DataPlaces, LoadedSplits } from '../data/registry.js';
import type { Engine } from '../engine/index.js';
import type { GeneratorSet } from '../gan/generator-set.js';
import type { LoadedCheckpoint } from '../records/checkpoints.js';
import type { RunInputs, WeightsFacts } from '../records/inputs.js';
import { keptMetrics, rowsOf, type KeptMetrics } from '../records/metrics-csv.js';
import { openTrainingSession, type TrainingSession } from '../training/session.js';
import { epochStart, parseProgress, writeState, writeTensors, type RunPosition } from '../training/state.js';
import type { Metric } from '../training/metrics/metric.js';
import { metricsOf } from '../training/metrics/registry.js';
import { measuredRun } from '../training/step.js';
import { changeLines, requireEvaluatedPast, requireSamePast } from './changes.js';
import { droppedBiasText, readFirstWeights } from './first-weights.js';
import type { OpenRunFolder } from './in-run-folder.js';
import { threadsOf } from './loading.js';
import { classNamesIn } from './network-metadata.js';
import type { RunParts } from './parts.js';
import type { RunContext } from './run-context.js';
import type { RunSources } from './run-sources.js';
import { dataChangesText, otherData, otherNamesText, requireSameData } from './same-data.js';
import { syntheticSource, type MakingContext } from './synthetic-images.js';

export interface Run {
  readonly config: ExperimentConfig;
  readonly context: RunContext;
  readonly folder: OpenRunFolder;
  readonly engine: Engine;
  /** Including synthetic images. */
  readonly splits: LoadedSplits;
  readonly parts: RunParts;
  readonly training: TrainingSession;
  /** Its metrics, in the order of the columns of metrics.csv. */
  readonly metrics: readonly Metric[];
  /** The position to start from. */
  readonly position: RunPosition;
  /** The path of the checkpoint that the run resumes from. */
  readonly resumed: string | undefined;
  /** The rows that metrics.csv starts with. */
  readonly kept: KeptMetrics;
  /** The inputs.json of the resumed run, if one is resumed. */
  readonly inputs: RunInputs | undefined;
  /** The file of the initial weights; undefined if the run started from scratch. */
  readonly weights: WeightsFacts | undefined;
  /** Number of broken images that the last evaluation before `position` left out. */
  readonly evaluationImagesLeftOut: number;
  /** The settings that differ from those of the run's checkpoint, as log lines. */
  readonly changes: readonly string[];
  /** Number of threads that load images. */
  readonly workers: number;
}

/**
 * Opens a run at the position of a checkpoint, or at its start; close its `training`. Errors: the checkpoint belongs
 * to another run; the metrics are not those of the checkpoint.
 */
export async function openRun(
  { config, splits: real, generators, engine, parts, first: known, before, inputs }: RunSources,
  folder: OpenRunFolder,
  checkpoint: LoadedCheckpoint | undefined,
  context: RunContext,
): Promise<Run> {
  const splits = await withSynthetic(config, real, generators, { ...context, engine, print: folder.print });
  const place = placeOf(checkpoint, splits, config.training.batchSize, inputs);
  const { position, digest, weights: earlier, evaluationImagesLeftOut } = place;
  const metrics = metricsOf(measuredRun(parts));
  const goesOn = position.epoch > 1 || position.batch > 0;
  const kept = await keptMetrics(folder.paths.metrics, {
    columns: metrics,
    ...(goesOn && { resumeAfterEpoch: position.epoch - 1, expectedDigest: digest }),
  });
  const { workingDirectory } = context;
  const isNew = checkpoint === undefined;
  const first = isNew ? (known ?? (await readFirstWeights(config.model, parts, workingDirectory))) : undefined;
  const weights = first?.facts ?? earlier;
  const fromFile = config.model.head === 'fresh' ? undefined : first && classNamesIn(first.metadata);
  const names = isNew ? fromFile : place.importedNames;
  const owner = first?.facts.file ?? 'the network';
  const namesText = otherNamesText(names, splits, owner, 'model.head: fresh starts with a new last layer');
  if (namesText !== undefined) folder.print(namesText);
  if (first?.droppedBias !== undefined) folder.print(droppedBiasText(first.droppedBias));
  let changes: readonly string[] = [];
  if (before !== undefined) {
    const { batches: batchesPerEpoch } = epochBatches(splits.train, config.training.batchSize);
    const epoch = position.batch > 0 ? position.epoch : position.epoch - 1;
    const soFar = { before, config, parts, epoch, batchesPerEpoch };
    requireSamePast(soFar, folder.paths);
    requireEvaluatedPast(rowsOf(kept), config, folder.paths);
    changes = changeLines(soFar, position.epoch);
  }
  const workers = threadsOf(config, splits.train, engine.device.kind, context);
  const { train, evaluation } = splits;
  const training = openTrainingSession(engine, parts, {
    ...config.training,
    trainImages: train.count,
    ...(train.synthetic && { synthetic: train.synthetic }),
    evaluationImages: evaluation.count,
    leavesOut: maxBrokenOf(config.dataset) > 0,
  });
  try {
    if (checkpoint !== undefined) writeState(training, checkpoint.tensors, checkpoint.path);
    if (first !== undefined) writeTensors(training, first.tensors);
  } catch (error) {
    training.close();
    throw error;
  }
  const resumed = checkpoint?.path;
  const facts = { config, context, folder, engine, splits, parts, metrics, kept };
  return { ...facts, inputs, training, position, resumed, weights, evaluationImagesLeftOut, changes, workers };
}

interface Place extends Pick<Run, 'position' | 'weights' | 'evaluationImagesLeftOut'> {
  /** Digest of the metrics up to the checkpoint. */
  readonly digest: string | undefined;
  /** Names of the classes of an imported network that was not trained yet. */
  readonly importedNames?: readonly string[] | undefined;
}

/** Returns where a run starts. Errors: its checkpoint was trained on other images, or there are fewer now. */
function placeOf(
  checkpoint: LoadedCheckpoint | undefined,
  splits: LoadedSplits,
  batchSize: number,
  inputs: RunInputs | undefined,
): Place {
  if (checkpoint === undefined) {
    return { position: epochStart(1), digest: undefined, weights: undefined, evaluationImagesLeftOut: 0 };
  }
  const progress = parseProgress(checkpoint.progress, checkpoint.path);
  const { metrics, data, classNames, weights, evaluationImagesLeftOut = 0, ...position } = progress;
  const trainedOn = { data, classNames };
  requireSameData(trainedOn, splits, inputs, checkpoint.path);
  if (position.batch > epochBatches(splits.train, batchSize).batches) {
    throw otherData(dataChangesText(trainedOn, splits, inputs), checkpoint.path);
  }
  const imported = data === undefined && { importedNames: classNames };
  return { position, digest: metrics, weights, evaluationImagesLeftOut, ...imported };
}

/** `isda gan train` holds out no images. */
const seenText =
  'warning: the held-out images may be among those that the generator was trained on, which makes their error too low';

/** Returns the splits with the synthetic images that a config adds to the training images. */
async function withSynthetic(
  { dataset: { synthetic } }: ExperimentConfig,
  splits: LoadedSplits,
  generators: GeneratorSet | undefined,
  context: Omit<MakingContext, 'home'> & Pick<DataPlaces, 'environment'>,
): Promise<LoadedSplits> {
  if (synthetic === undefined || generators === undefined) return splits;
  const home = cacheHome(context.environment);
  if (splits.evaluationName === 'holdout') context.print(seenText);
  const source = await syntheticSource(synthetic, splits.train, generators, { ...context, home });
  return { ...splits, train: mixSources(splits.train, source, synthetic.fraction) };
}
