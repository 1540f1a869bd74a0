// Type of an operation on the pixels of one image.
import type { ImageFormat } from '../../image-format.js';

/**
 * Reads one image (H·W·3 bytes) at `sourceOffset` of `source` and writes every byte of the changed one at
 * `targetOffset` of `target`; the two never overlap. Deterministic: created for one magnitude.
 */
export type Operation = (source: Uint8Array, sourceOffset: number, target: Uint8Array, targetOffset: number) => void;

/** Creates an operation for images of a format; the meaning of the signed `magnitude` depends on the operation. */
export type CreateOperation = (format: ImageFormat, magnitude: number) => Operation;

/** Replaces every byte of an image of `size` bytes by its entry in a table of 256. */
export function createLookup(size: number, table: Uint8Array): Operation {
  return (source, sourceOffset, target, targetOffset) => {
    for (let i = 0; i < size; i++) target[targetOffset + i] = table[source[sourceOffset + i]];
  };
}
