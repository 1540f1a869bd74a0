// Inputs of captured functions, fed as int32 and reinterpreted in the graph.
import { type } from './attributes.js';
import type { GraphProgram } from './graph-program.js';
import { reshape, slice } from './ops/shape.js';
import { splitVector } from './ops/split.js';
import { run } from './ops/run.js';
import type { Tensor } from './tensor.js';
import { sizeOf, type HostArray, type TensorSpec } from './types.js';

/** A node that is fed the concatenated bytes of several inputs as int32. */
export interface Feed {
  readonly node: string;
  readonly inputs: readonly string[];
}

interface FunctionInputs {
  readonly feeds: readonly Feed[];
  /** The inputs by name. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Bytes per element on the host. */
const bytesOf = { uint8: 1, float32: 4, int32: 4 } as const;
type HostType = keyof typeof bytesOf;

const wordsOf = ({ dtype, shape }: TensorSpec): number => Math.ceil((sizeOf(shape) * bytesOf[dtype as HostType]) / 4);

/** Reinterprets int32 [words] as [count] elements of another type. */
function reinterpret(words: Tensor, dtype: HostType, count: number): Tensor {
  if (dtype === 'int32') return words;
  const perWord = 4 / bytesOf[dtype];
  const attributes = { T: type('int32'), type: type(dtype) };
  const shape = perWord === 1 ? words.shape : [...words.shape, perWord];
  const all = reshape(run('Bitcast', attributes, [words], dtype, shape), [words.shape[0] * perWord]);
  return sizeOf(all.shape) === count ? all : slice(all, [0], [count]);
}

/**
 * Adds the placeholders of a function's inputs: one for each int32 and uint8 input, one for all float32 inputs. All
 * are int32, because the binding copies a new tensor of any other type to the GPU, and back before it is fed.
 */
export function declareInputs(program: GraphProgram, specs: Readonly<Record<string, TensorSpec>>): FunctionInputs {
  const entries = Object.entries(specs);
  const floats = entries.filter(([, { dtype }]) => dtype === 'float32');
  const others = entries.filter(([, { dtype }]) => dtype !== 'float32');
  const feed = (node: string, words: number): Tensor => program.placeholder(node, { dtype: 'int32', shape: [words] });
  const tensors = new Map<string, Tensor>();
  const feeds: Feed[] = [];
  for (const [name, spec] of others) {
    const values = reinterpret(feed(name, wordsOf(spec)), spec.dtype as HostType, sizeOf(spec.shape));
    tensors.set(name, reshape(values, spec.shape));
    feeds.push({ node: name, inputs: [name] });
  }
  if (floats.length > 0) {
    const sizes = floats.map(([, spec]) => sizeOf(spec.shape));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const pieces = splitVector(reinterpret(feed('floats', total), 'float32', total), sizes);
    floats.forEach(([name, { shape }], index) => tensors.set(name, reshape(pieces[index], shape)));
    feeds.push({ node: 'floats', inputs: floats.map(([name]) => name) });
  }
  return { feeds, tensors: Object.fromEntries(entries.map(([name]) => [name, tensors.get(name)!])) };
}

/** Returns the concatenated bytes of the inputs as int32, padded with zeros to a multiple of 4 bytes. */
export function asWords(values: readonly HostArray[]): Int32Array {
  const [only] = values;
  if (values.length === 1 && only instanceof Int32Array) return only;
  const bytes = values.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const words = new Int32Array(Math.ceil(bytes / 4));
  const target = new Uint8Array(words.buffer);
  let next = 0;
  for (const { buffer, byteOffset, byteLength } of values) {
    target.set(new Uint8Array(buffer, byteOffset, byteLength), next);
    next += byteLength;
  }
  return words;
}
