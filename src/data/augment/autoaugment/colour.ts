// Operations that blend an image with a degenerate one: color, contrast, sharpness, brightness (Pillow's ImageEnhance).
import { imageBytes, type ImageFormat } from '../../image-format.js';
import { createLookup, type Operation } from './operation.js';

/** Pillow's factor, a float32: 0 gives the degenerate image, 1 the original, larger factors exaggerate. */
function factorOf(magnitude: number): number {
  return Math.fround(1 + magnitude);
}

/** Pillow's blend: float32 arithmetic, clipped and truncated. */
function blend(degenerate: number, original: number, factor: number): number {
  const value = Math.fround(degenerate + Math.fround(factor * (original - degenerate)));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

function fillBlendTable(table: Uint8Array, degenerate: number, factor: number): void {
  for (let value = 0; value < 256; value++) table[value] = blend(degenerate, value, factor);
}

/** The luma of ITU-R 601-2 in 16-bit fixed point. */
function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** Saturation by the factor 1 + magnitude: the degenerate image is grey. */
export function createColor(format: ImageFormat, magnitude: number): Operation {
  const factor = factorOf(magnitude);
  const size = imageBytes(format);
  return (source, sourceOffset, target, targetOffset) => {
    const shift = targetOffset - sourceOffset;
    for (let i = sourceOffset; i < sourceOffset + size; i += 3) {
      const grey = luma(source[i], source[i + 1], source[i + 2]);
      target[i + shift] = blend(grey, source[i], factor);
      target[i + shift + 1] = blend(grey, source[i + 1], factor);
      target[i + shift + 2] = blend(grey, source[i + 2], factor);
    }
  };
}

/** Contrast by the factor 1 + magnitude: the degenerate image is the mean luma everywhere. */
export function createContrast(format: ImageFormat, magnitude: number): Operation {
  const factor = factorOf(magnitude);
  const size = imageBytes(format);
  const table = new Uint8Array(256);
  const apply = createLookup(size, table);
  return (source, sourceOffset, target, targetOffset) => {
    let sum = 0;
    for (let i = sourceOffset; i < sourceOffset + size; i += 3) sum += luma(source[i], source[i + 1], source[i + 2]);
    fillBlendTable(table, Math.trunc(sum / (size / 3) + 0.5), factor);
    apply(source, sourceOffset, target, targetOffset);
  };
}

/** Brightness by the factor 1 + magnitude: the degenerate image is black. */
export function createBrightness(format: ImageFormat, magnitude: number): Operation {
  const table = new Uint8Array(256);
  fillBlendTable(table, 0, factorOf(magnitude));
  return createLookup(imageBytes(format), table);
}

/** Sharpness by the factor 1 + magnitude: the degenerate image is smoothed, except for its border. */
export function createSharpness(format: ImageFormat, magnitude: number): Operation {
  const factor = factorOf(magnitude);
  const { height, width } = format;
  const size = imageBytes(format);
  const row = 3 * width;
  return (source, sourceOffset, target, targetOffset) => {
    target.set(source.subarray(sourceOffset, sourceOffset + size), targetOffset);
    const shift = targetOffset - sourceOffset;
    for (let y = 1; y < height - 1; y++) {
      const start = sourceOffset + y * row;
      for (let i = start + 3; i < start + row - 3; i++) {
        const above = source[i - row - 3] + source[i - row] + source[i - row + 3];
        const beside = source[i - 3] + 5 * source[i] + source[i + 3];
        const below = source[i + row - 3] + source[i + row] + source[i + row + 3];
        // sum / 13 is never half-way between two integers, so Pillow's float32 sum rounds to the same byte.
        const smooth = ((2 * (above + beside + below) + 13) / 26) | 0;
        target[i + shift] = blend(smooth, source[i], factor);
      }
    }
  };
}
