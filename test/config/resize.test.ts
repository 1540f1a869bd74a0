// The default of dataset.resize depends on dataset.imageSize.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { printConfig } from '../../src/config/print.js';
import { loadConfig } from '../../src/config/load.js';
import { projectRoot } from './support.js';

const resized = (dataset: object): unknown => {
  const config = experimentSchema.parse({ experiment: 'x', dataset: { name: 'image-folder', dir: 'd', ...dataset } });
  return 'resize' in config.dataset ? config.dataset.resize : undefined;
};

describe('dataset.resize', () => {
  it.each([
    [{}, 256],
    [{ imageSize: 224 }, 256],
    [{ imageSize: 64 }, 73],
    [{ imageSize: 32 }, 36],
    [{ imageSize: 8 }, 9],
    [{ imageSize: 299 }, 341],
    [{ imageSize: 384 }, 438],
    [{ imageSize: 1024 }, 1170],
    [{ imageSize: 64, resize: 256 }, 256],
    [{ resize: 300 }, 300],
  ])('of %j is %d', (dataset, resize) => {
    expect(resized(dataset)).toBe(resize);
  });

  it('is in the resolved config, of the configs for ImageNet too', () => {
    const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: '/' };
    const { config } = loadConfig('base/imagenet', { ...places, overrides: ['dataset.imageSize=64'] });
    expect(printConfig(config)).toMatch(/ {2}imageSize: 64\n {2}resize: 73\n/);
    expect(loadConfig('base/imagenet', { ...places, overrides: [] }).config.dataset).toMatchObject({ resize: 256 });
  });
});
