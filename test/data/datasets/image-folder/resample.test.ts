// The compiled kernel: it was built from its source, and applies the weights of the axes at any memory position.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bilinearAxis, type AxisWeights } from '../../../../src/data/datasets/image-folder/axis.js';
import { kernelSource } from '../../../../src/data/datasets/image-folder/kernel-bytes.js';
import { createResampler } from '../../../../src/data/datasets/image-folder/resample.js';
import { projectRoot } from '../../../config/support.js';
import { randomBytes } from '../../helpers.js';

it('the kernel was compiled from its source (node scripts/build-kernel.mjs)', () => {
  const source = readFileSync(join(projectRoot, 'native/resample.ts'));
  expect(kernelSource).toBe(createHash('sha256').update(source).digest('hex'));
});

/** One output of an axis, computed from its inputs `input(i)` and rounded to a byte. */
function output({ starts, sizes, weights, taps }: AxisWeights, index: number, input: (i: number) => number): number {
  let sum = 2 ** 21;
  for (let tap = 0; tap < sizes[index]; tap++) sum += input(starts[index] + tap) * weights[index * taps + tap];
  return Math.floor(sum / 2 ** 22);
}

const side = fc.integer({ min: 1, max: 70 });
const request = fc.record({
  inputs: fc.tuple(side, side),
  outputs: fc.tuple(side, side),
  channels: fc.constantFrom(1 as const, 3 as const),
  margin: fc.nat(9),
  seed: fc.nat(),
});

describe('the weights of an axis', () => {
  it('add up to 1 and lie within the inputs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 500 }), (inputs, outputs) => {
        const { from, to, starts, sizes, weights, taps } = bilinearAxis(inputs, outputs);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(inputs);
        for (let i = 0; i < outputs; i++) {
          const own = weights.subarray(i * taps, (i + 1) * taps);
          expect(sizes[i]).toBeLessThanOrEqual(taps);
          expect(from + starts[i] + sizes[i]).toBeLessThanOrEqual(to);
          expect(Math.abs(own.reduce((sum, weight) => sum + weight, 0) - 2 ** 22)).toBeLessThanOrEqual(taps);
        }
      }),
    );
  });

  it('of a part of the outputs are those of all', () => {
    const all = bilinearAxis(341, 256);
    const part = bilinearAxis(341, 256, 16, 224);
    for (let i = 0; i < 224; i++) {
      expect(part.from + part.starts[i]).toBe(all.from + all.starts[i + 16]);
      const row = (axis: AxisWeights, index: number): number[] => [
        ...axis.weights.subarray(index * axis.taps, (index + 1) * axis.taps),
      ];
      expect(row(part, i)).toEqual(row(all, i + 16));
    }
  });
});

it('the kernel resizes rows, then columns, as the weights say', () => {
  const resampler = createResampler();
  fc.assert(
    fc.property(request, ({ inputs, outputs, channels, margin, seed }) => {
      const [height, width] = inputs;
      const horizontal = bilinearAxis(width, outputs[1]);
      const vertical = bilinearAxis(height, outputs[0]);
      const stride = width * channels + margin;
      const origin = 2 * margin;
      const bytes = randomBytes(origin + height * stride, seed);
      resampler.room(bytes.length).set(bytes);
      const resized = resampler.resize({ channels, stride, origin }, horizontal, vertical);
      expect(resized).toHaveLength(outputs[0] * outputs[1] * 3);
      const pixel = (y: number, x: number, channel: number): number =>
        bytes[origin + (vertical.from + y) * stride + (horizontal.from + x) * channels + channel];
      for (let y = 0; y < outputs[0]; y++) {
        for (let x = 0; x < outputs[1]; x++) {
          for (let c = 0; c < 3; c++) {
            const channel = channels === 1 ? 0 : c;
            const row = (line: number): number => output(horizontal, x, (i) => pixel(line, i, channel));
            const expected = output(vertical, y, row);
            if (resized[(y * outputs[1] + x) * 3 + c] !== expected) {
              expect({ y, x, c, value: resized[(y * outputs[1] + x) * 3 + c] }).toEqual({ y, x, c, value: expected });
            }
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});
