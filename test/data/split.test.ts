import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IsdaError } from '../../src/common/errors.js';
import { buildSplits, holdout, holdoutFraction, subset } from '../../src/data/split.js';
import type { ImageSource } from '../../src/data/source.js';
import { randomDataset } from './helpers.js';

const labelled = fc
  .array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 120 })
  .chain((labels) =>
    fc.record({ labels: fc.constant(Int32Array.from(labels)), count: fc.nat(labels.length), seed: fc.nat(1000) }),
  );

function countsOf(labels: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

function isAscending(indices: Uint32Array): boolean {
  return indices.every((index, i) => i === 0 || indices[i - 1] < index);
}

/** Throws the message of a usage error. */
function usageError(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof IsdaError && error.kind === 'usage') return error.message;
    throw error;
  }
  return 'no error';
}

describe('subset', () => {
  it('has the asked number of distinct positions, ascending, as balanced as the classes allow', () => {
    fc.assert(
      fc.property(labelled, ({ labels, count, seed }) => {
        const chosen = subset(labels, count, seed);
        expect(chosen.length).toBe(count);
        expect(isAscending(chosen)).toBe(true);
        const all = countsOf(labels);
        const taken = countsOf(Array.from(chosen, (index) => labels[index]));
        const quotas = [...all.keys()].map((label) => taken.get(label) ?? 0);
        const most = Math.max(0, ...quotas);
        for (const [label, size] of all) {
          // A class has more than one image fewer than another only if all of its images are taken.
          const quota = taken.get(label) ?? 0;
          expect(quota >= most - 1 || quota === size).toBe(true);
        }
      }),
    );
  });

  it('is a function of labels, count and seed, and grows by adding', () => {
    fc.assert(
      fc.property(labelled, fc.nat(), ({ labels, count, seed }, other) => {
        const chosen = subset(labels, count, seed);
        expect(subset(labels, count, seed)).toEqual(chosen);
        const smaller = subset(labels, other % (count + 1), seed);
        const contained = new Set(chosen);
        expect(smaller.every((index) => contained.has(index))).toBe(true);
      }),
    );
  });

  it('is exactly balanced where the count is a multiple of the classes, and differs from seed to seed', () => {
    const labels = Int32Array.from({ length: 5000 }, (_, i) => (i * 7) % 10);
    const chosen = subset(labels, 200, 1);
    expect([...countsOf(Array.from(chosen, (index) => labels[index])).values()]).toEqual(Array(10).fill(20));
    expect(subset(labels, 200, 2)).not.toEqual(chosen);
  });

  it('spreads what is left over by the seed, not always to the same classes', () => {
    const labels = Int32Array.from({ length: 100 }, (_, i) => i % 10);
    const favoured = new Set(Array.from({ length: 40 }, (_, seed) => labels[subset(labels, 1, seed)[0]]));
    expect(favoured.size).toBeGreaterThan(5);
  });
});

describe('holdout', () => {
  it('and the remainder are disjoint, complete and ascending, and the remainder has every class', () => {
    fc.assert(
      fc.property(labelled, ({ labels, count: drawn, seed }) => {
        const count = Math.min(drawn, labels.length - new Set(labels).size);
        const split = holdout(labels, count, seed);
        expect(split.holdout.length).toBe(count);
        expect(isAscending(split.holdout) && isAscending(split.remainder)).toBe(true);
        const together = Uint32Array.from([...split.holdout, ...split.remainder]).sort();
        expect(together).toEqual(Uint32Array.from(labels.keys()));
        expect(new Set(Array.from(split.remainder, (index) => labels[index]))).toEqual(new Set(labels));
        const smaller = holdout(labels, Math.floor(count / 2), seed).holdout;
        expect(smaller.every((index) => split.holdout.includes(index))).toBe(true);
      }),
    );
  });
});

describe('a holdout from classes of different sizes', () => {
  const labels = Int32Array.from([...Array<number>(9).fill(0), ...Array<number>(9).fill(1), 2, 2]);
  const heldOf = (count: number): number[] => {
    const counts = countsOf(Array.from(holdout(labels, count, 20190914).holdout, (index) => labels[index]));
    return [0, 1, 2].map((label) => counts.get(label) ?? 0);
  };

  it('leaves an image of the smallest, and the others make up for it', () => {
    expect(heldOf(3)).toEqual([1, 1, 1]);
    expect(heldOf(6).sort((a, b) => a - b)).toEqual([1, 2, 3]);
    expect(heldOf(17)).toEqual([8, 8, 1]);
  });

  it('is refused where a class would be left without images', () => {
    const message =
      'cannot hold out images: with holdout 18, 2 of 20 images remain for training, fewer than the 3 classes';
    expect(usageError(() => holdout(labels, 18, 1))).toBe(message);
  });

  it('is the one it was before where it emptied no class', () => {
    // The result of the algorithm that could leave a class empty.
    const balanced = Int32Array.from({ length: 12 }, (_, i) => i % 3);
    const uneven = Int32Array.from([0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]);
    expect([...holdout(balanced, 5, 20190914).holdout]).toEqual([0, 1, 2, 4, 8]);
    expect([...holdout(uneven, 5, 20190914).holdout]).toEqual([3, 4, 5, 6, 9]);
  });
});

describe('buildSplits', () => {
  const train = randomDataset(
    Array.from({ length: 60 }, (_, i) => i % 3),
    1,
    2,
    2,
  );
  const test = randomDataset(
    Array.from({ length: 30 }, (_, i) => i % 3),
    2,
    2,
    2,
  );
  const positions = (source: ImageSource): number[] => [...(source.positions ?? [])];

  it('without options is the data as it is', () => {
    expect(buildSplits({ holdout: 0 }, train, test)).toEqual({
      train,
      evaluation: test,
      evaluationName: 'test',
      notes: [],
    });
  });

  it('evaluates on held-out training images and takes the subset from the others', () => {
    const whole = buildSplits({ holdout: 15 }, train, test);
    const splits = buildSplits({ holdout: 15, subset: 30, testSubset: 3 }, train, test);
    expect(splits.evaluationName).toBe('holdout');
    expect(splits.evaluation).toEqual(whole.evaluation);
    expect([...countsOf(splits.evaluation.labels).values()]).toEqual([5, 5, 5]);
    expect([...countsOf(splits.train.labels).values()]).toEqual([10, 10, 10]);
    const held = new Set(positions(splits.evaluation));
    const rest = new Set(positions(whole.train));
    expect(rest.size).toBe(45);
    for (const position of positions(splits.train)) {
      expect(!held.has(position) && rest.has(position)).toBe(true);
    }
    expect(new Set([...held, ...rest]).size).toBe(60);
    expect(splits.train.storage).toBe(train.storage);
  });

  it('says of how many classes the images are, where some have none', () => {
    const notesOf = (options: Parameters<typeof buildSplits>[0]) => buildSplits(options, train, test).notes;
    expect(notesOf({ holdout: 0, subset: 3, testSubset: 3 })).toEqual([]);
    /** `class 1` for labels of the classes 0 and 2. */
    const without = ({ labels }: ImageSource): string =>
      ['class 0', 'class 1', 'class 2'].filter((_, label) => !labels.includes(label)).join(', ');
    const few = buildSplits({ holdout: 0, subset: 2 }, train, test);
    expect(few.notes).toEqual([
      `the 2 training images cover 2 of the 3 classes; classes without images: ${without(few.train)}`,
    ]);
    const one = buildSplits({ holdout: 0, testSubset: 1 }, train, test);
    expect(one.notes).toEqual([
      `the 1 test image covers 1 of the 3 classes; classes without images: ${without(one.evaluation)}`,
    ]);
    const held = buildSplits({ holdout: 2, subset: 50 }, train, test);
    expect(held.notes).toEqual([
      `the 2 holdout images cover 2 of the 3 classes; classes without images: ${without(held.evaluation)}`,
    ]);
  });

  it('takes a subset of the test images', () => {
    const splits = buildSplits({ holdout: 0, testSubset: 6 }, train, test);
    expect(splits.train).toBe(train);
    expect([...countsOf(splits.evaluation.labels).values()]).toEqual([2, 2, 2]);
  });

  it.each([
    [{ holdout: 61 }, 'cannot hold out images: holdout is 61, but there are only 60 images'],
    [
      { holdout: 58 },
      'cannot hold out images: with holdout 58, 2 of 60 images remain for training, fewer than the 3 classes',
    ],
    [
      { holdout: 60 },
      'cannot hold out images: with holdout 60, none of 60 images remains for training, fewer than the 3 classes',
    ],
    [{ holdout: 0, subset: 61 }, 'cannot choose training images: subset is 61, but there are only 60 images'],
    [
      { holdout: 15, subset: 46 },
      'cannot choose training images in addition to a holdout: subset is 46, but there are only 45 images',
    ],
    [{ holdout: 0, testSubset: 31 }, 'cannot choose test images: testSubset is 31, but there are only 30 images'],
  ])('%j is a usage error', (options, message) => {
    expect(usageError(() => buildSplits(options, train, test))).toBe(message);
  });
});

describe('validationFraction', () => {
  const labels = Int32Array.from([...Array<number>(20).fill(0), ...Array<number>(5).fill(1), 2, 2]);
  const classCounts = (positions: Uint32Array): number[] =>
    [0, 1, 2].map((label) => [...positions].filter((position) => labels[position] === label).length);

  it('holds out a share of each class, at least one image and never all', () => {
    expect(classCounts(holdoutFraction(labels, 0.2, 1).holdout)).toEqual([4, 1, 1]);
    expect(classCounts(holdoutFraction(labels, 0.99, 1).holdout)).toEqual([19, 4, 1]);
    const { holdout: held, remainder } = holdoutFraction(labels, 0.4, 1);
    expect([...held, ...remainder].sort((a, b) => a - b)).toEqual([...labels.keys()]);
  });

  it('is refused where each class has one image alone', () => {
    const single = randomDataset([0, 1], 1, 2, 2);
    expect(usageError(() => buildSplits({ holdout: 0, validationFraction: 0.5 }, single, single))).toBe(
      'cannot hold out images: no class has more than one image, and one per class must remain for training',
    );
    expect(usageError(() => buildSplits({ holdout: 1 }, single, single))).toContain('no class has more than one image');
  });

  it('depends on its seed alone, and a larger share contains a smaller one', () => {
    expect(holdoutFraction(labels, 0.4, 1)).toEqual(holdoutFraction(labels, 0.4, 1));
    expect(holdoutFraction(labels, 0.4, 2).holdout).not.toEqual(holdoutFraction(labels, 0.4, 1).holdout);
    const [smaller, larger] = [0.2, 0.5].map((share) => [...holdoutFraction(labels, share, 1).holdout]);
    expect(larger).toEqual(expect.arrayContaining(smaller));
  });
});
