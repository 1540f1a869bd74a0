// Evaluates a run's checkpoint.
import { existsSync } from 'node:fs';
import { isFolder } from '../config/find.js';
import { loadConfig } from '../config/load.js';
import { fingerprints } from '../config/fingerprint.js';
import type { ExperimentConfig } from '../config/schema.js';
import { cannot } from '../common/errors.js';
import { loadSplits, type DataPlaces } from '../data/registry.js';
import type { Engine, EngineRequest } from '../engine/index.js';
import { evaluate } from '../training/evaluation.js';
import type { Metric } from '../training/metrics/metric.js';
import { evaluatedValues, metricsOf } from '../training/metrics/registry.js';
import { loadNewestCheckpoint, type CheckpointChoice, type LoadedCheckpoint } from '../records/checkpoints.js';
import { readInputs, type RunInputs } from '../records/inputs.js';
import { runFolder } from '../records/run-folder.js';
import { batchSizes } from '../training/session.js';
import { parseProgress, writeState } from '../training/state.js';
import { evaluationStep, measuredRun } from '../training/step.js';
import { openConfiguredLoader, threadsOf, type LoadingContext } from './loading.js';
import { requireNamedModules } from './modules.js';
import { buildNetwork } from './parts.js';
import { changedClasses, dataChangesText, isSameData } from './same-data.js';

export interface RunCheckpoint {
  readonly config: ExperimentConfig;
  readonly checkpoint: LoadedCheckpoint;
  /** What the run is made from; absent in runs of earlier versions. */
  readonly inputs?: RunInputs | undefined;
}

/** What a run's config is read with. */
export interface RunChanges {
  /** `KEY=VALUE`, for example a data folder. */
  readonly overrides: readonly string[];
  /** What relative paths in `overrides` start from. */
  readonly workingDirectory: string;
}

/** Where a run found its images, as an override: relative folders and $ISDA_DATA may mean others here and now. */
function recordedFolder({ dataset }: ExperimentConfig, inputs: RunInputs | undefined): readonly string[] {
  const folder = inputs?.data?.folder;
  return folder === undefined || dataset.name === 'custom' || !isFolder(folder)
    ? []
    : [`dataset.dir=${JSON.stringify(folder)}`];
}

/**
 * The config of a run folder, with changes, and its newest, or best, whole checkpoint. Errors: it is no run folder; there
 * is no checkpoint, or no whole one; its config names files of code that `overrides` does not name.
 */
export async function openRunCheckpoint(
  directory: string,
  { overrides, workingDirectory }: RunChanges,
  choice: CheckpointChoice = 'newest',
): Promise<RunCheckpoint> {
  const folder = runFolder(directory);
  if (!existsSync(folder.config)) {
    throw cannot('read the run', 'there is no config.yaml', { code: 'run/missing',
      place: directory,
      hint: '--run takes a run folder, which `isda train` makes',
    });
  }
  const load = (changes: readonly string[]): ExperimentConfig =>
    loadConfig(folder.config, { configsDirectory: directory, workingDirectory, overrides: changes }).config;
  const inputs = await readInputs(folder.inputs);
  const recorded = load([]);
  const config = load([...recordedFolder(recorded, inputs), ...overrides]);
  requireNamedModules(config, overrides, folder.config);
  const purpose = { action: 'read the run', hint: '`isda train` with the same config writes checkpoints' };
  // The checkpoints are those of the run as it was trained, whatever is changed for now.
  const checkpoint = await loadNewestCheckpoint(
    folder.checkpoints,
    { fingerprints: [...fingerprints(recorded), ...(inputs?.earlierSettings ?? [])] },
    purpose,
    choice,
  );
  if (checkpoint === undefined) {
    const best = choice === 'best';
    throw cannot('read the run', best ? 'it has no best checkpoint' : 'it has no checkpoint yet', { code: 'checkpoint/missing',
      place: folder.checkpoints,
      hint: best
        ? 'it comes with the first epoch that is evaluated; --checkpoint newest takes the newest'
        : '`isda train` writes them at the end of epochs',
    });
  }
  return { config, checkpoint, inputs };
}

export interface RunEvaluation {
  /** What is evaluated, and its values by name. */
  readonly metrics: readonly Metric[];
  readonly values: Readonly<Record<string, number>>;
  readonly checkpoint: string;
  readonly images: number;
  readonly part: 'test' | 'holdout';
  /** Of CIFAR: whether these are the official images. */
  readonly official?: boolean;
}

/**
 * Error of a checkpoint on the images that its run is evaluated on. `warn` gets a line for each broken image, and one
 * where the images are not those of the run.
 */
export async function evaluateRun(
  { config, checkpoint, inputs }: RunCheckpoint,
  context: DataPlaces & LoadingContext,
  warn: (line: string) => void,
  openEngine: (request: EngineRequest) => Promise<Engine>,
): Promise<RunEvaluation> {
  const splits = await loadSplits(config.dataset, context);
  const { evaluation, evaluationName } = splits;
  const trainedOn = parseProgress(checkpoint.progress, checkpoint.path);
  const classes = changedClasses(trainedOn, splits);
  if (classes?.moved === true) {
    throw cannot('evaluate the run', `the classes are not in the order of the run's: ${classes.text}`, {
      code: 'data/changed',
      place: splits.data.folder ?? checkpoint.path,
      hint: 'name the folders of the classes as they were, or say with --set dataset.dir=DIR where the images are',
    });
  }
  if (!isSameData(trainedOn, splits)) {
    const text = dataChangesText(trainedOn, splits, inputs);
    warn(`warning: the images are not those of the run: ${text}`);
  }
  const engine = await openEngine(config.training);
  const parts = await buildNetwork(config, evaluation);
  const { tensors } = parts.network;
  const { evaluationBatchSize, execution } = config.training;
  const functions = batchSizes(evaluation.count, evaluationBatchSize).map((size) => evaluationStep(parts, size));
  const session = engine.createSession(execution, tensors, functions);
  // Images in memory are evaluated without worker threads.
  const workers = evaluation.storage.kind === 'memory' ? 0 : threadsOf(config, evaluation, engine.device.kind, context);
  const loader = await openConfiguredLoader(config, splits, { workers, warn, clock: context.clock });
  try {
    const names = new Set(tensors.map((tensor) => tensor.name));
    const own = checkpoint.tensors.filter((tensor) => names.has(tensor.name));
    writeState({ session, tensors }, own, checkpoint.path);
    const measured = await evaluate(session, loader.evaluationBatches(), () => Promise.resolve());
    const metrics = metricsOf(measuredRun(parts)).filter(({ kind }) => kind === 'evaluation');
    return {
      metrics,
      values: evaluatedValues(metrics, measured),
      checkpoint: checkpoint.path,
      images: evaluation.count,
      part: evaluationName,
      ...(splits.data.official !== undefined && { official: splits.data.official }),
    };
  } finally {
    await loader.close();
    session.close();
  }
}
