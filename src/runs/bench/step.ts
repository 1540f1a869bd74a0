// Measures step times of a network: losses and executions in turn, so that a drifting machine affects all alike.
import type { ExperimentConfig } from '../../config/schema.js';
import type { Engine } from '../../engine/index.js';
import type { Execution } from '../../engine/session.js';
import { randomStream } from '../../common/random.js';
import { countParameters } from '../../models/cost.js';
import type { Network } from '../../models/network.js';
import { openTrainingSession, type TrainingSession } from '../../training/session.js';
import { measuredStep, randomBatch } from '../../training/step-inputs.js';
import { stepMemory } from '../../training/step-memory.js';
import { stepOperations, useOf, type Accelerator, type AcceleratorUse } from './accelerator.js';
import type { DatasetShape } from '../../data/registry.js';
import { requireBatchMemory, trainingBatch } from '../batch-memory.js';
import { requireMemory } from '../memory.js';
import { buildParts, multiplyAddsOf } from '../parts.js';

interface BenchVariant {
  readonly loss: ExperimentConfig['loss'];
  readonly execution: Execution;
}

export interface BenchResult extends AcceleratorUse {
  readonly network: string;
  /** Number of trainable values of the network. */
  readonly parameters: number;
  readonly loss: string;
  readonly execution: Execution;
  readonly precision: ExperimentConfig['training']['precision'];
  readonly device: string;
  readonly batchSize: number;
  readonly steps: number;
  readonly medianMilliseconds: number;
  readonly minMilliseconds: number;
  readonly imagesPerSecond: number;
  /** Peak of the whole process so far, in MB (10^6 bytes). */
  readonly peakMemoryMegabytes: number;
  /** Memory of the step alone, computed from its tensors' shapes, in MB. */
  readonly computedMegabytes: number;
  /** Growth of resident memory from the first to the last measured step, in MB; of all variants together. */
  readonly grownMegabytes: number;
}

interface BenchOptions {
  /** Shape of the images. */
  readonly shape: DatasetShape;
  readonly steps: number;
  readonly warmup: number;
  /** Returns milliseconds, for durations. */
  readonly clock: () => number;
  /** Called after each round of one step per variant. */
  readonly round?: (done: number, total: number) => void;
  /** The GPU that the engine computes on. */
  readonly accelerator?: Accelerator;
}

interface OpenVariant extends BenchVariant {
  readonly session: TrainingSession;
  readonly name: string;
  readonly network: Network;
  readonly computedBytes: number;
  /** Floating-point operations per step. */
  readonly operations: number;
  readonly times: number[];
  step(): void;
}

async function open(
  config: ExperimentConfig,
  variant: BenchVariant,
  engine: Engine,
  shape: DatasetShape,
): Promise<OpenVariant> {
  const parts = await buildParts({ ...config, loss: variant.loss }, shape);
  requireMemory({ loss: variant.loss }, parts, engine.device.kind);
  const { network, loss } = parts;
  const { batchSize, seed } = config.training;
  requireBatchMemory(trainingBatch, { parts, batchSize }, engine.device.kind);
  const sizes = { trainImages: batchSize, batchSize, evaluationImages: 0, evaluationBatchSize: 1 };
  const session = openTrainingSession(engine, parts, { execution: variant.execution, seed, ...sizes });
  const batch = randomBatch(parts, batchSize, randomStream(seed, 'bench'));
  const inputs = measuredStep(batch, parts);
  let iteration = 0;
  const step = (): void => void session.runStep({ ...inputs, seed: [1, iteration++] });
  const computedBytes = stepMemory(parts, batchSize);
  const operations = stepOperations(multiplyAddsOf(parts), batchSize);
  return { ...variant, session, name: loss.name, network, computedBytes, operations, times: [], step };
}

/** Measures the training step on random images of the config's shape. */
export async function bench(
  config: ExperimentConfig,
  variants: readonly BenchVariant[],
  engine: Engine,
  { steps, warmup, shape, clock, round, accelerator }: BenchOptions,
): Promise<BenchResult[]> {
  const opened: OpenVariant[] = [];
  try {
    for (const variant of variants) opened.push(await open(config, variant, engine, shape));
    for (const variant of opened) for (let i = 0; i < warmup; i++) variant.step();
    const before = process.memoryUsage().rss;
    for (let done = 1; done <= steps; done++) {
      for (const variant of opened) {
        const started = clock();
        variant.step();
        variant.times.push(clock() - started);
      }
      round?.(done, steps);
    }
    const grownMegabytes = (process.memoryUsage().rss - before) / 1e6;
    return opened.map((variant) => {
      const times = variant.times.toSorted((a, b) => a - b);
      const median = (times[(steps - 1) >> 1] + times[steps >> 1]) / 2;
      const { batchSize, precision } = config.training;
      return {
        network: variant.network.name,
        parameters: countParameters(variant.network),
        loss: variant.name,
        execution: variant.execution,
        precision,
        device: `${engine.device.kind}: ${engine.device.name}`,
        batchSize,
        steps,
        medianMilliseconds: median,
        minMilliseconds: times[0],
        imagesPerSecond: (1000 * batchSize) / median,
        peakMemoryMegabytes: (process.resourceUsage().maxRSS * 1024) / 1e6,
        computedMegabytes: variant.computedBytes / 1e6,
        grownMegabytes,
        ...useOf(accelerator, variant.operations, median),
      };
    });
  } finally {
    for (const variant of opened) variant.session.close();
  }
}
