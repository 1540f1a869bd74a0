// Refuses runs whose tensors or batches cannot fit into memory, before they are allocated.
import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { cannot } from '../common/errors.js';
import { counted, formatBytes } from '../common/format.js';
import type { ExperimentConfig } from '../config/schema.js';
import type { Device } from '../engine/index.js';
import { sizeOf } from '../engine/types.js';
import { covarianceForms } from '../losses/options.js';
import { createLoss } from '../losses/registry.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { evaluationMemory, predictionMemory, stepMemory } from '../training/step-memory.js';
import { sessionTensors, type EvaluatedParts, type StepParts } from '../training/step.js';

interface MemoryLimits {
  /** Maximum of one array, in bytes. */
  readonly array: number;
  /** Maximum of the process, in bytes. */
  readonly process: number;
}

/** Returns the limits of Node.js, of this machine and of the process's control group. */
export const ownLimits = (): MemoryLimits => ({
  array: constants.MAX_LENGTH,
  process: Math.min(totalmem(), process.constrainedMemory() || Infinity),
});

type Declared = Pick<TensorDeclaration, 'name' | 'shape'>;
const bytesOf = ({ shape }: Declared): number => 4 * sizeOf(shape);
const bytesOfAll = (tensors: readonly Declared[]): number => tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);

/** Number of copies in the process: one of the initial values; on a CPU, TensorFlow keeps the tensors there as well. */
const copies = (device: Device['kind']): number => (device === 'cpu' ? 2 : 1);

/** Returns the reason why tensors do not fit; undefined if they fit. */
function objection(tensors: readonly Declared[], device: Device['kind'], limits: MemoryLimits): string | undefined {
  const largest = tensors.toSorted((a, b) => bytesOf(b) - bytesOf(a))[0];
  const named = `${largest.name} [${largest.shape.join(', ')}] takes ${formatBytes(bytesOf(largest))}`;
  if (bytesOf(largest) > limits.array) {
    return `${named}, and an array of Node.js ${process.versions.node} has at most ${formatBytes(limits.array)}`;
  }
  const needed = copies(device) * bytesOfAll(tensors);
  if (needed <= limits.process) return undefined;
  return `its tensors take ${formatBytes(needed)}, but ${formatBytes(limits.process)} are available; ${named}`;
}

/** Lists the forms of ISDA's covariance that fit, with their memory; undefined if there are none. */
function formsThatFit(
  { loss }: Pick<ExperimentConfig, 'loss'>,
  parts: StepParts,
  fits: (tensors: readonly Declared[]) => boolean,
): string | undefined {
  if (loss.name !== 'isda') return undefined;
  const forms = covarianceForms.flatMap((covariance) => {
    const { tensors } = createLoss({ ...loss, covariance }, parts.network);
    const all = sessionTensors({ ...parts, loss: { ...parts.loss, tensors } });
    return fits(all) ? [`${covariance} (${formatBytes(bytesOfAll(tensors))})`] : [];
  });
  return forms.length === 0 ? undefined : `loss.covariance forms that fit: ${forms.join(', ')}`;
}

/** Errors: the tensors of a config's parts do not fit into memory. */
export function requireMemory(
  config: Pick<ExperimentConfig, 'loss'>,
  parts: StepParts,
  device: Device['kind'],
  limits: MemoryLimits = ownLimits(),
): void {
  const reason = objection(sessionTensors(parts), device, limits);
  if (reason === undefined) return;
  throw cannot('hold the network and the loss in memory', reason, {
    code: 'engine/memory',
    hint:
      formsThatFit(config, parts, (tensors) => objection(tensors, device, limits) === undefined) ??
      'a smaller network, or fewer classes or features, take less',
  });
}

/** Maximum bytes of a batch of images: TensorFlow counts the elements of inputs as int32. */
const maxBatchBytes = 2 ** 31 - 1;

/** A step, with what makes it smaller. */
interface BatchedStep {
  readonly name: 'a training step' | 'an evaluation step' | 'a batch of predictions';
  readonly hint: string;
  readonly format: EvaluatedParts['format'];
  readonly batchSize: number;
  /** Computes the memory of the step. */
  readonly bytes: () => number;
}

function requireStep(step: BatchedStep, device: Device['kind'], limits: Pick<MemoryLimits, 'process'>): void {
  const { name, hint, batchSize, bytes } = step;
  const { height, width, mean } = step.format;
  const refuse = (reason: string): Error => cannot(`hold ${name} in memory`, reason, { code: 'engine/memory', hint });
  const images = `${counted(batchSize, 'image')} of ${height} x ${width}`;
  const batchBytes = batchSize * height * width * mean.length;
  if (batchBytes > maxBatchBytes)
    throw refuse(
      `${images} ${batchSize === 1 ? 'takes' : 'take'} ${formatBytes(batchBytes)}, and a batch has at most ${formatBytes(maxBatchBytes)}`,
    );
  if (device !== 'cpu') return;
  const needed = bytes();
  if (needed > limits.process)
    throw refuse(`with ${images} it takes ${formatBytes(needed)}, but ${formatBytes(limits.process)} are available`);
}

/** Errors: a training step of `batchSize` images does not fit into memory. The memory of a GPU is not checked. */
export function requireTrainingMemory(
  parts: StepParts,
  batchSize: number,
  device: Device['kind'],
  limits: Pick<MemoryLimits, 'process'> = ownLimits(),
): void {
  const bytes = (): number => stepMemory(parts, batchSize);
  const { format } = parts;
  const hint = 'a smaller training.batchSize takes less';
  requireStep({ name: 'a training step', hint, format, batchSize, bytes }, device, limits);
}

/** As `requireTrainingMemory`, for an evaluation step. */
export function requireEvaluationMemory(
  parts: EvaluatedParts,
  batchSize: number,
  device: Device['kind'],
  limits: Pick<MemoryLimits, 'process'> = ownLimits(),
): void {
  const bytes = (): number => evaluationMemory(parts, batchSize);
  const { format } = parts;
  const hint = 'a smaller training.evaluationBatchSize takes less';
  requireStep({ name: 'an evaluation step', hint, format, batchSize, bytes }, device, limits);
}

/** As `requireTrainingMemory`, for a batch of predictions. */
export function requirePredictionMemory(
  parts: EvaluatedParts,
  batchSize: number,
  device: Device['kind'],
  limits: Pick<MemoryLimits, 'process'> = ownLimits(),
): void {
  const bytes = (): number => predictionMemory(parts, batchSize);
  const { format } = parts;
  const hint =
    batchSize > 1
      ? 'a smaller --batch takes less'
      : 'this is the input size of the network, which its config or file has';
  requireStep({ name: 'a batch of predictions', hint, format, batchSize, bytes }, device, limits);
}
