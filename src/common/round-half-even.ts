// Rounding as in Python.

/** Python's `round`: rounds to the nearest integer, halves to even. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
