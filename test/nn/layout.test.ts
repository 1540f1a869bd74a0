// Values in this project's axis order and in PyTorch's.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../src/engine/types.js';
import { fromTorch, torchShape, toTorch } from '../../src/nn/layout.js';
import { at, table } from '../support/grid.js';

const extent = fc.integer({ min: 1, max: 4 });
const described = fc.oneof(
  fc.record({ layout: fc.constant('conv' as const), shape: fc.tuple(extent, extent, extent, extent) }),
  fc.record({ layout: fc.constant('linear' as const), shape: fc.tuple(extent, extent) }),
  fc.record({ layout: fc.constant('plain' as const), shape: fc.array(extent, { maxLength: 4 }) }),
);
const numbered = (count: number): Float32Array => Float32Array.from({ length: count }, (_, index) => index);

describe('layouts', () => {
  it('come back as they were, in both directions', () => {
    fc.assert(
      fc.property(described, (tensor) => {
        const values = numbered(sizeOf(tensor.shape));
        expect(fromTorch(toTorch(values, tensor), tensor)).toEqual(values);
        expect(toTorch(fromTorch(values, tensor), tensor)).toEqual(values);
        expect(sizeOf(torchShape(tensor))).toBe(values.length);
      }),
      { seed: 1 },
    );
  });

  it('put every value where PyTorch has it', () => {
    fc.assert(
      fc.property(described, (tensor) => {
        const { layout, shape } = tensor;
        const values = numbered(sizeOf(shape));
        const expected = table(torchShape(tensor), (index) => {
          if (layout === 'conv') {
            const [o, i, h, w] = index;
            return at(values, shape, [h, w, i, o]);
          }
          return at(values, shape, layout === 'linear' ? index.toReversed() : index);
        });
        expect([...toTorch(values, tensor)]).toEqual(expected);
      }),
      { seed: 2 },
    );
  });

  it('are copies', () => {
    const values = numbered(3);
    const tensor = { layout: 'plain', shape: [3] } as const;
    toTorch(values, tensor).fill(9);
    fromTorch(values, tensor).fill(9);
    expect(values).toEqual(numbered(3));
  });
});
