import { expect, it } from 'vitest';
import { isPlainObject } from '../../src/common/plain-object.js';

it.each([[{}], [{ a: 1 }], [Object.create(null)]])('%o has named values', (value) => {
  expect(isPlainObject(value)).toBe(true);
});

it.each([[null], [undefined], [[]], [[1]], ['text'], [1], [true], [() => 1]])('%o has none', (value) => {
  expect(isPlainObject(value)).toBe(false);
});
