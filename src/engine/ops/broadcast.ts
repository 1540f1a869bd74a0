// NumPy's broadcasting of shapes.
import type { Shape } from '../types.js';

/** Returns the shape that two shapes broadcast to; undefined if there is none. */
export function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    return x === y || y === 1 ? x : x === 1 ? y : -1;
  });
  return shape.includes(-1) ? undefined : shape;
}
