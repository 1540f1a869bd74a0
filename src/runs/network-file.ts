// The tensors of a network in a safetensors file that PyTorch wrote.
import { cannot } from '../common/errors.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { unusableValue } from '../nn/usable-values.js';
import { decodeSafetensors, type NamedTensor } from '../records/safetensors.js';
import { matchTensors } from '../training/state.js';

/** PyTorch counts batches in its batch normalisation; nothing here depends on it. */
const ignored = /(^|\.)num_batches_tracked$/;

export interface NetworkTensors {
  readonly tensors: readonly NamedTensor[];
  /** What the names in the file begin with and these do not; empty where they are the same. */
  readonly prefix: string;
}

/**
 * What wrappers put before every name: `module.` (DataParallel), `_orig_mod.` (torch.compile), `model.` (Lightning). It
 * is the shortest beginning, up to a dot, that all names have and without which one of them is the network's.
 */
function wrapperPrefix(names: readonly string[], known: ReadonlySet<string>): string {
  if (names.length === 0 || names.some((name) => known.has(name))) return '';
  const parts = names[0].split('.');
  const prefixes = parts.slice(1).map((_, index) => `${parts.slice(0, index + 1).join('.')}.`);
  const shared = prefixes.filter((prefix) => names.every((name) => name.startsWith(prefix)));
  return shared.find((prefix) => names.some((name) => known.has(name.slice(prefix.length)))) ?? '';
}

/** Decodes a file. Errors: it is not safetensors, not the declared network, or holds values that it cannot have. */
export function networkTensors(
  bytes: Uint8Array,
  path: string,
  declarations: readonly TensorDeclaration[],
): NetworkTensors {
  const stored = decodeSafetensors(bytes, path).tensors.filter((tensor) => !ignored.test(tensor.name));
  const known = new Set(declarations.map(({ name }) => name));
  const prefix = wrapperPrefix(
    stored.map(({ name }) => name),
    known,
  );
  const tensors = stored.map((tensor) => ({ ...tensor, name: tensor.name.slice(prefix.length) }));
  const values = matchTensors(declarations, tensors, path);
  for (const declaration of declarations) {
    const problem = unusableValue(declaration, values.get(declaration.name)!);
    if (problem === undefined) continue;
    throw cannot('import the network', `${declaration.name} ${problem}`, {
      code: 'run/diverged',
      place: path,
      hint: 'its training has diverged, or the file was damaged',
    });
  }
  return { tensors, prefix };
}
