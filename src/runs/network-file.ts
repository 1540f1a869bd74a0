// Reads the tensors of a network from a safetensors file of PyTorch.
import { cannot } from '../common/errors.js';
import { sameShape } from '../engine/types.js';
import type { FirstWeightsOptions } from '../models/first-weights.js';
import type { Network } from '../models/network.js';
import { torchShape } from '../nn/layout.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { unusableValue } from '../nn/usable-values.js';
import { decodeSafetensors, type NamedTensor } from '../records/safetensors.js';
import { matchTensors } from '../training/state.js';

/** PyTorch's batch normalization counts batches; this counter is not used here. */
const ignored = /(^|\.)num_batches_tracked$/;

interface NetworkTensors {
  readonly tensors: readonly NamedTensor[];
  /** Prefix of the names in the file, which is removed in `tensors`; may be empty. */
  readonly prefix: string;
  /** The file's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Returns the prefix added by a wrapper: `module.` (DataParallel), `_orig_mod.` (torch.compile), `model.` (Lightning).
 * It is the shortest prefix, up to a dot, of all names, without which at least one is a name of the network.
 */
function wrapperPrefix(names: readonly string[], known: ReadonlySet<string>): string {
  if (names.length === 0 || names.some((name) => known.has(name))) return '';
  const parts = names[0].split('.');
  const prefixes = parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('.')}.`);
  const shared = prefixes.filter((prefix) => names.every((name) => name.startsWith(prefix)));
  return shared.find((prefix) => names.some((name) => known.has(name.slice(prefix.length)))) ?? '';
}

/** The network to read: all of it, or with `head: fresh` all but its last layer. */
interface WantedNetwork {
  readonly network: Pick<Network, 'tensors' | 'classifier'>;
  readonly head?: FirstWeightsOptions['head'];
  /** Hint of the error if the last layer of the file is missing or for other classes. */
  readonly otherClassesHint: string;
}

/** Errors: the last layer of the file is missing or for other classes. */
function requireHead(
  { network: { classifier }, otherClassesHint: hint }: WantedNetwork,
  stored: readonly NamedTensor[],
  path: string,
): void {
  for (const tensor of [classifier.weight, classifier.bias]) {
    const found = stored.find(({ name }) => name === tensor.name);
    const expected = torchShape(tensor);
    if (found !== undefined && sameShape(found.shape, expected)) continue;
    const reason =
      found === undefined
        ? `it has no ${tensor.name}`
        : `${tensor.name} is [${found.shape.join(', ')}], expected [${expected.join(', ')}]: the classes differ`;
    throw cannot('use the weights', reason, {
      code: 'checkpoint/other-network',
      place: path,
      hint,
    });
  }
}

/** Converts a tensor of another floating-point type to float32. */
const asFloat32 = (tensor: NamedTensor): NamedTensor =>
  tensor.data instanceof Float64Array ? { ...tensor, data: Float32Array.from(tensor.data) } : tensor;

/** Decodes a file. Errors: it is not safetensors, not the wanted network, or has values that are not allowed. */
export function networkTensors(bytes: Uint8Array, path: string, wanted: WantedNetwork): NetworkTensors {
  const { tensors: all, classifier } = wanted.network;
  const { tensors: inFile, metadata } = decodeSafetensors(bytes, path);
  const stored = inFile.filter((tensor) => !ignored.test(tensor.name)).map(asFloat32);
  const known = new Set(all.map(({ name }) => name));
  const prefix = wrapperPrefix(
    stored.map(({ name }) => name),
    known,
  );
  const named = stored.map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
  const head = new Set(wanted.head === 'fresh' ? [classifier.weight.name, classifier.bias.name] : []);
  const [tensors, declarations] = [named, all].map((list) => list.filter(({ name }) => !head.has(name))) as [
    NamedTensor[],
    TensorDeclaration[],
  ];
  const isOtherNetwork = !named.some(({ name }) => known.has(name));
  if (head.size === 0 && !isOtherNetwork) requireHead(wanted, tensors, path);
  const values = matchTensors(declarations, tensors, path);
  for (const declaration of declarations) {
    const problem = unusableValue(declaration, values.get(declaration.name)!);
    if (problem === undefined) continue;
    throw cannot('use the weights', `${declaration.name} ${problem}`, {
      code: 'run/diverged',
      place: path,
      hint: 'its training has diverged, or the file was damaged',
    });
  }
  return { tensors, prefix, metadata };
}
