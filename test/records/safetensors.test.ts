import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IsdaError } from '../../src/common/errors.js';
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type TensorData,
} from '../../src/records/safetensors.js';

const fixture = readFileSync(new URL('../fixtures/python.safetensors', import.meta.url));

/** A file with any header text and `dataBytes` bytes of data. */
function fileOf(header: string | object, dataBytes = 0): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, Buffer.alloc(dataBytes)]);
}

const f32 = (shape: unknown, offsets: unknown): object => ({ dtype: 'F32', shape, data_offsets: offsets });

describe('files written by Python', () => {
  const { tensors, metadata } = decodeSafetensors(fixture, 'python.safetensors');
  const find = (name: string): NamedTensor => tensors.find((tensor) => tensor.name === name)!;

  test('every type is read', () => {
    expect(metadata).toEqual({ source: 'safetensors 0.8.0' });
    expect(find('conv1.weight')).toEqual({
      name: 'conv1.weight',
      shape: [2, 1, 2, 2],
      data: Float32Array.from([-4, -3, -2, -1, 0, 1, 2, 3], (value) => value / 3),
    });
    expect(find('bn1.num_batches_tracked').data).toEqual(BigInt64Array.of(2n ** 40n + 7n));
    expect(find('bn1.num_batches_tracked').shape).toEqual([]);
    expect(find('labels').data).toEqual(Int32Array.of(-1, 0, 2 ** 31 - 1));
    expect([...find('pixels').data]).toEqual([0, 127, 255]);
    expect(find('half').data).toEqual(Float32Array.of(1.5, -(2 ** -24), 65504, Infinity));
    expect(find('brain').data).toEqual(Float32Array.of(3.140625, -0, 1.0002555517425873e30));
    expect(find('double').data).toEqual(Float64Array.of(0.1));
    expect(find('flags').dtype).toBe('BOOL');
    expect([...find('flags').data]).toEqual([1, 0, 1]);
    expect(find('empty')).toEqual({ name: 'empty', shape: [0, 3], data: new Float32Array(0) });
    expect(find('größe "x"').data).toEqual(Float32Array.of(1));
  });

  test('the writer makes the very same bytes', () => {
    const raw: NamedTensor[] = tensors.map((tensor) => {
      if (tensor.name === 'half')
        return { ...tensor, dtype: 'F16', data: new Uint8Array(Uint16Array.of(0x3e00, 0x8001, 0x7bff, 0x7c00).buffer) };
      if (tensor.name === 'brain')
        return { ...tensor, dtype: 'BF16', data: new Uint8Array(Uint16Array.of(0x4049, 0x8000, 0x714a).buffer) };
      return tensor;
    });
    expect(Buffer.concat(encodeSafetensors(raw.reverse(), metadata)).equals(fixture)).toBe(true);
  });
});

describe('round trip', () => {
  const dataOf: fc.Arbitrary<TensorData> = fc.oneof(
    fc.float32Array(),
    fc.float64Array(),
    fc.int32Array(),
    fc.bigInt64Array(),
    fc.uint8Array(),
  );
  const tensorsOf = fc.uniqueArray(fc.tuple(fc.string({ unit: 'binary' }), dataOf, fc.boolean()), {
    selector: ([name]) => name,
    maxLength: 8,
  });

  test('any tensors and metadata come back, at any alignment of the file in memory', () => {
    fc.assert(
      fc.property(
        tensorsOf.filter((list) => list.every(([name]) => name !== '__metadata__')),
        fc.dictionary(fc.string(), fc.string({ unit: 'binary' })),
        fc.nat(7),
        (list, metadata, shift) => {
          const tensors = list.map(([name, data, flat]) => ({
            name,
            data,
            shape: flat ? [data.length] : [1, data.length, 1],
          }));
          const encoded = Buffer.concat(encodeSafetensors(tensors, metadata));
          expect(encoded.readUInt32LE(0) % 8).toBe(0);
          // A Buffer, as files are read; its `slice` does not copy.
          const moved = Buffer.alloc(encoded.length + shift).subarray(shift);
          moved.set(encoded);
          const decoded = decodeSafetensors(moved, 'memory');
          expect({ ...decoded.metadata }).toEqual({ ...metadata });
          const byName = new Map(decoded.tensors.map((tensor) => [tensor.name, tensor]));
          expect(byName.size).toBe(tensors.length);
          for (const tensor of tensors) {
            const other = byName.get(tensor.name)!;
            expect(other.shape).toEqual(tensor.shape);
            expect(other.data.constructor).toBe(tensor.data.constructor);
            const bytes = ({ buffer, byteOffset, byteLength }: TensorData): Buffer =>
              Buffer.from(buffer, byteOffset, byteLength);
            expect(bytes(other.data).equals(bytes(tensor.data))).toBe(true);
          }
          const again = Buffer.concat(encodeSafetensors([...tensors].reverse(), metadata));
          expect(again.equals(encoded)).toBe(true);
        },
      ),
    );
  });

  test('tensor memory is not copied', () => {
    const data = Float32Array.of(1, 2, 3);
    const [, piece] = encodeSafetensors([{ name: 'w', shape: [3], data }]);
    expect(piece.buffer).toBe(data.buffer);
  });
});

describe('tensors that cannot be written', () => {
  const data = Float32Array.of(1, 2);
  test.each([
    [[{ name: 'a', shape: [3], data }], 'its shape [3] as F32 needs 12 bytes, not 8'],
    [[{ name: 'a', shape: [-1, -2], data }], 'its shape [-1, -2]'],
    [[{ name: 'a', shape: [2], data }, { name: 'a', shape: [2], data }], 'another tensor has the same name'], // prettier-ignore
    [[{ name: '__metadata__', shape: [2], data }], 'reserves this name'],
    [[{ name: 'a', shape: [8], data: new Uint8Array(8), dtype: 'I3' }], 'the type I3 is not known'],
  ])('%#', (tensors, message) => {
    expect(() => encodeSafetensors(tensors)).toThrow(message);
  });
});

describe('hostile files', () => {
  const cases: Record<string, [Buffer, string]> = {
    empty: [Buffer.alloc(0), 'the file has 0 bytes'],
    'seven bytes': [Buffer.alloc(7), 'the file has 7 bytes'],
    'header over the file': [Buffer.concat([Buffer.from([200, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{}')]), 'cut off'],
    'header over the limit': [Buffer.from([0, 225, 245, 6, 0, 0, 0, 0]), 'over the limit'],
    'header of 2^64 - 1': [Buffer.alloc(16, 255), 'over the limit'],
    'no JSON': [fileOf('{"a":'), 'not JSON'],
    'not UTF-8': [Buffer.concat([Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0x22, 0xff, 0x22])]), 'not JSON'],
    'a list': [fileOf('[]'), 'not a JSON object'],
    'leading spaces': [fileOf(' {}'), 'not a JSON object'],
    null: [fileOf('null'), 'not a JSON object'],
    'a number as tensor': [fileOf({ a: 3 }), 'is not an object'],
    'a list as tensor': [fileOf({ a: [] }), 'is not an object'],
    'number in the metadata': [fileOf({ __metadata__: { a: 3 } }), 'is not a string'],
    'equal names': [
      fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', 4), // prettier-ignore
      'the name "a" occurs twice',
    ],
    'equal names, one escaped': [
      fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'), // prettier-ignore
      'the name "a" occurs twice',
    ],
    'equal fields': [fileOf('{"a":{"dtype":"F32","dtype":"I32","shape":[0],"data_offsets":[0,0]}}'), 'occurs twice'],
    'unknown type': [fileOf({ a: { dtype: 'F33', shape: [0], data_offsets: [0, 0] } }), 'unknown type "F33"'],
    'type missing': [fileOf({ a: { shape: [0], data_offsets: [0, 0] } }), 'unknown type undefined'],
    'unknown field': [fileOf({ a: { ...f32([0], [0, 0]), more: 1 } }), 'unknown field "more"'],
    'shape missing': [fileOf({ a: f32(undefined, [0, 4]) }, 4), 'not a list of whole numbers'],
    'negative extents': [fileOf({ a: f32([-1, -1], [0, 4]) }, 4), 'not a list of whole numbers'],
    'broken extent': [fileOf({ a: f32([0.5, 2], [0, 4]) }, 4), 'not a list of whole numbers'],
    'text extent': [fileOf({ a: f32(['1'], [0, 4]) }, 4), 'not a list of whole numbers'],
    'extent beyond 2^53': [fileOf({ a: f32([2 ** 60], [0, 4]) }, 4), 'not a list of whole numbers'],
    'product overflows': [fileOf({ a: f32([2 ** 50, 2 ** 50], [0, 4]) }, 4), 'but its offsets span 4'],
    'infinite product times zero': [
      fileOf({ a: f32([...Array.from({ length: 30 }, () => 2 ** 50), 0], [0, 0]) }),
      'but its offsets span 0',
    ],
    'three offsets': [fileOf({ a: f32([1], [0, 4, 8]) }, 4), 'not two whole numbers'],
    'negative offset': [fileOf({ a: f32([1], [-4, 0]) }, 4), 'not two whole numbers'],
    'offsets turned round': [fileOf({ a: f32([1], [4, 0]) }, 4), 'span -4'],
    'shape too large': [fileOf({ a: f32([2], [0, 4]) }, 4), 'needs 8 bytes, but its offsets span 4'],
    'beyond the file': [fileOf({ a: f32([2], [0, 8]) }, 4), 'the file is cut off'],
    'bytes left over': [fileOf({ a: f32([1], [0, 4]) }, 5), 'the tensors need 4 bytes, but 5 follow'],
    overlap: [fileOf({ a: f32([2], [0, 8]), b: f32([1], [4, 8]) }, 8), 'inside the previous tensor'],
    'the same data twice': [fileOf({ a: f32([1], [0, 4]), b: f32([1], [0, 4]) }, 4), 'inside the previous tensor'],
    gap: [fileOf({ a: f32([1], [0, 4]), b: f32([1], [8, 12]) }, 12), 'after a gap'],
    'gap at the start': [fileOf({ a: f32([1], [4, 8]) }, 8), 'after a gap'],
  };
  test.each(Object.entries(cases))('%s', (_, [file, message]) => {
    expect(() => decodeSafetensors(file, 'hostile.safetensors')).toThrow(message);
    try {
      decodeSafetensors(file, 'hostile.safetensors');
    } catch (error) {
      expect(error).toBeInstanceOf(IsdaError);
      expect(error).toMatchObject({ place: 'hostile.safetensors' });
    }
  });

  test('a name that every object has is a name like any other', () => {
    const data = Float32Array.of(1);
    const [proto] = decodeSafetensors(
      Buffer.concat(encodeSafetensors([{ name: '__proto__', shape: [1], data }])),
      'memory',
    ).tensors;
    expect(proto).toEqual({ name: '__proto__', shape: [1], data });
  });

  test('cut anywhere, or with a byte changed: an expected error or valid tensors, never anything else', () => {
    for (let length = 0; length < fixture.length; length++)
      expect(() => decodeSafetensors(fixture.subarray(0, length), 'cut')).toThrow(IsdaError);
    fc.assert(
      fc.property(fc.nat(fixture.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const file = Buffer.from(fixture);
        file[place] ^= change;
        try {
          decodeSafetensors(file, 'changed');
        } catch (error) {
          expect(error).toBeInstanceOf(IsdaError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
