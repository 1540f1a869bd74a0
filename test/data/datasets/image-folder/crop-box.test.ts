// Random boxes: equal to torchvision's for the same random numbers; inside the image, with the requested areas and
// ratios.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomStream } from '../../../../src/common/random.js';
import { randomCropBox, type Box } from '../../../../src/data/datasets/image-folder/crop-box.js';
import { projectRoot } from '../../../config/support.js';

interface Case {
  readonly height: number;
  readonly width: number;
  readonly scale: readonly [number, number];
  readonly ratio: readonly [number, number];
  readonly drawn: readonly number[];
  readonly box: Box;
}

const cases = JSON.parse(
  readFileSync(join(projectRoot, 'test/fixtures/images/crop-boxes.json'), 'utf8'),
) as readonly Case[];
const imagenet = { scale: [0.08, 1], ratio: [3 / 4, 4 / 3] } as const;

describe('the random box', () => {
  it('is that of RandomResizedCrop.get_params for the same draws', () => {
    const outcomes = new Set<string>();
    for (const { height, width, scale, ratio, drawn, box } of cases) {
      const left = [...drawn];
      const next = (): number => left.shift()!;
      const found = randomCropBox({ height, width }, { scale, ratio }, { uniform: next, integer: next });
      expect(found).toEqual(box);
      expect(left).toEqual([]);
      outcomes.add(drawn.length === 20 ? 'centre' : drawn.length > 4 ? 'later try' : 'first try');
    }
    expect([...outcomes].sort()).toEqual(['centre', 'first try', 'later try']);
  });

  it('lies inside the image and is not empty', () => {
    const side = fc.integer({ min: 1, max: 3000 });
    const share = fc.double({ min: 0.01, max: 1, noNaN: true });
    const aspect = fc.double({ min: 0.1, max: 10, noNaN: true });
    const sorted = (values: [number, number]): [number, number] => [Math.min(...values), Math.max(...values)];
    const options = fc.record({
      scale: fc.tuple(share, share).map(sorted),
      ratio: fc.tuple(aspect, aspect).map(sorted),
    });
    fc.assert(
      fc.property(side, side, options, fc.nat(), (height, width, crop, seed) => {
        const box = randomCropBox({ height, width }, crop, randomStream(seed));
        expect(Math.min(box.top, box.left)).toBeGreaterThanOrEqual(0);
        expect(Math.min(box.height, box.width)).toBeGreaterThanOrEqual(1);
        expect(box.top + box.height).toBeLessThanOrEqual(height);
        expect(box.left + box.width).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('of a large square image has areas and ratios spread as they should be', () => {
    const side = 2000;
    const boxes = Array.from({ length: 20_000 }, (_, index) =>
      randomCropBox({ height: side, width: side }, { ...imagenet, scale: [0.08, 0.5] }, randomStream(7, index)),
    );
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    // Below half of the area, every draw fits: areas are uniform, ratios uniform in their logarithm, positions
    // uniform.
    const areas = boxes.map(({ height, width }) => (height * width) / side ** 2);
    const spread = 0.42 / Math.sqrt(12);
    expect(Math.abs(mean(areas) - 0.29)).toBeLessThan((4 * spread) / Math.sqrt(boxes.length));
    expect(Math.sqrt(mean(areas.map((area) => (area - 0.29) ** 2)))).toBeCloseTo(spread, 2);
    const ratios = boxes.map(({ height, width }) => Math.log(width / height));
    expect(mean(ratios)).toBeCloseTo(0, 2);
    expect(Math.sqrt(mean(ratios.map((ratio) => ratio ** 2)))).toBeCloseTo(Math.log(16 / 9) / Math.sqrt(12), 2);
    expect(mean(boxes.map(({ top, height }) => top / (side - height)))).toBeCloseTo(0.5, 2);
    expect(mean(boxes.map(({ left, width }) => left / (side - width)))).toBeCloseTo(0.5, 2);
  });
});
