// Printing: key order, fingerprints, the JSON Schema.
import { describe, expect, it } from 'vitest';
import { fingerprint, jsonSchema, printConfig } from '../../src/config/print.js';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';

const base = experimentSchema.parse({ experiment: 'x', loss: { name: 'isda' } });

describe('printConfig', () => {
  it('prints keys in the order of the schema whatever order they come in', () => {
    const { experiment, training, ...others } = base;
    const { seed, ...restOfTraining } = training;
    const shuffled = { ...others, training: { seed, ...restOfTraining }, experiment };
    expect(printConfig(shuffled)).toBe(printConfig(base));
    expect(printConfig(base).split('\n').slice(0, 5)).toEqual([
      'experiment: x',
      'dataset:',
      '  name: cifar10',
      '  holdout: 0',
      'augmentation:',
    ]);
    expect(printConfig(base)).toContain('  milestones: [80, 120]\n');
  });
});

describe('fingerprint', () => {
  const changed = (change: (config: ExperimentConfig) => ExperimentConfig) =>
    fingerprint(change(structuredClone(base)));

  it.each<[string, (config: ExperimentConfig) => ExperimentConfig]>([
    ['the name', (config) => ({ ...config, experiment: 'y' })],
    ['output', (config) => ({ ...config, output: { ...config.output, dir: '/elsewhere', keepCheckpoints: 9 } })],
    ['dataset.dir', (config) => ({ ...config, dataset: { ...config.dataset, dir: '/elsewhere' } })],
    ['readEvery', (config) => ({ ...config, training: { ...config.training, readEvery: 9 } })],
    ['the device', (config) => ({ ...config, training: { ...config.training, device: 'cpu' } })],
    ['the threads', (config) => ({ ...config, training: { ...config.training, workers: 3 } })],
    [
      'the order of keys',
      (config) => ({ ...config, loss: Object.fromEntries(Object.entries(config.loss).reverse()) as never }),
    ],
  ])('stays with %s', (_, change) => {
    expect(changed(change)).toBe(fingerprint(base));
  });

  it.each<[string, (config: ExperimentConfig) => ExperimentConfig]>([
    ['the seed', (config) => ({ ...config, training: { ...config.training, seed: 2 } })],
    ['the loss', (config) => ({ ...config, loss: { name: 'cross-entropy' } })],
    ['lambda0', (config) => ({ ...config, loss: { ...config.loss, lambda0: 0.25 } as ExperimentConfig['loss'] })],
    ['a milestone', (config) => ({ ...config, schedule: { name: 'step', milestones: [80], factor: 0.1 } })],
    ['the held-out set', (config) => ({ ...config, dataset: { ...config.dataset, holdout: 5000 } })],
    ['TF32 left out', (config) => ({ ...config, training: { ...config.training, tf32: false } })],
    ['XLA', (config) => ({ ...config, training: { ...config.training, xla: true } })],
    ['evaluations left out', (config) => ({ ...config, training: { ...config.training, evaluateEvery: 2 } })],
    ['deterministic kernels', (config) => ({ ...config, training: { ...config.training, deterministic: true } })],
    ['the augmentation', (config) => ({ ...config, augmentation: { ...config.augmentation, flip: false } })],
  ])('changes with %s', (_, change) => {
    expect(changed(change)).not.toBe(fingerprint(base));
  });

  it('is what it was before the settings of the process existed', () => {
    expect(fingerprint(base)).toBe('93668857d9db3b88dba565c18cab1cbeb6dbe73dca583af62c2406e41a467a31');
  });

  const folder = (dataset: object, rest: object = {}): string =>
    fingerprint(experimentSchema.parse({ experiment: 'x', dataset, ...rest }));

  it('of ImageNet does not depend on where it is, how many classes were found and what may be broken', () => {
    const plain = folder({ name: 'imagenet' });
    expect(folder({ name: 'imagenet', dir: '/elsewhere', classes: 10, maxBroken: 3 })).toBe(plain);
    expect(folder({ name: 'imagenet', imageSize: 64 })).not.toBe(plain);
    expect(folder({ name: 'imagenet', resize: 300 })).not.toBe(plain);
    expect(folder({ name: 'imagenet' }, { augmentation: { randomResizedCrop: { scale: [0.5, 1] } } })).not.toBe(plain);
  });

  it('of images of one’s own does depend on where they are', () => {
    const plain = folder({ name: 'image-folder', dir: 'a', classes: 10 });
    expect(folder({ name: 'image-folder', dir: 'a' })).toBe(plain);
    expect(folder({ name: 'image-folder', dir: 'b' })).not.toBe(plain);
  });

  it('knows a generator of synthetic images by its checksum, and by its path where that is all there is', () => {
    const of = (synthetic: object): string => folder({ name: 'cifar10', synthetic });
    const checksum = 'ab'.repeat(32);
    expect(of({ generator: 'a', checksum })).toBe(of({ generator: 'b', checksum }));
    expect(of({ generator: 'a', checksum })).not.toBe(of({ generator: 'a', checksum: 'cd'.repeat(32) }));
    expect(of({ generator: 'a' })).not.toBe(of({ generator: 'b' }));
    for (const change of [{ fraction: 0.5 }, { images: 9 }, { seed: 2 }]) {
      expect(of({ generator: 'a', checksum, ...change })).not.toBe(of({ generator: 'a', checksum }));
    }
    expect(of({ generator: 'a', checksum })).not.toBe(folder({ name: 'cifar10' }));
  });

  it('is SHA-256 in hexadecimal', () => {
    expect(fingerprint(base)).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('jsonSchema', () => {
  it('describes a config file: extends allowed, nothing required, unknown keys refused, descriptions kept', () => {
    expect(jsonSchema()).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: [],
      additionalProperties: false,
      properties: {
        extends: { anyOf: [{ type: 'string' }, { type: 'array' }] },
        training: {
          properties: {
            epochs: { type: 'integer', minimum: 1, default: 160, description: expect.any(String) as string },
          },
        },
      },
    });
  });
});
