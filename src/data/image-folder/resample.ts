// Bilinear resizing with antialiasing in fixed point: byte for byte what Pillow's Image.resize(…, BILINEAR) gives.

/** What makes the outputs `first` … `first + count − 1` of one axis from its inputs. */
export interface Axis {
  /** The inputs that are needed at all: `from` … `to − 1`. */
  readonly from: number;
  readonly to: number;
  /** For each output, its first input, counted from `from`. */
  readonly starts: Int32Array;
  /** For each output, how many inputs it is made of. */
  readonly sizes: Int32Array;
  /** `taps` weights for each output, in units of 2^-22; unused ones are 0. */
  readonly weights: Int32Array;
  readonly taps: number;
}

/** Bits after the point. A byte times a weight, summed over weights of 1 in total, stays within 31 bits. */
const precision = 22;
const half = 1 << (precision - 1);

/** The weights of an axis of `inputs` pixels that becomes one of `outputs`, for `count` outputs from `first` on. */
export function bilinearAxis(inputs: number, outputs: number, first = 0, count = outputs): Axis {
  const scale = inputs / outputs;
  const support = Math.max(scale, 1);
  const taps = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(count);
  const sizes = new Int32Array(count);
  const weights = new Int32Array(count * taps);
  const exact = new Float64Array(taps);
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const size = Math.min(inputs, Math.trunc(centre + support + 0.5)) - start;
    let total = 0;
    for (let tap = 0; tap < size; tap++) {
      exact[tap] = Math.max(0, 1 - Math.abs((tap + start - centre + 0.5) * (1 / support)));
      total += exact[tap];
    }
    for (let tap = 0; tap < size; tap++) {
      weights[i * taps + tap] = Math.trunc(0.5 + (exact[tap] / total) * (1 << precision));
    }
    starts[i] = start;
    sizes[i] = size;
  }
  const from = starts[0];
  const to = starts[count - 1] + sizes[count - 1];
  for (let i = 0; i < count; i++) starts[i] -= from;
  return { from, to, starts, sizes, weights, taps };
}

/** Pixels of the part of an image that two axes need: rows from the top, 1 (grey) or 3 channels, last. */
export interface Pixels {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
}

/** Each row of `pixels` along the horizontal axis: rows of `axis.starts.length` outputs. */
function resampleRows({ bytes, width, height, channels }: Pixels, axis: Axis, target: Uint8Array): void {
  const { starts, sizes, weights, taps } = axis;
  const outputs = starts.length;
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width * channels;
    for (let x = 0; x < outputs; x++) {
      let at = row + starts[x] * channels;
      const first = x * taps;
      const end = first + sizes[x];
      let a = half;
      if (channels === 1) {
        for (let tap = first; tap < end; tap++) a += bytes[at++] * weights[tap];
        target[to++] = a >> precision;
        continue;
      }
      let b = half;
      let c = half;
      for (let tap = first; tap < end; tap++) {
        const weight = weights[tap];
        a += bytes[at] * weight;
        b += bytes[at + 1] * weight;
        c += bytes[at + 2] * weight;
        at += 3;
      }
      target[to] = a >> precision;
      target[to + 1] = b >> precision;
      target[to + 2] = c >> precision;
      to += 3;
    }
  }
}

/** All columns along the vertical axis: one output row after the other, from rows of `rowBytes`. */
function resampleColumns(
  rows: Uint8Array,
  rowBytes: number,
  axis: Axis,
  sums: Int32Array,
  emit: (sums: Int32Array, y: number) => void,
): void {
  const { starts, sizes, weights, taps } = axis;
  for (let y = 0; y < starts.length; y++) {
    sums.fill(half, 0, rowBytes);
    for (let tap = 0; tap < sizes[y]; tap++) {
      const weight = weights[y * taps + tap];
      const from = (starts[y] + tap) * rowBytes;
      if (weight === 0) continue;
      for (let i = 0; i < rowBytes; i++) sums[i] += rows[from + i] * weight;
    }
    emit(sums, y);
  }
}

/** Buffers that grow with the images: one set a reader, used by one image at a time. */
export interface Scratch {
  rows: Uint8Array;
  sums: Int32Array;
}

export function createScratch(): Scratch {
  return { rows: new Uint8Array(0), sums: new Int32Array(0) };
}

/**
 * Writes the resized image at `offset` of `target`: as many rows and columns as the axes have outputs, 3 channels (the
 * same three where the image is grey). `pixels` is the part of the image from (`vertical.from`, `horizontal.from`) on.
 */
export function resample(
  pixels: Pixels,
  horizontal: Axis,
  vertical: Axis,
  scratch: Scratch,
  target: Uint8Array,
  offset: number,
): void {
  const columns = horizontal.starts.length;
  const rowBytes = columns * pixels.channels;
  if (scratch.rows.length < pixels.height * rowBytes) scratch.rows = new Uint8Array(pixels.height * rowBytes);
  if (scratch.sums.length < rowBytes) scratch.sums = new Int32Array(rowBytes);
  resampleRows(pixels, horizontal, scratch.rows);
  const { channels } = pixels;
  resampleColumns(scratch.rows, rowBytes, vertical, scratch.sums, (sums, y) => {
    let to = offset + y * columns * 3;
    if (channels === 3) {
      for (let i = 0; i < rowBytes; i++) target[to++] = sums[i] >> precision;
      return;
    }
    for (let i = 0; i < rowBytes; i++, to += 3) {
      target[to] = target[to + 1] = target[to + 2] = sums[i] >> precision;
    }
  });
}
