// The two passes of bilinear resizing in AssemblyScript with SIMD: `node scripts/build-kernel.mjs` compiles it.
// All addresses are bytes of the module's memory. A pass may write up to 15 bytes beyond its output's end.

/** Bits after the point of the weights. */
const precision: i32 = 22;

/** Sums of red, green and blue, the fourth is not used: what `size` pixels from `at` on give with their weights. */
@inline
function sumPixels(at: usize, weights: usize, size: i32): v128 {
  let sum = i32x4.splat(1 << (precision - 1));
  for (let tap: i32 = 0; tap < size; tap++) {
    const pixel = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
    sum = i32x4.add(sum, i32x4.mul(pixel, v128.load32_splat(weights)));
    at += 3;
    weights += 4;
  }
  return i32x4.shr_u(sum, precision);
}

/** Four sums as bytes, in the lowest 32 bits. */
@inline
function toBytes(sums: v128): v128 {
  const halves = i16x8.narrow_i32x4_u(sums, sums);
  return i8x16.narrow_i16x8_u(halves, halves);
}

/** Every row: `outputs` pixels from the row at `from`, rows `fromStride` bytes apart; written `toStride` bytes apart. */
export function rows(
  from: usize,
  fromStride: usize,
  height: i32,
  channels: i32,
  starts: usize,
  sizes: usize,
  weights: usize,
  taps: i32,
  outputs: i32,
  to: usize,
  toStride: usize,
): void {
  const weightStride: usize = <usize>taps * 4;
  for (let y: i32 = 0; y < height; y++) {
    let at = to;
    for (let x: i32 = 0; x < outputs; x++) {
      const start = load<i32>(starts + (<usize>x << 2));
      const size = load<i32>(sizes + (<usize>x << 2));
      const first = weights + <usize>x * weightStride;
      if (channels === 3) {
        v128.store32_lane(at, toBytes(sumPixels(from + <usize>start * 3, first, size)), 0);
        at += 3;
      } else {
        let sum: i32 = 1 << (precision - 1);
        for (let tap: i32 = 0; tap < size; tap++) {
          sum += <i32>load<u8>(from + <usize>(start + tap)) * load<i32>(first + (<usize>tap << 2));
        }
        store<u8>(at, sum >> precision);
        at += 1;
      }
    }
    from += fromStride;
    to += toStride;
  }
}

/** Every column: `outputs` rows of `rowBytes` bytes, one after the other, from rows `fromStride` bytes apart. */
export function columns(
  from: usize,
  fromStride: usize,
  rowBytes: i32,
  starts: usize,
  sizes: usize,
  weights: usize,
  taps: i32,
  outputs: i32,
  to: usize,
): void {
  const half = i32x4.splat(1 << (precision - 1));
  for (let y: i32 = 0; y < outputs; y++) {
    const start = from + <usize>load<i32>(starts + (<usize>y << 2)) * fromStride;
    const size = load<i32>(sizes + (<usize>y << 2));
    const first = weights + <usize>(y * taps) * 4;
    for (let x: i32 = 0; x < rowBytes; x += 16) {
      let a = half;
      let b = half;
      let c = half;
      let d = half;
      let at = start + <usize>x;
      for (let tap: i32 = 0; tap < size; tap++) {
        const bytes = v128.load(at);
        const weight = v128.load32_splat(first + (<usize>tap << 2));
        const low = i16x8.extend_low_i8x16_u(bytes);
        const high = i16x8.extend_high_i8x16_u(bytes);
        a = i32x4.add(a, i32x4.mul(i32x4.extend_low_i16x8_u(low), weight));
        b = i32x4.add(b, i32x4.mul(i32x4.extend_high_i16x8_u(low), weight));
        c = i32x4.add(c, i32x4.mul(i32x4.extend_low_i16x8_u(high), weight));
        d = i32x4.add(d, i32x4.mul(i32x4.extend_high_i16x8_u(high), weight));
        at += fromStride;
      }
      const low = i16x8.narrow_i32x4_u(i32x4.shr_u(a, precision), i32x4.shr_u(b, precision));
      const high = i16x8.narrow_i32x4_u(i32x4.shr_u(c, precision), i32x4.shr_u(d, precision));
      // A row's last block spills into the next row, which is written afterwards.
      v128.store(to + <usize>x, i8x16.narrow_i16x8_u(low, high));
    }
    to += <usize>rowBytes;
  }
}
