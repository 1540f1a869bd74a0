// Transfers values to and from the binding.
import type { Binding } from './binding.js';
import { dtypeCodes, type HostArray, type TensorSpec } from './types.js';

/** TensorFlow copies data that is not aligned to 64 bytes and keeps a pointer to data that is. */
const misalignment = 4;

/**
 * Returns a binding tensor with a copy of the values; free it with `deleteTensor`. The copy is deliberately
 * misaligned, so that TensorFlow copies it again: otherwise a variable would live in the JavaScript heap, be
 * overwritten there, and be freed from a thread that must not do so.
 */
export function upload(binding: Binding, values: HostArray, spec: TensorSpec): number {
  const bytes = new Uint8Array(values.byteLength + misalignment);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), misalignment);
  const View = values.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => HostArray;
  return binding.createTensor(spec.shape, dtypeCodes[spec.dtype], new View(bytes.buffer, misalignment, values.length));
}

/**
 * Returns a copy of the values of a binding tensor. Only float32, int32 and bool (as bytes) can be read from the
 * engine.
 */
export function copyOf(binding: Binding, id: number): HostArray {
  return binding.tensorDataSync(id) as HostArray;
}

/** Returns the values of a binding tensor and frees it. */
export function download(binding: Binding, id: number): HostArray {
  try {
    return copyOf(binding, id);
  } finally {
    binding.deleteTensor(id);
  }
}
