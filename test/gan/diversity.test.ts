// The diversity of samples against its definition, and its extremes: one repeated image, and real images.
import { describe, expect, it } from 'vitest';
import type { MemorySource } from '../../src/data/source.js';
import { createCollapseWatch, createDiversity, meanDistance } from '../../src/gan/diversity.js';
import { generatedDataset } from '../support/generated-run.js';
import { range } from '../support/grid.js';

const bytes = 32 * 32 * 3;
const source = generatedDataset(100, 1);

/** Images that each have one colour. */
const flat = (...levels: readonly number[]): Uint8Array => {
  const images = new Uint8Array(levels.length * bytes);
  levels.forEach((level, k) => images.fill(level, k * bytes, (k + 1) * bytes));
  return images;
};

/** The images in the data set with a label. */
const realOf = ({ labels, storage }: MemorySource, label: number): Uint8Array[] =>
  range(labels.length)
    .filter((index) => labels[index] === label)
    .map((index) => storage.images.subarray(index * bytes, (index + 1) * bytes));

describe('the mean distance of images', () => {
  it('is the mean over pairs of a group, then over groups', () => {
    const images = flat(0, 10, 40, 100, 103);
    expect(meanDistance(images, [[0, 1, 2]])).toBeCloseTo((10 + 40 + 30) / 3, 10);
    expect(meanDistance(images, [[0, 1, 2], [3, 4], [0]])).toBeCloseTo(((10 + 40 + 30) / 3 + 3) / 2, 10);
  });

  it('is not a number where no group has two images', () => {
    expect(meanDistance(flat(1, 2), [[0], [1]])).toBeNaN();
  });
});

describe('diversity', () => {
  const labels = [...source.labels.slice(0, 3)].flatMap((label) => [label, label]);

  it('is 0 of one image of each class again and again', () => {
    expect(createDiversity(source, labels)!(flat(1, 1, 90, 90, 200, 200))).toBe(0);
  });

  it('is 1 of the real images that samples are compared with', () => {
    const [label] = source.labels;
    const real = realOf(source, label);
    const measure = createDiversity(
      source,
      real.map(() => label),
    )!;
    expect(measure(new Uint8Array(Buffer.concat(real)))).toBeCloseTo(1, 10);
  });

  it('compares samples without labels with images of all classes', () => {
    const first = source.storage.images.subarray(0, 40 * bytes);
    const measure = createDiversity(
      source,
      range(40).map(() => undefined),
    )!;
    expect(measure(first)).toBeCloseTo(1, 10);
  });

  it('leaves classes with a single real image out of both means', () => {
    const images = flat(0, 10, 200);
    const three = { ...source, count: 3, labels: Int32Array.of(0, 0, 1), storage: { kind: 'memory', images } as const };
    // The samples of class 0 differ by 5, half as much as its real images; those of class 1 by 100.
    expect(createDiversity(three, [0, 0, 1, 1])!(flat(1, 6, 0, 100))).toBeCloseTo(0.5, 10);
  });

  it('is not measured where no class has two images', () => {
    const single = { ...source, count: 1, labels: source.labels.slice(0, 1) };
    expect(createDiversity(single, labels.slice(0, 2))).toBeUndefined();
  });
});

describe('the watch for a collapse', () => {
  it('warns once, when a tenth of the run is over', () => {
    const watch = createCollapseWatch(20_000);
    expect([watch(1950, 0.01), watch(2000, 0.1)]).toEqual([undefined, undefined]);
    expect(watch(2050, 0.034)).toContain('at iteration 2050 samples of a class differ 3.4 % as much as real images');
    expect(watch(2100, 0.01)).toBeUndefined();
  });

  it('waits for 500 iterations of a short run', () => {
    const watch = createCollapseWatch(600);
    expect(watch(450, 0)).toBeUndefined();
    expect(watch(500, 0)).toContain('collapsed');
  });
});
