// One axis of bilinear resizing with antialiasing, in fixed point: the weights of Pillow's Image.resize(…, BILINEAR).

/** Weights that compute the outputs `first` … `first + count − 1` of one axis from its inputs. */
export interface AxisWeights {
  /** Range of the required inputs: `from` … `to − 1`. */
  readonly from: number;
  readonly to: number;
  /** For each output, its first input, counted from `from`. */
  readonly starts: Int32Array;
  /** For each output, its number of inputs. */
  readonly sizes: Int32Array;
  /** `taps` weights for each output, in units of 2^-22; unused ones are 0. */
  readonly weights: Int32Array;
  readonly taps: number;
}

/** Bits after the point. A sum of bytes times weights, which total 1, fits into 31 bits. */
const precision = 22;

/** Returns the weights for resizing `inputs` pixels to `outputs`, for `count` outputs starting at `first`. */
export function bilinearAxis(inputs: number, outputs: number, first = 0, count = outputs): AxisWeights {
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
