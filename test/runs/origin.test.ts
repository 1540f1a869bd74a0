// Which runs may be averaged: those on the same images, from the same first weights.
import { describe, expect, it } from 'vitest';
import { averageable, leftOutText, originBesideConfig, originKeys, type Origin } from '../../src/runs/origin.js';
import { experimentSchema } from '../../src/config/schema.js';

const images = (checksum: string, official?: boolean): Origin => ({
  data: { checksum, trainImages: 10, testImages: 5, official },
});
const weights = (sha256: string, head?: 'fresh'): Origin => ({ weights: { file: 'x.safetensors', sha256, head } });
/** The places of the runs that are averaged. */
const kept = (dataset: string, origins: readonly Origin[]) =>
  averageable(dataset, [...origins.keys()], (place) => origins[place]).kept;

describe('averageable', () => {
  it('takes the official images of CIFAR, however many runs are on others', () => {
    const origins = [images('c', false), images('c', false), images('a', true)];
    expect(kept('cifar10', origins)).toEqual([2]);
    expect(averageable('cifar10', origins, (origin) => origin).left).toEqual(origins.slice(0, 2));
  });
  it('takes the most frequent images of another data set, the first of equally frequent ones', () => {
    expect(kept('image-folder', [images('a'), images('b'), images('b')])).toEqual([1, 2]);
    expect(kept('image-folder', [images('b'), images('a'), images('a'), images('b')])).toEqual([0, 3]);
    expect(kept('cifar10', [images('a', false), images('b', false), images('b', false)])).toEqual([1, 2]);
  });
  it('tells first weights apart, by their content and their last layer', () => {
    expect(kept('image-folder', [{}, weights('1'), weights('1')])).toEqual([1, 2]);
    expect(kept('image-folder', [weights('1', 'fresh'), weights('1'), weights('1', 'fresh')])).toEqual([0, 2]);
    expect(kept('cifar10', [weights('1'), weights('1'), {}])).toEqual([2]);
  });
  it('is all of none', () => expect(kept('cifar10', [])).toEqual([]));
});

describe('runs whose images are not recorded', () => {
  it('are on the official images of CIFAR', () => {
    expect(originKeys('cifar10', [{}, images('a', true), images('c', false)])).toEqual(['', '', 'c']);
  });
  it('are on the images of the others, if these are on the same', () => {
    expect(originKeys('image-folder', [{}, images('a'), images('a')])).toEqual(['a', 'a', 'a']);
    expect(originKeys('image-folder', [{}, images('a'), images('b')])).toEqual(['', 'a', 'b']);
  });
});

describe('originBesideConfig', () => {
  const origin = { ...images('a'), ...weights('1'.repeat(64)) };
  const config = (model: object) => experimentSchema.parse({ experiment: 'x', model: { name: 'resnet', ...model } });
  it('leaves out the weights that the config names, and no others', () => {
    const named = { weights: 'x.safetensors', weightsSha256: '1'.repeat(64) };
    expect(originBesideConfig(config(named), origin)).toEqual(images('a'));
    expect(originBesideConfig(config({ ...named, weightsSha256: '2'.repeat(64) }), origin)).toEqual(origin);
    expect(originBesideConfig(config({}), origin)).toEqual(origin);
  });
});

it('leftOutText says why a run is in no mean', () => {
  expect(leftOutText('cifar10', images('c-d', false))).toMatch(/^not the official CIFAR-10: 10 training and 5 test /);
  expect(leftOutText('image-folder', images('c-d'))).toBe('other images: 10 training and 5 test images, checksum c-d');
  expect(leftOutText('image-folder', {})).toBe('images not recorded');
  expect(leftOutText('image-folder', weights('1234567890', 'fresh'))).toBe(
    'first weights from x.safetensors (sha256 12345678, fresh head)',
  );
});
