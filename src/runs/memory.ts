// Refuses runs whose tensors cannot fit into memory, before they are allocated.
import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import { cannot } from '../common/errors.js';
import { formatBytes } from '../common/format.js';
import type { ExperimentConfig } from '../config/schema.js';
import type { Device } from '../engine/index.js';
import { sizeOf } from '../engine/types.js';
import { covarianceForms } from '../losses/options.js';
import { createLoss } from '../losses/registry.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { sessionTensors, type StepParts } from '../training/step.js';

export interface MemoryLimits {
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
