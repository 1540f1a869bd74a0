// The generators that fit given images.
import { expect, it } from 'vitest';
import { checkGenerator, requireNoise } from '../../src/visualize/figure4.js';
import { fresh, narrow } from '../gan/support.js';

const source = { name: 'cifar10', height: 32, width: 32, classNames: ['cat', 'dog', 'frog'] };

it.each(['wgan', 'acgan'] as const)('the classes of a %s are those of the images, with labels or without', (name) => {
  const stored = { ...fresh(narrow(name)), path: '/g', trainedClasses: [1] };
  expect(() => checkGenerator(stored, source)).not.toThrow();
  expect(() => checkGenerator(stored, { ...source, classNames: ['cat', 'frog', 'dog'] })).toThrow(
    'cannot use the generator: the classes differ: class 1 is called dog in the generator and frog in cifar10',
  );
  expect(() => checkGenerator(stored, { ...source, classNames: ['cat', 'dog'] })).toThrow(
    'the generator has 3 classes, cifar10 has 2',
  );
  // CIFAR's classes have no names if their file is missing.
  expect(() => checkGenerator(stored, { ...source, classNames: ['0', '1', '2'] })).not.toThrow();
});

it('a generator whose noise is a single number is refused, since it has no standard deviation', () => {
  const of = (noise: number) => ({ generator: { ...fresh(narrow('wgan')).generator, noise }, path: '/g' });
  expect(() => requireNoise(of(2))).not.toThrow();
  expect(() => requireNoise(of(1))).toThrow('cannot use the generator: its noise is a single number');
});
