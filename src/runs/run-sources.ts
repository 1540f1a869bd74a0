// Loads and checks everything that a run needs, before its folder is changed.
import { cannot } from '../common/errors.js';
import { isFolder } from '../config/find.js';
import type { ExperimentConfig } from '../config/schema.js';
import { epochBatches, type TrainingImages } from '../data/batches.js';
import { requireAugmentation, requireDecoder } from '../data/create-reader.js';
import { loadSplits, type LoadedSplits } from '../data/registry.js';
import type { Engine } from '../engine/index.js';
import type { GeneratorSet } from '../gan/generator-set.js';
import { hasCheckpoints } from '../records/checkpoint-names.js';
import type { RunInputs } from '../records/inputs.js';
import { runFolder } from '../records/run-folder.js';
import { readFirstWeights, type FirstWeights } from './first-weights.js';
import { evaluationBatch, requireBatchMemory, trainingBatch } from './batch-memory.js';
import { requireMemory } from './memory.js';
import { classNamesIn } from './network-metadata.js';
import { buildParts, withClasses, type RunParts } from './parts.js';
import type { RunContext, RunOptions } from './run-context.js';
import { requireClassOrder } from './same-data.js';
import { openGenerators, requireSynthetic } from './synthetic-images.js';

export interface RunSources {
  /** Including the number of classes of the images. */
  readonly config: ExperimentConfig;
  /** Only the real images. */
  readonly splits: LoadedSplits;
  readonly generators: GeneratorSet | undefined;
  readonly engine: Engine;
  readonly parts: RunParts;
  /** Initial weights; read if the folder has no checkpoint to resume from. */
  readonly first: FirstWeights | undefined;
  /** The settings of the resumed run, if one is resumed. */
  readonly before?: ExperimentConfig | undefined;
  readonly inputs?: RunInputs | undefined;
}

/** Errors: the file of a config's initial weights does not exist or is a folder, and no digest of it is known. */
function requireWeights({ model: { weights, weightsSha256 } }: ExperimentConfig): void {
  if (weights === undefined || weightsSha256 !== undefined) return;
  throw cannot('use the weights', isFolder(weights) ? 'it is a folder' : 'there is no such file', {
    code: 'file/read',
    kind: 'usage',
    place: weights,
    hint: 'model.weights starts from the folder of the file that names it, of --set from the working directory',
  });
}

/** Returns the numbers of training images that determine the batches of a config. `real`: number of real images. */
export function trainingImages({ dataset: { synthetic } }: ExperimentConfig, real: number): TrainingImages {
  if (synthetic === undefined) return { count: real };
  const { images, fraction } = synthetic;
  return { count: real + images, synthetic: { count: images, fraction } };
}

/**
 * Loads a config's images and the generators of its synthetic images, builds its parts and opens the engine. Errors:
 * everything that can be detected from config, data and machine.
 */
export async function loadSources(
  plain: ExperimentConfig,
  { out, resume }: RunOptions,
  context: RunContext,
): Promise<RunSources> {
  requireWeights(plain);
  const splits = await loadSplits(plain.dataset, context);
  const config = withClasses(plain, splits.train.classes);
  const { synthetic } = config.dataset;
  const images = trainingImages(config, splits.train.count);
  requireSynthetic(images, config.training.batchSize);
  const generators = synthetic && (await openGenerators(synthetic, splits.train, context.workingDirectory));
  await requireAugmentation(config.augmentation, splits.train);
  await requireDecoder(splits.train);
  const parts = await buildParts(config, splits.train);
  // Problems of the folder are reported when it is opened.
  const isNew = !resume || !(await hasCheckpoints(runFolder(out).checkpoints).catch(() => false));
  const first = isNew ? await readFirstWeights(config.model, parts, context.workingDirectory) : undefined;
  if (first !== undefined && config.model.head !== 'fresh')
    requireClassOrder(classNamesIn(first.metadata), splits, config.model.weights!);
  const engine = await context.openEngine(config.training);
  const { kind } = engine.device;
  requireMemory(config, parts, kind);
  const { batchSize, evaluationBatchSize } = config.training;
  requireBatchMemory(trainingBatch, { parts, batchSize: Math.max(...epochBatches(images, batchSize).sizes) }, kind);
  const evaluated = Math.min(evaluationBatchSize, splits.evaluation.count);
  requireBatchMemory(evaluationBatch, { parts, batchSize: evaluated }, kind);
  return { config, splits, generators, engine, parts, first };
}
