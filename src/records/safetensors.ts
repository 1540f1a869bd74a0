// The safetensors format: tensors by name, with their shapes, in one file that PyTorch, NumPy and JAX read.
import { endianness } from 'node:os';
import { cannot } from '../common/errors.js';
import { parseHeader } from './safetensors-header.js';
import { bfloat16ToFloat32, float16ToFloat32 } from './half.js';

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** Row-major; the array type corresponds to the tensor's type: F32, F64, I32, I64 or U8. */
  readonly data: TensorData;
  /** Set if `data` has the raw bytes of a type without an array type here (BOOL, I8, I16, U16, U32, U64, F8_…). */
  readonly dtype?: string;
}

interface Safetensors {
  readonly tensors: readonly NamedTensor[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Types by alignment, largest first: the order in which the reference implementation lays tensors out. */
const dtypes = [
  ['U64', 8],
  ['I64', 8],
  ['F64', 8],
  ['F32', 4],
  ['U32', 4],
  ['I32', 4],
  ['BF16', 2],
  ['F16', 2],
  ['U16', 2],
  ['I16', 2],
  ['F8_E4M3', 1],
  ['F8_E5M2', 1],
  ['I8', 1],
  ['U8', 1],
  ['BOOL', 1],
] as const;
const bytesOf: ReadonlyMap<string, number> = new Map(dtypes);
const rankOf: ReadonlyMap<string, number> = new Map(dtypes.map(([dtype], rank) => [dtype, rank]));

function dtypeOf(tensor: NamedTensor): string {
  if (tensor.dtype !== undefined) return tensor.dtype;
  if (tensor.data instanceof Float32Array) return 'F32';
  if (tensor.data instanceof Float64Array) return 'F64';
  if (tensor.data instanceof Int32Array) return 'I32';
  return tensor.data instanceof BigInt64Array ? 'I64' : 'U8';
}

/** Compares by code points, like Python and Rust; JavaScript's `<` compares UTF-16 units. */
function compareNames(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

const littleEndian = endianness() === 'LE';

function checkHost(action: string): void {
  if (!littleEndian)
    throw cannot(action, 'the format is little-endian and this processor is not', { code: 'safetensors/unsupported' });
}

/**
 * Encodes tensors as the pieces of a safetensors file: the header, then each tensor's own memory, not copied.
 * The bytes depend only on the arguments, whatever the order of the tensors; metadata keep their order.
 * Errors: equal names, a name `__metadata__`, a shape that does not match the data.
 */
export function encodeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  checkHost('write tensors');
  const sorted = tensors
    .map((tensor) => ({ tensor, dtype: dtypeOf(tensor) }))
    .sort(
      (left, right) =>
        (rankOf.get(left.dtype) ?? 99) - (rankOf.get(right.dtype) ?? 99) ||
        compareNames(left.tensor.name, right.tensor.name),
    );
  const names = new Set<string>();
  const entries: string[] = [];
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`);
  let offset = 0;
  for (const { tensor, dtype } of sorted) {
    const action = `write the tensor "${tensor.name}"`;
    if (names.has(tensor.name))
      throw cannot(action, 'another tensor has the same name', { code: 'safetensors/unsupported' });
    if (tensor.name === '__metadata__')
      throw cannot(action, 'the format reserves this name', { code: 'safetensors/unsupported' });
    names.add(tensor.name);
    const size = bytesOf.get(dtype);
    if (size === undefined) throw cannot(action, `the type ${dtype} is not known`, { code: 'safetensors/unsupported' });
    const expected = tensor.shape.reduce((product, extent) => product * extent, size);
    if (
      tensor.shape.some((extent) => !Number.isSafeInteger(extent) || extent < 0) ||
      expected !== tensor.data.byteLength
    )
      throw cannot(
        action,
        `its shape [${tensor.shape.join(', ')}] as ${dtype} needs ${expected} bytes, not ${tensor.data.byteLength}`,
        { code: 'safetensors/unsupported' },
      );
    const end = offset + tensor.data.byteLength;
    entries.push(
      `${JSON.stringify(tensor.name)}:{"dtype":"${dtype}","shape":[${tensor.shape.join(',')}],"data_offsets":[${offset},${end}]}`,
    );
    offset = end;
  }
  const json = Buffer.from(`{${entries.join(',')}}`);
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  json.copy(header, 8);
  return [
    header,
    ...sorted.map(({ tensor: { data } }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

function arrayOf(dtype: string, bytes: Uint8Array): { data: TensorData; dtype?: string } {
  const size = bytesOf.get(dtype) ?? 1;
  // Views need aligned memory, which a copy has (`slice` of a Buffer does not copy).
  const { buffer, byteOffset } = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const length = bytes.byteLength / size;
  const plain = new Uint8Array(buffer, byteOffset, bytes.byteLength);
  switch (dtype) {
    case 'F32':
      return { data: new Float32Array(buffer, byteOffset, length) };
    case 'F64':
      return { data: new Float64Array(buffer, byteOffset, length) };
    case 'I32':
      return { data: new Int32Array(buffer, byteOffset, length) };
    case 'I64':
      return { data: new BigInt64Array(buffer, byteOffset, length) };
    case 'U8':
      return { data: plain };
    case 'BF16':
      return { data: bfloat16ToFloat32(new Uint16Array(buffer, byteOffset, length)) };
    case 'F16':
      return { data: float16ToFloat32(new Uint16Array(buffer, byteOffset, length)) };
    default:
      return { data: plain, dtype };
  }
}

/**
 * Decodes a safetensors file. Tensors are views of `bytes` where its alignment allows; F16 and BF16 become float32.
 * `place` is the file's name for errors. Errors: everything the format forbids: a header that is too long or not JSON,
 * names that occur twice, unknown types, sizes that are not whole numbers, and data that overlap, leave gaps or do not
 * fit their shape or the file.
 */
export function decodeSafetensors(bytes: Uint8Array, place: string): Safetensors {
  checkHost('read tensors');
  const { entries, metadata, dataStart } = parseHeader(bytes, place, bytesOf);
  const tensors = entries.map(({ name, dtype, shape, begin, end }) => ({
    name,
    shape,
    ...arrayOf(dtype, bytes.subarray(dataStart + begin, dataStart + end)),
  }));
  return { tensors, metadata };
}
