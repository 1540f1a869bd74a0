// Reads the initial weights of a run from the file that its config gives.
import { basename, resolve } from 'node:path';
import { sha256 } from '../common/checksum.js';
import { cannot } from '../common/errors.js';
import { readNamed } from '../common/files.js';
import type { Loss } from '../losses/loss.js';
import type { FirstWeightsOptions } from '../models/first-weights.js';
import type { Network } from '../models/network.js';
import type { WeightsFacts } from '../records/inputs.js';
import type { NamedTensor } from '../records/safetensors.js';
import { networkTensors } from './network-file.js';

export interface FirstWeights {
  /** With PyTorch's names and layouts; without the last layer if that is fresh. */
  readonly tensors: readonly NamedTensor[];
  readonly facts: WeightsFacts;
  /** Prefix of the names in the file, which is removed in `tensors`; may be empty. */
  readonly prefix: string;
  /** The file's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Name of the last layer's bias, if it is not 0 in the file and the loss has none. */
  readonly droppedBias?: string;
}

/** Returns the warning for a dropped bias of a file. */
export const droppedBiasText = (name: string): string =>
  `warning: ${name} of the file is ignored: the loss has no bias, so the bias stays 0`;

const isZero = (values: ArrayLike<number | bigint>): boolean =>
  Array.from(values).every((value) => Number(value) === 0);

/** Sets the last layer's bias to 0: it would not be trained, but added in evaluation. */
function withoutBias(
  tensors: readonly NamedTensor[],
  { classifier: { bias } }: Pick<Network, 'classifier'>,
): Pick<FirstWeights, 'tensors' | 'droppedBias'> {
  const stored = tensors.find(({ name }) => name === bias.name);
  if (stored === undefined || isZero(stored.data)) return { tensors };
  const zero = { ...stored, data: new Float32Array(stored.data.length) };
  return { tensors: tensors.map((tensor) => (tensor === stored ? zero : tensor)), droppedBias: bias.name };
}

/**
 * Reads the initial weights given by a config's `model`; undefined if a run starts from scratch. With a loss without a
 * bias, the last layer's bias is 0. Errors: the file does not exist, its SHA-256 is not `weightsSha256`, or it does
 * not match the network.
 */
export async function readFirstWeights(
  { weights, weightsSha256, head }: FirstWeightsOptions,
  {
    network,
    loss,
  }: { readonly network: Pick<Network, 'tensors' | 'classifier'>; readonly loss: Pick<Loss, 'withoutBias'> },
  workingDirectory: string,
): Promise<FirstWeights | undefined> {
  if (weights === undefined) return undefined;
  const path = resolve(workingDirectory, weights);
  const bytes = await readNamed(path);
  const digest = sha256([bytes]);
  if (weightsSha256 !== undefined && weightsSha256 !== digest) {
    throw cannot(
      'use the weights',
      `the file has the SHA-256 ${digest.slice(0, 12)}…, not ${weightsSha256.slice(0, 12)}…`,
      {
        code: 'run/changed',
        place: path,
        hint: 'remove model.weightsSha256 to start from this file; that is another run',
      },
    );
  }
  const { tensors, prefix, metadata } = networkTensors(bytes, path, {
    network,
    head,
    otherClassesHint: 'model.head: fresh (--set model.head=fresh) starts with a new last layer',
  });
  const facts = { file: basename(path), sha256: digest, ...(head === 'fresh' && { head }) };
  const taken = loss.withoutBias === true ? withoutBias(tensors, network) : { tensors };
  return { ...taken, prefix, metadata, facts };
}
