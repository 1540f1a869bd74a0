// Messages name the classes whose names have changed.
import { expect, it } from 'vitest';
import { classChanges } from '../../src/data/class-names.js';

it('says nothing of the same names', () => {
  expect(classChanges(['cat', 'dog'], ['cat', 'dog'])).toBeUndefined();
});

it('tells a renamed class that keeps its place from one that moves others', () => {
  expect(classChanges(['cat', 'dog'], ['kitten', 'dog'].toReversed())).toMatchObject({ moved: true });
  expect(classChanges(['cat', 'dog'], ['catfish', 'dog'])).toEqual({
    text: '"cat" is gone, "catfish" is new',
    moved: false,
  });
  expect(classChanges(['cat', 'dog'], ['dog', 'zebra'])).toEqual({
    text: '"cat" is gone, "zebra" is new, "dog" is class 0 and was class 1',
    moved: true,
  });
});

it('compares classes of the same name by their place', () => {
  expect(
    classChanges(['crane', 'maillot', 'crane', 'maillot'], ['crane', 'maillot', 'crane', 'maillot']),
  ).toBeUndefined();
  expect(classChanges(['crane', 'cat', 'crane'], ['crane', 'dog', 'crane'])).toEqual({
    text: '"cat" is gone, "dog" is new',
    moved: false,
  });
  expect(classChanges(['crane', 'cat', 'crane'], ['cat', 'crane', 'crane'])).toEqual({
    text: '"cat" is class 0 and was class 1, "crane" is class 1 and was class 0',
    moved: true,
  });
  // A class that takes the name of another has not moved.
  expect(classChanges(['crane', 'crane', 'cat'], ['crane', 'cat', 'cat'])).toEqual({
    text: 'class 1 is "cat" and was "crane"',
    moved: false,
  });
  expect(classChanges(['crane', 'crane'], ['crane'])).toEqual({
    text: 'class 1 is nothing and was "crane"',
    moved: false,
  });
});

it('names the first few of many', () => {
  const names = Array.from({ length: 9 }, (_, index) => `c${index}`);
  expect(classChanges(names, names.toReversed())?.text).toBe(
    '"c8" is class 0 and was class 8, "c7" is class 1 and was class 7, "c6" is class 2 and was class 6, ' +
      '"c5" is class 3 and was class 5 and 4 more',
  );
});
