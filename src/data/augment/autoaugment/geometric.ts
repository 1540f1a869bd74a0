// Operations that move pixels: shear (bicubic), translate and rotate (nearest). Pixels from outside the image are grey.
// Results are Pillow's byte for byte, so the order of the floating-point operations matters.
import type { ImageFormat } from '../../image-format.js';
import type { Operation } from './operation.js';

const grey = 128;
const outside = -1;

/** Copies each pixel from its byte offset in `origins`; grey if that is `outside`. */
function createMove(origins: Int32Array): Operation {
  return (source, sourceOffset, target, targetOffset) => {
    let to = targetOffset;
    for (const origin of origins) {
      if (origin === outside) {
        target[to] = target[to + 1] = target[to + 2] = grey;
      } else {
        const from = sourceOffset + origin;
        target[to] = source[from];
        target[to + 1] = source[from + 1];
        target[to + 2] = source[from + 2];
      }
      to += 3;
    }
  };
}

/** Returns, for each coordinate of a side, the source coordinate in a shift by `pixels`, or `outside`. */
function shiftedCoordinates(side: number, pixels: number): Int32Array {
  // Pillow accumulates steps of 1, which near an integer rounds differently than adding the coordinate.
  let position = pixels + 0.5;
  return Int32Array.from({ length: side }, () => {
    const coordinate = position < 0 || position >= side ? outside : Math.floor(position);
    position += 1;
    return coordinate;
  });
}

function createShift({ height, width }: ImageFormat, right: number, down: number): Operation {
  const columns = shiftedCoordinates(width, right);
  const rows = shiftedCoordinates(height, down);
  return createMove(
    Int32Array.from({ length: height * width }, (_, pixel) => {
      const row = rows[Math.floor(pixel / width)];
      const column = columns[pixel % width];
      return row === outside || column === outside ? outside : 3 * (row * width + column);
    }),
  );
}

/** Shows the part of the image that lies `fraction` of the width further right (negative: left). */
export function createTranslateX(format: ImageFormat, fraction: number): Operation {
  return createShift(format, fraction * format.width, 0);
}

/** Shows the part of the image that lies `fraction` of the height further down (negative: up). */
export function createTranslateY(format: ImageFormat, fraction: number): Operation {
  return createShift(format, 0, fraction * format.height);
}

/** Rotates counter-clockwise about the centre by an angle between -90 and 90 degrees. */
export function createRotate({ height, width }: ImageFormat, degrees: number): Operation {
  const turned = degrees < 0 ? degrees + 360 : degrees;
  const angle = -(turned * (Math.PI / 180));
  const rounded = (value: number): number => Number(value.toFixed(15));
  const cosine = rounded(Math.cos(angle));
  const sine = rounded(Math.sin(angle));
  const startX = cosine * (-width / 2) + sine * (-height / 2) + width / 2;
  const startY = -sine * (-width / 2) + cosine * (-height / 2) + height / 2;
  // Pillow steps through the source in 16.16 fixed point, from the centre of the first pixel.
  const fixed = (value: number): number => Math.floor(value * 65536 + 0.5);
  const firstX = fixed(startX + cosine * 0.5 + sine * 0.5);
  const firstY = fixed(startY + -sine * 0.5 + cosine * 0.5);
  const [xByX, xByY, yByX, yByY] = [cosine, sine, -sine, cosine].map(fixed);
  return createMove(
    Int32Array.from({ length: height * width }, (_, pixel) => {
      const x = pixel % width;
      const y = Math.floor(pixel / width);
      const column = (firstX + x * xByX + y * xByY) >> 16;
      const row = (firstY + x * yByX + y * yByY) >> 16;
      const inside = column >= 0 && column < width && row >= 0 && row < height;
      return inside ? 3 * (row * width + column) : outside;
    }),
  );
}

/** The position of each pixel of a sheared image along the axis of the shear, as four neighbours and a fraction. */
interface Taps {
  /** Four byte offsets per pixel; the first is `outside` if the pixel is grey. */
  readonly neighbours: Int32Array;
  /** Distance from the second neighbour, in [0, 1). */
  readonly fractions: Float64Array;
}

function shearTaps(axis: 'x' | 'y', slope: number, { height, width }: ImageFormat): Taps {
  const neighbours = new Int32Array(4 * height * width).fill(outside);
  const fractions = new Float64Array(height * width);
  const side = axis === 'x' ? width : height;
  for (let pixel = 0; pixel < height * width; pixel++) {
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    const position = axis === 'x' ? x + 0.5 + slope * (y + 0.5) : slope * (x + 0.5) + (y + 0.5);
    if (position < 0 || position >= side) continue;
    const base = Math.floor(position - 0.5);
    fractions[pixel] = position - 0.5 - base;
    for (let tap = 0; tap < 4; tap++) {
      const coordinate = Math.max(0, Math.min(side - 1, base - 1 + tap));
      neighbours[4 * pixel + tap] = 3 * (axis === 'x' ? y * width + coordinate : coordinate * width + x);
    }
  }
  return { neighbours, fractions };
}

/** Pillow's cubic through four bytes at -1, 0, 1 and 2 (a = -1), clipped and truncated. */
function cubic(before: number, here: number, next: number, last: number, at: number): number {
  const first = next - before;
  const second = 2 * (before - here) + next - last;
  const third = here - before - next + last;
  const value = here + at * (first + at * (second + at * third));
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.trunc(value);
}

function createShear(axis: 'x' | 'y', format: ImageFormat, slope: number): Operation {
  const { neighbours, fractions } = shearTaps(axis, slope, format);
  const pixels = fractions.length;
  return (source, sourceOffset, target, targetOffset) => {
    for (let pixel = 0; pixel < pixels; pixel++) {
      const to = targetOffset + 3 * pixel;
      if (neighbours[4 * pixel] === outside) {
        target[to] = target[to + 1] = target[to + 2] = grey;
        continue;
      }
      const a = sourceOffset + neighbours[4 * pixel];
      const b = sourceOffset + neighbours[4 * pixel + 1];
      const c = sourceOffset + neighbours[4 * pixel + 2];
      const d = sourceOffset + neighbours[4 * pixel + 3];
      const at = fractions[pixel];
      target[to] = cubic(source[a], source[b], source[c], source[d], at);
      target[to + 1] = cubic(source[a + 1], source[b + 1], source[c + 1], source[d + 1], at);
      target[to + 2] = cubic(source[a + 2], source[b + 2], source[c + 2], source[d + 2], at);
    }
  };
}

/** Moves each row by `slope` times its distance from the top. */
export function createShearX(format: ImageFormat, slope: number): Operation {
  return createShear('x', format, slope);
}

/** Moves each column by `slope` times its distance from the left. */
export function createShearY(format: ImageFormat, slope: number): Operation {
  return createShear('y', format, slope);
}
