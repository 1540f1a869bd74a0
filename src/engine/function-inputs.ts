// Inputs of captured functions, fed as int32 and read as their own types in the graph.
import { type } from './attributes.js';
import type { GraphProgram } from './graph-program.js';
import { reshape, slice } from './ops/shape.js';
import { splitVector } from './ops/split.js';
import { run } from './ops/run.js';
import type { Tensor } from './tensor.js';
import { sizeOf, type HostArray, type TensorSpec } from './types.js';

/** A node that is fed with the values of inputs, their bytes one after the other as int32. */
export interface Feed {
  readonly node: string;
  readonly inputs: readonly string[];
}

interface FunctionInputs {
  readonly feeds: readonly Feed[];
  /** By the names of the inputs. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** Bytes of an element on the host. */
const bytesOf = { uint8: 1, float32: 4, int32: 4 } as const;
type HostType = keyof typeof bytesOf;

const wordsOf = ({ dtype, shape }: TensorSpec): number => Math.ceil((sizeOf(shape) * bytesOf[dtype as HostType]) / 4);

/** Int32 [words] as elements of another type, [count] of them. */
function reinterpret(words: Tensor, dtype: HostType, count: number): Tensor {
  if (dtype === 'int32') return words;
  const perWord = 4 / bytesOf[dtype];
  const attributes = { T: type('int32'), type: type(dtype) };
  const shape = perWord === 1 ? words.shape : [...words.shape, perWord];
  const all = reshape(run('Bitcast', attributes, [words], dtype, shape), [words.shape[0] * perWord]);
  return sizeOf(all.shape) === count ? all : slice(all, [0], [count]);
}

/**
 * Adds the placeholders of a function's inputs: one for each of int32 and uint8, one for all of float32. All are int32,
 * since the binding copies a tensor of any other type to a GPU when it is made, and back before it is fed.
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

/** The values of inputs as int32, their bytes one after the other, with zeros up to the last whole number. */
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
