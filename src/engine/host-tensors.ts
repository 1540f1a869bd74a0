// Transfers values to and from the binding.
import type { Binding } from './binding.js';
import { dtypeCodes, type HostArray, type TensorSpec } from './types.js';

/** TensorFlow copies what is not aligned to its boundary of 64 bytes, and keeps a pointer to what is. */
const misalignment = 4;

/**
 * A binding tensor with a copy of the values; free it with `deleteTensor`. The copy starts off TensorFlow's alignment,
 * so that TensorFlow copies it in turn: a variable would otherwise live in memory of the JavaScript heap, be written
 * through it, and be freed from a thread that may not do so.
 */
export function upload(binding: Binding, values: HostArray, spec: TensorSpec): number {
  const bytes = new Uint8Array(values.byteLength + misalignment);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), misalignment);
  const View = values.constructor as new (buffer: ArrayBuffer, offset: number, length: number) => HostArray;
  return binding.createTensor(spec.shape, dtypeCodes[spec.dtype], new View(bytes.buffer, misalignment, values.length));
}

/** A copy of the values of a binding tensor. Only float32, int32 and bool (as bytes) come out of the engine. */
export function copyOf(binding: Binding, id: number): HostArray {
  return binding.tensorDataSync(id) as HostArray;
}

/** The values of a binding tensor, which is freed. */
export function download(binding: Binding, id: number): HostArray {
  try {
    return copyOf(binding, id);
  } finally {
    binding.deleteTensor(id);
  }
}
