// The config section `model`: defaults, and depths that no network of a family has.
import { describe, expect, it } from 'vitest';
import { modelOptions } from '../../src/models/options.js';

describe.each([
  ['resnet', { depth: 32, dropout: 0 }, [20, 110], [7, 21, 33]],
  ['se-resnet', { depth: 110, dropout: 0 }, [8, 56], [9, 111]],
  ['wrn', { depth: 28, width: 10, dropout: 0 }, [10, 16, 40], [9, 27]],
  ['resnext', { depth: 29, cardinality: 8, width: 64 }, [11, 38], [10, 28]],
  ['densenet-bc', { depth: 100, growth: 12, dropout: 0, recompute: false }, [40, 190], [4, 121]],
  ['shake-shake', { depth: 26, width: 32, shake: 'random' }, [8, 20], [7, 27]],
  ['pyramidnet', { depth: 272, alpha: 200 }, [11, 110], [10, 273]],
  ['imagenet-resnet', { depth: 50 }, [18, 152], [20, 51]],
  ['imagenet-resnext', { depth: 50, cardinality: 32, width: 4 }, [101], [18]],
] as const)('model %s', (name, defaults, depths, refused) => {
  it('has the defaults of the paper', () => {
    expect(modelOptions.parse({ name })).toEqual({ name, ...defaults });
  });

  it.each(depths)('accepts depth %i', (depth) => {
    expect(modelOptions.parse({ name, depth })).toMatchObject({ depth });
  });

  it.each(refused)('refuses depth %i', (depth) => {
    const { error } = modelOptions.safeParse({ name, depth });
    expect(error?.issues[0].path).toEqual(['depth']);
  });
});
