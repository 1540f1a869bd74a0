// Refuses batches that cannot fit into memory, before they are allocated.
import { cannot } from '../common/errors.js';
import { counted, formatBytes } from '../common/format.js';
import type { Device } from '../engine/index.js';
import { evaluationMemory, predictionMemory, stepMemory } from '../training/step-memory.js';
import type { EvaluatedParts, StepParts } from '../training/step.js';
import { ownLimits, type MemoryLimits } from './memory.js';

/** Maximum bytes of a batch of images: TensorFlow counts the elements of inputs as int32. */
const maxBatchBytes = 2 ** 31 - 1;

/** What a batch is for. */
interface BatchUse<Parts extends EvaluatedParts> {
  readonly name: string;
  /** Computes the memory that it takes, in bytes. */
  readonly bytes: (parts: Parts, batchSize: number) => number;
  /** What makes it smaller. */
  readonly hint: (batchSize: number) => string;
}

export const trainingBatch: BatchUse<StepParts> = {
  name: 'a training step',
  bytes: stepMemory,
  hint: () => 'a smaller training.batchSize takes less',
};

export const evaluationBatch: BatchUse<EvaluatedParts> = {
  name: 'an evaluation step',
  bytes: evaluationMemory,
  hint: () => 'a smaller training.evaluationBatchSize takes less',
};

export const predictionBatch: BatchUse<EvaluatedParts> = {
  name: 'a batch of predictions',
  bytes: predictionMemory,
  hint: (batchSize) =>
    batchSize > 1
      ? 'a smaller --batch takes less'
      : 'this is the input size of the network, which its config or file has',
};

interface Batch<Parts> {
  readonly parts: Parts;
  readonly batchSize: number;
}

/** Errors: a batch does not fit into memory. The memory of a GPU is not checked. */
export function requireBatchMemory<Parts extends EvaluatedParts>(
  use: BatchUse<Parts>,
  { parts, batchSize }: Batch<Parts>,
  device: Device['kind'],
  limits: Pick<MemoryLimits, 'process'> = ownLimits(),
): void {
  const { height, width, mean } = parts.format;
  const hint = use.hint(batchSize);
  const refuse = (reason: string): Error =>
    cannot(`hold ${use.name} in memory`, reason, { code: 'engine/memory', hint });
  const images = `${counted(batchSize, 'image')} of ${height} x ${width}`;
  const batchBytes = batchSize * height * width * mean.length;
  if (batchBytes > maxBatchBytes)
    throw refuse(
      `${images} ${batchSize === 1 ? 'takes' : 'take'} ${formatBytes(batchBytes)}, and a batch has at most ${formatBytes(maxBatchBytes)}`,
    );
  if (device !== 'cpu') return;
  const needed = use.bytes(parts, batchSize);
  if (needed > limits.process)
    throw refuse(`with ${images} it takes ${formatBytes(needed)}, but ${formatBytes(limits.process)} are available`);
}
