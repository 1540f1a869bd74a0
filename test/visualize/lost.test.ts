// The searches that are reported as lost.
import { expect, it } from 'vitest';
import type { Recorded } from '../../src/visualize/descent.js';
import type { Figure4 } from '../../src/visualize/figure4.js';
import { lostSearchNotes } from '../../src/visualize/lost.js';

const nothing = new Uint8Array(0);

/** A course of each picture: its distances of features and of pixels at iterations 0, 1, … */
const course = (...pictures: (readonly [feature: number, pixel: number][])[]): Recorded[] =>
  pictures[0].map((_, iteration) => ({
    iteration,
    feature: Float32Array.from(pictures, (one) => one[iteration][0]),
    pixel: Float32Array.from(pictures, (one) => one[iteration][1]),
  }));

const features = (...values: number[]): [number, number][] => values.map((value) => [value, 0]);

/** Images 7 and 3 with two augmentations each. */
function figure(first: Recorded[], second: Recorded[]): Figure4 {
  const images = [7, 3].map((index) => ({
    ...{ index, label: 0, original: nothing, reconstruction: nothing, augmentations: [nothing, nothing] },
  }));
  return { images, columns: ['augmented 1', 'augmented 2'], steps: [first, second] };
}

const good = features(9, 3, 1);
const allGood = course(good, good, good, good);

it('a search is lost if it ends above twice its smallest objective', () => {
  const notes = (values: number[]) => lostSearchNotes(figure(course(good, features(...values)), allGood), 0);
  expect(notes([9, 3, 6])).toEqual([]);
  expect(notes([9, 3, 6.1])).toEqual([
    'step I had come closer to 1 reconstruction (of image 3) than it ended, as numbers.csv shows; a smaller --rate1 may help',
  ]);
  // Also if it never came closer than at its start.
  expect(notes([3, 9, 9])).toHaveLength(1);
});

it('pixels count in step I with their weight, and not in step II', () => {
  const traded = course(good.slice(1), [
    [1, 80], // 9 with eta 0.1
    [4, 10], // 5
  ]);
  expect(lostSearchNotes(figure(traded, allGood), 0.1)).toEqual([]);
  expect(lostSearchNotes(figure(traded, allGood), 0)).toHaveLength(1);
  const worsePixels = course(good, good, good, [[9, 0], [3, 0], [1, 900]]); // prettier-ignore
  expect(lostSearchNotes(figure(course(good, good), worsePixels), 0.1)).toEqual([]);
});

it('names each image once, whatever the number of its augmentations', () => {
  const bad = features(9, 1, 8);
  const notes = (...four: (typeof bad)[]) => lostSearchNotes(figure(course(good, good), course(...four)), 0.1);
  const text = (what: string) =>
    `step II had come closer to ${what} than it ended, as numbers.csv shows; a smaller --rate2 may help`;
  expect(notes(good, good, bad, bad)).toEqual([text('2 augmentations (of image 3)')]);
  expect(notes(good, bad, bad, bad)).toEqual([text('3 augmentations (of images 7, 3)')]);
});
