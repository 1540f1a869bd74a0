// The header of a safetensors file, checked so that tensors neither overlap nor exceed the file.
import { otherFormat } from '../common/file-formats.js';
import { cannot, reasonOf, type IsdaError } from '../common/errors.js';
import { isPlainObject } from '../common/plain-object.js';

interface HeaderEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from `dataStart`. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

interface Header {
  /** In the order of the data. */
  readonly entries: readonly HeaderEntry[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly dataStart: number;
}

/** The limit of the reference implementation. */
const longestHeader = 100_000_000;

/** Finds a key that occurs twice in an object of a valid JSON text; JSON.parse would silently keep the last. */
function duplicateKey(text: string): string | undefined {
  const open: Set<string>[] = [];
  // Unrolled, because one alternative per character would overflow the stack for long names.
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g;
  for (const [word, colon] of text.matchAll(token)) {
    if (word === '{') open.push(new Set());
    else if (word === '}') open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(word.slice(0, word.lastIndexOf('"') + 1)) as string;
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0);
}

/**
 * Three lines of Python that make a safetensors file of what torch.save wrote: a state dictionary, or one with it
 * inside.
 */
function conversionHint(place: string): string {
  const path = JSON.stringify(place);
  const out = JSON.stringify(`${place.replace(/\.(pth|pt|bin|ckpt|tar|pth\.tar)$/, '')}.safetensors`);
  return [
    'convert it in Python, with the packages torch and safetensors:',
    'import torch; from safetensors.torch import save_file',
    `state = torch.load(${path}, map_location="cpu"); state = state.get("state_dict", state.get("model", state))`,
    `save_file({name: value.detach().clone().contiguous() for name, value in state.items() if torch.is_tensor(value)}, ${out})`,
  ].join('\n');
}

/** Returns the error for a file. */
type Failure = (reason: string) => IsdaError;

/**
 * As `fail`, but for a file that is of another known format the error names that: signatures are short, so not sooner.
 */
function failureAsOther(bytes: Uint8Array, place: string, fail: Failure): Failure {
  return (reason) => {
    const other = otherFormat(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024)));
    if (other === undefined) return fail(reason);
    const isTorch = other.includes('torch.save') || other.includes('pickle');
    return cannot('read safetensors', `it is ${other}`, {
      code: 'safetensors/damaged',
      place,
      ...(isTorch && {
        hint: conversionHint(place),
      }),
    });
  };
}

/** Returns the header as an object, and its length in bytes. */
function readHeader(
  bytes: Uint8Array,
  fail: Failure,
  failAsOther: Failure,
): [Readonly<Record<string, unknown>>, number] {
  if (bytes.length < 8) throw failAsOther(`the file has ${bytes.length} bytes, fewer than the 8 of a header's length`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > longestHeader)
    throw failAsOther(`the header's length, ${length}, is over the limit of ${longestHeader} bytes`);
  if (length > bytes.length - 8)
    throw failAsOther(
      `the header should have ${length} bytes, but only ${bytes.length - 8} follow: the file is cut off`,
    );
  let text: string;
  let parsed: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, 8 + length));
    parsed = JSON.parse(text);
  } catch (error) {
    throw failAsOther(`the header is not JSON (${reasonOf(error)})`);
  }
  if (!isPlainObject(parsed) || !text.startsWith('{')) throw fail('the header is not a JSON object');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw fail(`the name "${twice}" occurs twice in the header`);
  return [parsed, length];
}

function metadataOf(entry: Readonly<Record<string, unknown>>, fail: Failure): Record<string, string> {
  const words = Object.entries(entry).map(([key, word]): [string, string] => {
    if (typeof word !== 'string') throw fail(`the value of the metadata key "${key}" is not a string`);
    return [key, word];
  });
  return Object.fromEntries(words);
}

function tensorEntry(
  name: string,
  value: Readonly<Record<string, unknown>>,
  bytesOf: ReadonlyMap<string, number>,
  fail: Failure,
): HeaderEntry {
  const { dtype, shape, data_offsets: offsets, ...others } = value;
  const size = typeof dtype === 'string' ? bytesOf.get(dtype) : undefined;
  if (typeof dtype !== 'string' || size === undefined)
    throw fail(`the tensor "${name}" has the unknown type ${typeof dtype === 'string' ? `"${dtype}"` : typeof dtype}`);
  if (!isSizes(shape)) throw fail(`the shape of the tensor "${name}" is not a list of whole numbers >= 0`);
  if (!isSizes(offsets) || offsets.length !== 2)
    throw fail(`the data_offsets of the tensor "${name}" are not two whole numbers >= 0`);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw fail(`the tensor "${name}" has the unknown field "${unknown}"`);
  const [begin, end] = offsets;
  const needed = shape.reduce((product, extent) => product * extent, size);
  if (end - begin !== needed)
    throw fail(
      `the tensor "${name}" of shape [${shape.join(', ')}] and type ${dtype} needs ${needed} bytes, but its offsets span ${end - begin}`,
    );
  return { name, dtype, shape, begin, end };
}

/** Requires that the tensors, in the order of their data, fill exactly the `available` bytes. */
function requireContiguous(entries: readonly HeaderEntry[], available: number, fail: Failure): void {
  let reached = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== reached)
      throw fail(
        `the data of the tensor "${name}" start at ${begin}, ${begin < reached ? 'inside the previous tensor' : 'after a gap'}; expected ${reached}`,
      );
    reached = end;
  }
  if (reached !== available)
    throw fail(
      `the tensors need ${reached} bytes, but ${available} follow the header${reached > available ? ': the file is cut off' : ''}`,
    );
}

/** Reads and checks the header of a file. `bytesOf`: bytes an element of each known type. Errors name `place`. */
export function parseHeader(bytes: Uint8Array, place: string, bytesOf: ReadonlyMap<string, number>): Header {
  const fail: Failure = (reason) => cannot('read safetensors', reason, { code: 'safetensors/damaged', place });
  const [parsed, length] = readHeader(bytes, fail, failureAsOther(bytes, place, fail));
  let metadata: Record<string, string> = {};
  const entries: HeaderEntry[] = [];
  for (const [name, value] of Object.entries(parsed)) {
    if (!isPlainObject(value)) throw fail(`the header's entry "${name}" is not an object`);
    if (name === '__metadata__') metadata = metadataOf(value, fail);
    else entries.push(tensorEntry(name, value, bytesOf, fail));
  }
  entries.sort((left, right) => left.begin - right.begin || left.end - right.end);
  requireContiguous(entries, bytes.length - 8 - length, fail);
  return { entries, metadata, dataStart: 8 + length };
}
