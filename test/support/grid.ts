// Plain float64 arrays with shapes, with which operations are compared.
import { sizeOf, type Shape } from '../../src/engine/types.js';

/** Row-major values of a shape, each computed from its index. */
export function table(shape: Shape, value: (index: readonly number[]) => number): number[] {
  return Array.from({ length: sizeOf(shape) }, (_, flat) => {
    let rest = flat;
    const index = shape.map((_, axis) => {
      const stride = sizeOf(shape.slice(axis + 1));
      const position = Math.floor(rest / stride);
      rest -= position * stride;
      return position;
    });
    return value(index);
  });
}

/** Returns the value at an index; axes of extent 1 are broadcast, missing leading axes ignored. */
export function at(values: ArrayLike<number>, shape: Shape, index: readonly number[]): number {
  const own = index.slice(index.length - shape.length);
  return values[shape.reduce((flat, extent, axis) => flat * extent + (extent === 1 ? 0 : own[axis]), 0)];
}

export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
