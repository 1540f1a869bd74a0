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
  /** The setting of its size. */
  readonly setting: string;
  /** The hint where a smaller size is not possible. */
  readonly hintForOne: string;
}

const smallerNetwork = 'a smaller network, or smaller images, take less';

export const trainingBatch: BatchUse<StepParts> = {
  name: 'a training step',
  bytes: stepMemory,
  setting: 'training.batchSize',
  hintForOne: smallerNetwork,
};

export const evaluationBatch: BatchUse<EvaluatedParts> = {
  name: 'an evaluation step',
  bytes: evaluationMemory,
  setting: 'training.evaluationBatchSize',
  hintForOne: smallerNetwork,
};

export const predictionBatch: BatchUse<EvaluatedParts> = {
  name: 'a batch of predictions',
  bytes: predictionMemory,
  setting: '--batch',
  hintForOne: 'this is the input size of the network, which its config or file has',
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
  const hint = batchSize > 1 ? `a smaller ${use.setting} takes less` : use.hintForOne;
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
