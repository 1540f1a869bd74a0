// Bilinear resizing with antialiasing, byte for byte as Pillow's Image.resize(…, BILINEAR), rows before columns.
import type { AxisWeights } from './axis.js';
import { kernelBytes } from './kernel-bytes.js';

/** Layout of the pixels of an image, or of a part of it, in a resampler's memory. */
interface PixelLayout {
  /** 1: grey, 3: red, green, blue side by side. */
  readonly channels: 1 | 3;
  /** Bytes from one row to the next. */
  readonly stride: number;
  /** Offset of the first pixel that the axes need. */
  readonly origin: number;
}

/** Resizes one image at a time in its own memory. */
export interface Resampler {
  /**
   * Returns memory for the given number of bytes, to be filled with pixels before `resize`. Valid until the next call.
   */
  room(bytes: number): Uint8Array<ArrayBuffer>;
  /**
   * Returns the resized image: as many rows and columns as the axes have outputs, 3 channels (equal if the image is
   * grey). Valid until the next call.
   */
  resize(layout: PixelLayout, horizontal: AxisWeights, vertical: AxisWeights): Uint8Array;
}

/** The exports of native/resample.ts; all arguments except counts are addresses and distances in bytes. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  rows(
    from: number,
    fromStride: number,
    height: number,
    channels: number,
    starts: number,
    sizes: number,
    weights: number,
    taps: number,
    outputs: number,
    to: number,
    toStride: number,
  ): void;
  columns(
    from: number,
    fromStride: number,
    rowBytes: number,
    starts: number,
    sizes: number,
    weights: number,
    taps: number,
    outputs: number,
    to: number,
  ): void;
}

const pageBytes = 65536;

/** The kernel works in blocks of 16 bytes, and may access one beyond the end. */
const block = 16;
const aligned = (bytes: number): number => Math.ceil(bytes / block) * block;

/** Creates a resampler. The pixels start at address 0; working memory follows them. */
export function createResampler(): Resampler {
  const module = new WebAssembly.Module(Buffer.from(kernelBytes, 'base64'));
  const kernel = new WebAssembly.Instance(module).exports as unknown as Kernel;
  const { memory } = kernel;
  let pixels = 0;
  let grey = new Uint8Array(0);

  const reserve = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
  };

  /** Writes an axis at an address; returns the addresses of its parts, and of the free memory after them. */
  const place = ({ starts, sizes, weights }: AxisWeights, at: number) => {
    const integers = new Int32Array(memory.buffer);
    const addresses = { starts: at, sizes: at + 4 * starts.length, weights: at + 8 * starts.length };
    integers.set(starts, addresses.starts / 4);
    integers.set(sizes, addresses.sizes / 4);
    integers.set(weights, addresses.weights / 4);
    return { ...addresses, end: aligned(addresses.weights + 4 * weights.length) };
  };
  const axisBytes = ({ starts, weights }: AxisWeights): number => aligned(8 * starts.length + 4 * weights.length);

  return {
    room(bytes) {
      pixels = aligned(bytes + block);
      reserve(pixels);
      return new Uint8Array(memory.buffer, 0, bytes);
    },
    resize({ channels, stride, origin }, horizontal, vertical) {
      const [columns, outputs] = [horizontal.starts.length, vertical.starts.length];
      const height = vertical.to - vertical.from;
      const rowBytes = columns * channels;
      const rowStride = aligned(rowBytes);
      const rowsAt = pixels + axisBytes(horizontal) + axisBytes(vertical);
      const to = rowsAt + height * rowStride + block;
      reserve(to + outputs * rowBytes + block);
      const h = place(horizontal, pixels);
      const v = place(vertical, h.end);
      kernel.rows(
        origin,
        stride,
        height,
        channels,
        h.starts,
        h.sizes,
        h.weights,
        horizontal.taps,
        columns,
        rowsAt,
        rowStride,
      );
      kernel.columns(rowsAt, rowStride, rowBytes, v.starts, v.sizes, v.weights, vertical.taps, outputs, to);
      const resized = new Uint8Array(memory.buffer, to, outputs * rowBytes);
      if (channels === 3) return resized;
      if (grey.length !== 3 * resized.length) grey = new Uint8Array(3 * resized.length);
      for (let i = 0; i < resized.length; i++) grey[3 * i] = grey[3 * i + 1] = grey[3 * i + 2] = resized[i];
      return grey;
    },
  };
}
