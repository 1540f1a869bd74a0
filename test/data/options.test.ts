// The config section `dataset`.
import { expect, it } from 'vitest';
import { datasetOptions } from '../../src/data/options.js';

it.each(['cifar10', 'cifar100', 'imagenet', 'image-folder'])(
  'the folder of %s must be one that no shell expands',
  (name) => {
    const reasonOf = (dir: string): string | undefined =>
      datasetOptions.safeParse({ name, dir }).error?.issues[0].message;
    expect(reasonOf('/data')).toBeUndefined();
    expect(reasonOf('~/data')).toBe('starts with ~, which only a shell expands: write the full path');
    expect(reasonOf('$HOME/data')).toContain('starts with $HOME');
  },
);
