// The nearest known name for a mistyped one.
import { describe, expect, it } from 'vitest';
import { nearest } from '../../src/common/nearest.js';

const known = ['learningRate', 'momentum', 'nesterov', 'weightDecay', 'lr'];

describe('nearest', () => {
  it.each([
    ['learningrate', 'learningRate'],
    ['momentun', 'momentum'],
    ['MOMENTUM', 'momentum'],
    ['weight_decay', 'weightDecay'],
    ['nestorov', 'nesterov'],
    ['momentum', 'momentum'],
  ])('%s is %s', (name, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });

  it('does not depend on the case of either', () => {
    expect(nearest('LEARNINGRATE', ['dampening', 'learningRate'])).toBe('learningRate');
    expect(nearest('isda', ['ISDA', 'itself'])).toBe('ISDA');
    expect(nearest('wrn', ['lrn', 'WRN'])).toBe('WRN');
  });

  it.each(['completelyDifferent', 'zzzzz', ''])('%j is near none', (name) => {
    expect(nearest(name, known.slice(0, 4))).toBeUndefined();
  });

  it('knows nothing where nothing is known', () => {
    expect(nearest('momentum', [])).toBeUndefined();
  });
});
