// Converts 16-bit floating-point numbers to float32.

/** Converts bfloat16 to float32: the same bits followed by sixteen zeros. */
export function bfloat16ToFloat32(values: Uint16Array): Float32Array {
  const bits = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) bits[i] = values[i] << 16;
  return new Float32Array(bits.buffer);
}

/** Converts IEEE 754 binary16 to float32, exactly. */
export function float16ToFloat32(values: Uint16Array): Float32Array {
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const exponent = (values[i] >> 10) & 31;
    const fraction = values[i] & 1023;
    const sign = values[i] & 0x8000 ? -1 : 1;
    if (exponent === 31) result[i] = fraction === 0 ? sign * Infinity : NaN;
    else if (exponent === 0) result[i] = sign * fraction * 2 ** -24;
    else result[i] = sign * (1024 + fraction) * 2 ** (exponent - 25);
  }
  return result;
}
