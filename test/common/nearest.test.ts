// The nearest known names for a mistyped one.
import { describe, expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/common/nearest.js';

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
    expect(nearest(name, known)).toEqual([expected]);
  });

  it('does not depend on the case of either', () => {
    expect(nearest('LEARNINGRATE', ['dampening', 'learningRate'])).toEqual(['learningRate']);
    expect(nearest('isda', ['ISDA', 'itself'])).toEqual(['ISDA']);
    expect(nearest('wrn', ['lrn', 'WRN'])).toEqual(['WRN']);
  });

  it.each(['completelyDifferent', 'zzzzz', ''])('%j is near none', (name) => {
    expect(nearest(name, known.slice(0, 4))).toEqual([]);
  });

  it.each([
    ['base', 'name'],
    ['step', 'seed'],
    ['k', 'lq'],
    ['gama', 'base'],
  ])('%s is not %s: of four letters two are other ones', (name, candidate) => {
    expect(nearest(name, [candidate])).toEqual([]);
  });

  it.each([
    ['naem', 'name'],
    ['mdoe', 'mode'],
    ['gama', 'gamma'],
    ['batchsiz', 'batchSize'],
  ])('%s is %s, with letters that changed places or one too few', (name, candidate) => {
    expect(nearest(name, [candidate])).toEqual([candidate]);
  });

  it('knows nothing where nothing is known', () => {
    expect(nearest('momentum', [])).toEqual([]);
  });

  it('is all that are equally near', () => {
    expect(nearest('pus', ['nodes', 'gpus', 'cpus'])).toEqual(['gpus', 'cpus']);
    expect(nearest('gpu', ['nodes', 'gpus', 'cpus'])).toEqual(['gpus']);
  });
});

describe('didYouMean', () => {
  it.each([
    ['gpu', ['gpus', 'cpus'], 'did you mean gpus?'],
    ['pus', ['gpus', 'cpus'], 'did you mean gpus or cpus?'],
    ['e', ['a', 'b', 'c', 'd'], 'did you mean a, b or c?'],
    ['zzzzz', ['gpus', 'cpus'], undefined],
  ])('%s of %j', (name, names, expected) => {
    expect(didYouMean(name, names)).toBe(expected);
  });
});
