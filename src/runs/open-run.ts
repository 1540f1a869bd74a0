// A run that is open: what is trained, on what, from where, and where its records go.
import { cannot } from '../common/errors.js';
import { cacheHome } from '../common/home.js';
import type { ExperimentConfig } from '../config/schema.js';
import { epochPlan } from '../data/batches.js';
import { mixSources } from '../data/datasets/mixed/source.js';
import { loadSplits, type DataPlaces } from '../data/registry.js';
import type { Splits } from '../data/split.js';
import type { Engine } from '../engine/index.js';
import type { GeneratorSet } from '../gan/generator-set.js';
import type { LoadedCheckpoint } from '../records/checkpoints.js';
import { openTrainingSession, type TrainingSession } from '../training/session.js';
import { epochStart, parseProgress, writeState, type RunPosition } from '../training/state.js';
import type { Metric } from '../training/metrics/metric.js';
import { metricsOf } from '../training/metrics/registry.js';
import { measuredRun, type StepParts } from '../training/step.js';
import type { OpenRunFolder } from './in-run-folder.js';
import { threadsOf } from './loading.js';
import { buildParts, withClasses } from './parts.js';
import type { RunContext } from './run-context.js';
import { openGenerators, syntheticSource, type MakingContext } from './synthetic-images.js';

export interface Run {
  readonly config: ExperimentConfig;
  readonly context: RunContext;
  readonly folder: OpenRunFolder;
  readonly engine: Engine;
  /** Synthetic images included. */
  readonly splits: Splits;
  readonly parts: StepParts;
  readonly training: TrainingSession;
  /** What is measured, in the order of the columns of metrics.csv. */
  readonly metrics: readonly Metric[];
  /** Where to begin. */
  readonly position: RunPosition;
  /** The checkpoint that this is the position of, and the digest of the metrics up to it. */
  readonly resumed: { readonly path: string; readonly metrics: string | undefined } | undefined;
  /** Threads that load images. */
  readonly workers: number;
}

/** What a run is made from, read before its folder is touched. */
export interface RunSources {
  /** With the number of classes of the images. */
  readonly config: ExperimentConfig;
  /** Real images alone. */
  readonly splits: Splits;
  readonly generators: GeneratorSet | undefined;
}

/** Reads a config's images and the generators of its synthetic ones. Errors: they are missing or damaged. */
export async function loadSources(config: ExperimentConfig, context: RunContext): Promise<RunSources> {
  const splits = await loadSplits(config.dataset, context);
  const { synthetic } = config.dataset;
  const generators = synthetic && (await openGenerators(synthetic, splits.train, context.workingDirectory));
  return { config: withClasses(config, splits.train.classes), splits, generators };
}

/** Opens a run where a checkpoint left it, or at its start; close its `training`. Errors: the checkpoint is another's. */
export async function openRun(
  { config, splits: real, generators }: RunSources,
  folder: OpenRunFolder,
  checkpoint: LoadedCheckpoint | undefined,
  context: RunContext,
): Promise<Run> {
  const engine = await context.openEngine(config.training);
  const splits = await withSynthetic(config, real, generators, { ...context, engine, print: folder.print });
  const { position, resumed } = placeOf(checkpoint, splits, config.training.batchSize);
  const parts = await buildParts(config, splits.train);
  const workers = threadsOf(config, splits.train, engine.device.kind, context);
  const { train, evaluation } = splits;
  const training = openTrainingSession(engine, parts, {
    ...config.training,
    trainImages: train.count,
    ...(train.synthetic && { synthetic: train.synthetic }),
    evaluationImages: evaluation.count,
  });
  try {
    if (checkpoint !== undefined) writeState(training, checkpoint.tensors, checkpoint.path);
  } catch (error) {
    training.close();
    throw error;
  }
  const metrics = metricsOf(measuredRun(parts));
  return { config, context, folder, engine, splits, parts, training, metrics, position, resumed, workers };
}

/** Where a run begins. Errors: the images of its checkpoint were others, or are fewer now. */
function placeOf(
  checkpoint: LoadedCheckpoint | undefined,
  splits: Splits,
  batchSize: number,
): Pick<Run, 'position' | 'resumed'> {
  if (checkpoint === undefined) return { position: epochStart(1), resumed: undefined };
  const { metrics, data, ...position } = parseProgress(checkpoint.progress, checkpoint.path);
  const isOther = data !== undefined && data !== splits.checksum;
  if (isOther || position.batch > epochPlan(splits.train, batchSize).batches) {
    throw cannot('resume', 'the images are not those that the checkpoint was trained on', { code: 'data/changed',
      place: checkpoint.path,
      hint: 'look at dataset.dir, and at its files with `isda data verify`; or start over with --no-resume',
    });
  }
  return { position, resumed: { path: checkpoint.path, metrics } };
}

/** The splits with the synthetic images that a config adds to training. */
async function withSynthetic(
  { dataset: { synthetic } }: ExperimentConfig,
  splits: Splits,
  generators: GeneratorSet | undefined,
  context: Omit<MakingContext, 'home'> & Pick<DataPlaces, 'environment'>,
): Promise<Splits> {
  if (synthetic === undefined || generators === undefined) return splits;
  const home = cacheHome(context.environment);
  const source = await syntheticSource(synthetic, splits.train, generators, { ...context, home });
  return { ...splits, train: mixSources(splits.train, source, synthetic.fraction) };
}
