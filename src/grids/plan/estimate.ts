// Estimates time, memory and disk of a grid's runs, row by row.
import { cannot, reasonOf } from '../../common/errors.js';
import { formatBytes } from '../../common/format.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { epochBatches } from '../../data/batches.js';
import type { DataPlaces } from '../../data/registry.js';
import type { Engine } from '../../engine/index.js';
import { sizeOf } from '../../engine/types.js';
import { sessionTensors } from '../../training/step.js';
import type { StepParts } from '../../training/step.js';
import { evaluationCount } from '../../training/cadence.js';
import { stepMemory } from '../../training/step-memory.js';
import { buildParts } from '../../runs/parts.js';
import { trainingImages } from '../../runs/run-sources.js';
import { countImages, type ImageCounts } from './images.js';
import { measuredBatches, measureSteps, stepKey, type StepTimes } from './step-times.js';

/** The estimate for the runs of a row, whose configs differ only in the seed. */
export interface RunEstimate {
  /** Memory of one training step of a full batch, computed from its tensors. */
  readonly memoryBytes?: number;
  /** Upper bound: the newest checkpoints and the best one, which a finished run keeps. */
  readonly diskBytes?: number;
  readonly images?: ImageCounts;
  /** Milliseconds of a training step and of an evaluation step. */
  readonly step?: StepTimes;
  /** Training and evaluation, as the mean over all epochs, without loading the batches. */
  readonly secondsPerEpoch?: number;
  /** Why some of the fields are unknown. */
  readonly reason?: string;
  /** Whether a run needs more memory than is free now; only on a CPU. */
  readonly tooLarge?: boolean;
}

export interface EstimateContext extends DataPlaces {
  /** Opens the engine for a config. */
  readonly openEngine: (training: ExperimentConfig['training']) => Promise<Engine>;
  /** Number of measured steps. */
  readonly steps: number;
  /** Returns the memory available to the process; undefined if unknown. */
  readonly freeBytes: () => number | undefined;
  /** Returns milliseconds, for durations. */
  readonly clock: () => number;
  /** Called before a step is measured. */
  readonly measuring: (config: ExperimentConfig) => void;
}

/** Returns the memory of a step with `bytes` of tensors, including its kernels and the allocator. */
const withOverhead = (bytes: number): number => 1.25 * bytes + 5e8;

function secondsPerEpoch(config: ExperimentConfig, images: ImageCounts, step: StepTimes): number {
  const { training } = config;
  const { batchSize, evaluationBatchSize, epochs } = training;
  // Synthetic images fill part of each batch.
  const { real } = epochBatches(trainingImages(config, images.train), batchSize).full;
  const evaluation = (images.evaluation / evaluationBatchSize) * step.evaluation;
  const milliseconds = (images.train / real) * step.training + (evaluation * evaluationCount(training)) / epochs;
  return milliseconds / 1000;
}

/** Returns the maximum number of checkpoints that a finished run keeps as separate files. */
function maxCheckpoints({ output, training }: ExperimentConfig): number {
  const { checkpointEvery: every, keepCheckpoints: newest } = output;
  const { epochs, steps, minutes } = typeof every === 'number' ? { epochs: every } : every;
  // One at the end of each epoch: all but the oldest of the best ones are among the newest.
  if (epochs === 1 && steps === undefined && minutes === undefined) return Math.min(newest + 1, training.epochs);
  return newest + Math.min(newest, training.epochs);
}

/** Creates a function that estimates a config; identical steps are measured once. */
export function createEstimator(context: EstimateContext): (config: ExperimentConfig) => Promise<RunEstimate> {
  const steps = new Map<string, StepTimes | { readonly reason: string }>();
  const images = new Map<string, Awaited<ReturnType<typeof countImages>>>();

  const measureOnce = (config: ExperimentConfig, parts: StepParts, engine: Engine) => {
    const key = stepKey(config);
    const known = steps.get(key);
    if (known !== undefined) return known;
    const measured = ((): StepTimes | { readonly reason: string } => {
      try {
        const batches = measuredBatches(config, parts, engine.device.kind);
        const needed = withOverhead(stepMemory(parts, batches.training));
        const free = engine.device.kind === 'cpu' ? context.freeBytes() : undefined;
        if (free !== undefined && needed > free) {
          throw cannot('measure a step', `it needs about ${formatBytes(needed)}, and ${formatBytes(free)} are free`, {
            code: 'engine/memory',
          });
        }
        context.measuring(config);
        return measureSteps(engine, config, parts, { batches, steps: context.steps, clock: context.clock });
      } catch (error) {
        return { reason: reasonOf(error).split('\n')[0] };
      }
    })();
    steps.set(key, measured);
    return measured;
  };

  const countOnce = async (config: ExperimentConfig): ReturnType<typeof countImages> => {
    const key = JSON.stringify(config.dataset);
    const counts = images.get(key) ?? (await countImages(config, context));
    images.set(key, counts);
    return counts;
  };

  return async (config) => {
    let known: RunEstimate = {};
    try {
      const counts = await countOnce(config);
      const parts = await buildParts(config, 'reason' in counts ? undefined : counts.shape);
      const memoryBytes = stepMemory(parts, config.training.batchSize);
      const state = sessionTensors(parts).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
      known = { memoryBytes, diskBytes: state * maxCheckpoints(config) };
      if ('reason' in counts) return { ...known, reason: counts.reason };
      known = { ...known, images: counts };
      const engine = await context.openEngine(config.training);
      const free = engine.device.kind === 'cpu' ? context.freeBytes() : undefined;
      known = { ...known, tooLarge: free !== undefined && withOverhead(memoryBytes) > free };
      const step = measureOnce(config, parts, engine);
      if ('reason' in step) return { ...known, reason: step.reason };
      return { ...known, step, secondsPerEpoch: secondsPerEpoch(config, counts, step) };
    } catch (error) {
      return { ...known, reason: reasonOf(error).split('\n')[0] };
    }
  };
}

/** Returns the time in seconds until the last of several runs ends, with at most `jobs` at once, started in order. */
export function timeWithJobs(seconds: readonly number[], jobs: number): number {
  const places = Array<number>(jobs).fill(0);
  for (const duration of seconds) places[places.indexOf(Math.min(...places))] += duration;
  return Math.max(...places);
}
