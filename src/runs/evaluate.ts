// Evaluates a run's checkpoint.
import { closeOnError } from '../common/close-on-error.js';
import type { ExperimentConfig } from '../config/schema.js';
import { cannot } from '../common/errors.js';
import type { DataIdentity } from '../data/identity.js';
import { maxBrokenOf } from '../data/options.js';
import type { DataPlaces, LoadedSplits } from '../data/registry.js';
import type { ImageSource } from '../data/source.js';
import type { Engine, EngineRequest } from '../engine/index.js';
import { evaluate } from '../training/evaluation.js';
import type { Metric } from '../training/metrics/metric.js';
import { evaluatedValues, metricsOf } from '../training/metrics/registry.js';
import type { LoadedCheckpoint } from '../records/checkpoints.js';
import { columnOf } from '../records/metrics-columns.js';
import { evaluationSizes } from '../training/session.js';
import { writeState, type SessionState } from '../training/state.js';
import { evaluatedTensors, evaluationStep, measuredRun } from '../training/step.js';
import { collectPredictions, type PredictionCollector, type Predictions } from './examination/predictions.js';
import { openConfiguredLoader, threadsOf, type LoadingContext } from './loading.js';
import { evaluationBatch, requireBatchMemory } from './batch-memory.js';
import { evaluatedSplits } from './evaluated-images.js';
import { loadMetrics } from './own-metrics.js';
import { buildNetwork } from './parts.js';
import type { RunCheckpoint } from './run-checkpoint.js';

export interface RunEvaluation {
  /** The metrics, and their values by name. */
  readonly metrics: readonly Metric[];
  readonly values: Readonly<Record<string, number>>;
  readonly checkpoint: string;
  /** Number of evaluated images. */
  readonly images: number;
  /** Number of broken images that were left out; absent if there are none. */
  readonly leftOut?: number;
  readonly part: 'test' | 'holdout';
  /** Only for CIFAR: whether these are the official images. */
  readonly official?: boolean;
}

/** Errors: a value is not finite, which is caused by the network. */
function refuseStray(
  values: Readonly<Record<string, number>>,
  network: string,
  { checkpoint, inputs }: RunCheckpoint,
): void {
  const stray = Object.entries(values).find(([, value]) => !Number.isFinite(value));
  if (stray === undefined) return;
  const [name, value] = stray;
  const weights = inputs?.weights;
  throw cannot('evaluate the run', `${columnOf(name)} is ${value}: outputs of ${network} are not finite numbers`, {
    code: 'run/diverged',
    place: checkpoint.path,
    hint:
      weights === undefined
        ? 'its training has diverged; an earlier checkpoint may be good (--checkpoint best)'
        : `its first weights are those of ${weights.file}: they may be of another network, or damaged`,
  });
}

/** Resources of the process for evaluation. */
export interface EvaluationContext extends DataPlaces, LoadingContext {
  /** Receives a line for each broken image, and one if the images are not those of the run. */
  readonly warn: (line: string) => void;
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
}

/** The predictions of a run for each image, and the source of the images. */
export interface ExaminedRun {
  readonly predictions: Predictions;
  readonly source: ImageSource;
  /** Identity of the whole data set. */
  readonly data: DataIdentity;
}

/** Evaluates a checkpoint on its run's evaluation images. */
export async function evaluateRun(opened: RunCheckpoint, context: EvaluationContext): Promise<RunEvaluation> {
  const { evaluation } = await evaluateImages(opened, context);
  return evaluation;
}

/**
 * As `evaluateRun`, also with the predictions for each image; `keepLogits`: also their logits. Errors: also if a logit
 * is not finite.
 */
export async function examineRun(
  opened: RunCheckpoint,
  context: EvaluationContext,
  keepLogits = false,
): Promise<{ readonly evaluation: RunEvaluation; readonly examined: ExaminedRun }> {
  const { evaluation, splits, collector } = await evaluateImages(
    opened,
    context,
    ({ evaluation: { classNames, count } }) => collectPredictions(classNames, count, keepLogits),
  );
  const { predictions } = collector!;
  return { evaluation, examined: { predictions, source: splits.evaluation, data: splits.data } };
}

/** Evaluation does not need the custom augmentation, and its file may be missing or untrusted. */
const withoutOwnAugmentation = (config: ExperimentConfig): ExperimentConfig => ({
  ...config,
  augmentation: { ...config.augmentation, custom: undefined },
});

async function evaluateImages(
  opened: RunCheckpoint,
  context: EvaluationContext,
  createCollector?: (splits: LoadedSplits) => PredictionCollector,
) {
  const { config, checkpoint } = opened;
  const splits = await evaluatedSplits(opened, context);
  const { evaluation, evaluationName } = splits;
  const engine = await context.openEngine(config.training);
  const built = await buildNetwork(config, evaluation);
  const own = config.training.metrics;
  const parts = own === undefined ? built : { ...built, ownMetrics: await loadMetrics(own, built.network.classes) };
  const tensors = evaluatedTensors(parts);
  const { evaluationBatchSize, execution } = config.training;
  const batchSize = Math.min(evaluationBatchSize, evaluation.count);
  requireBatchMemory(evaluationBatch, { parts, batchSize }, engine.device.kind);
  const collector = createCollector?.(splits);
  const leavesOut = maxBrokenOf(config.dataset) > 0;
  const functions = evaluationSizes(evaluation.count, evaluationBatchSize, leavesOut).map((size) =>
    evaluationStep(parts, size, { withLogits: collector !== undefined }),
  );
  const session = engine.createSession(execution, tensors, functions);
  // Images in memory are evaluated without worker threads.
  const workers = evaluation.storage.kind === 'memory' ? 0 : threadsOf(config, evaluation, engine.device.kind, context);
  const { warn, clock } = context;
  const loader = await closeOnError(
    () => session.close(),
    () => openConfiguredLoader(withoutOwnAugmentation(config), splits, { workers, warn, clock }),
  );
  try {
    writeNetwork({ session, tensors }, checkpoint);
    const measured = await evaluate(session, loader.evaluationBatches(), ({ labels, indices }, logits) => {
      if (logits !== undefined) collector?.add({ logits, labels, indices });
      return Promise.resolve();
    });
    const metrics = metricsOf(measuredRun(parts)).filter(({ kind }) => kind === 'evaluation');
    const values = evaluatedValues(metrics, measured);
    refuseStray(values, parts.network.name, opened);
    const outcome: RunEvaluation = {
      metrics,
      values,
      checkpoint: checkpoint.path,
      images: measured.images,
      ...(measured.images < evaluation.count && { leftOut: evaluation.count - measured.images }),
      part: evaluationName,
      ...(splits.data.official !== undefined && { official: splits.data.official }),
    };
    return { evaluation: outcome, splits, collector };
  } finally {
    await loader.close();
    session.close();
  }
}

/** Writes a checkpoint's network into a session with no other tensors. */
export function writeNetwork(state: SessionState, { tensors, path }: Pick<LoadedCheckpoint, 'tensors' | 'path'>): void {
  const names = new Set(state.tensors.map((tensor) => tensor.name));
  writeState(
    state,
    tensors.filter((tensor) => names.has(tensor.name)),
    path,
  );
}
