// Operations that stretch each channel by its histogram: autocontrast, equalize. Results equal those of Pillow's
// ImageOps.
import { imageBytes, type ImageFormat } from '../../image-format.js';
import type { Operation } from './operation.js';

const levels = 256;

/** Fills `table` for a channel from `histogram`: 256 entries of each, starting at `start`. */
type Stretch = (histogram: Int32Array, table: Uint8Array, start: number) => void;

function createStretch(format: ImageFormat, stretch: Stretch): Operation {
  const size = imageBytes(format);
  const histogram = new Int32Array(3 * levels);
  const table = new Uint8Array(3 * levels);
  return (source, sourceOffset, target, targetOffset) => {
    histogram.fill(0);
    for (let i = sourceOffset; i < sourceOffset + size; i += 3) {
      histogram[source[i]]++;
      histogram[levels + source[i + 1]]++;
      histogram[2 * levels + source[i + 2]]++;
    }
    for (let channel = 0; channel < 3; channel++) stretch(histogram, table, channel * levels);
    const shift = targetOffset - sourceOffset;
    for (let i = sourceOffset; i < sourceOffset + size; i += 3) {
      target[i + shift] = table[source[i]];
      target[i + shift + 1] = table[levels + source[i + 1]];
      target[i + shift + 2] = table[2 * levels + source[i + 2]];
    }
  };
}

function identity(table: Uint8Array, start: number): void {
  for (let level = 0; level < levels; level++) table[start + level] = level;
}

/** Linear: the darkest level of a channel becomes 0 and the brightest 255. */
const stretchRange: Stretch = (histogram, table, start) => {
  let low = 0;
  while (low < levels - 1 && histogram[start + low] === 0) low++;
  let high = levels - 1;
  while (high > 0 && histogram[start + high] === 0) high--;
  if (high <= low) {
    identity(table, start);
    return;
  }
  const scale = 255 / (high - low);
  const offset = -low * scale;
  for (let level = 0; level < levels; level++) {
    table[start + level] = Math.max(0, Math.min(255, Math.trunc(level * scale + offset)));
  }
};

/** Makes all levels about equally frequent; the brightest level that occurs does not count in the step. */
const flatten: Stretch = (histogram, table, start) => {
  let total = 0;
  let brightest = 0;
  for (let level = 0; level < levels; level++) {
    const count = histogram[start + level];
    total += count;
    if (count > 0) brightest = count;
  }
  const step = Math.floor((total - brightest) / 255);
  if (step === 0) {
    identity(table, start);
    return;
  }
  let below = Math.floor(step / 2);
  for (let level = 0; level < levels; level++) {
    table[start + level] = Math.min(255, Math.floor(below / step));
    below += histogram[start + level];
  }
};

/** Stretches the levels of each channel to 0 … 255. */
export function createAutocontrast(format: ImageFormat): Operation {
  return createStretch(format, stretchRange);
}

/** Equalizes the histogram of each channel. */
export function createEqualize(format: ImageFormat): Operation {
  return createStretch(format, flatten);
}
