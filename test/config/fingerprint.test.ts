// Fingerprints: what changes them, what does not, and the previous form.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  fingerprint,
  fingerprints,
  ganFingerprints,
  isFingerprintOf,
  withoutDefaults,
} from '../../src/config/fingerprint.js';
import { loadAnyConfig } from '../../src/config/load.js';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';

const base = experimentSchema.parse({ experiment: 'x', loss: { name: 'isda' } });

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
    ['the layout', (config) => ({ ...config, training: { ...config.training, layout: 'channels-last' } })],
    ['the augmentation', (config) => ({ ...config, augmentation: { ...config.augmentation, flip: false } })],
  ])('changes with %s', (_, change) => {
    expect(changed(change)).not.toBe(fingerprint(base));
  });

  const folder = (dataset: object, rest: object = {}): string =>
    fingerprint(experimentSchema.parse({ experiment: 'x', dataset, ...rest }));

  it('changes with mixup and CutMix, but not with either being false', () => {
    const of = (augmentation: object): string => fingerprint(experimentSchema.parse({ experiment: 'x', augmentation }));
    expect(of({ mixup: false, cutmix: false })).toBe(of({}));
    expect(new Set([{}, { mixup: {} }, { cutmix: {} }, { mixup: { alpha: 0.2 } }].map(of)).size).toBe(4);
  });

  it.each([
    [
      'no minimum of the cosine',
      { schedule: { name: 'cosine' } },
      { schedule: { name: 'cosine', minLearningRate: 0 } },
    ],
    ['the learning rate of the head', { optimizer: {} }, { optimizer: { headLearningRateFactor: 1 } }],
    ['every batch an update', { training: {} }, { training: { accumulate: 1 } }],
    [
      'images as stored',
      { dataset: { name: 'image-folder', dir: '/a' } },
      { dataset: { name: 'image-folder', dir: '/a', orientation: 'ignore' } },
    ],
    [
      'the crop of image folders',
      { dataset: { name: 'image-folder', dir: '/a' } },
      { dataset: { name: 'image-folder', dir: '/a' }, augmentation: { randomResizedCrop: {} } },
    ],
  ])('is the same of %s left out and written', (_, none, written) => {
    const of = (sections: object): ExperimentConfig => experimentSchema.parse({ experiment: 'x', ...sections });
    expect(fingerprints(of(written))).toEqual(fingerprints(of(none)));
  });

  it('changes with a warm-up, but not with one of 0 epochs, in the form before either', () => {
    const of = (more: object): ExperimentConfig =>
      experimentSchema.parse({ experiment: 'x', schedule: { name: 'cosine', ...more } });
    expect(fingerprints(of({ warmupEpochs: 0 }))).toEqual(fingerprints(of({})));
    expect(fingerprints(of({}))).toHaveLength(2);
    expect(fingerprint(of({ warmupEpochs: 0.5 }))).not.toBe(fingerprint(of({})));
    expect(() => of({ warmupEpochs: -1 })).toThrow();
  });

  it('is the same of SGD with and without its name, and another of each optimizer and its settings', () => {
    const parsed = (optimizer: object) =>
      experimentSchema.parse({ experiment: 'x', loss: { name: 'isda' }, optimizer });
    for (const name of [{}, { name: 'sgd' }]) {
      expect(fingerprint(parsed({ ...name, learningRate: 0.1 }))).toBe(fingerprint(base));
      expect(fingerprint(parsed({ ...name, momentum: 0.5 }))).toBe(fingerprint(parsed({ momentum: 0.5 })));
    }
    const others = [
      ...[{ momentum: 0.5 }, { name: 'adam' }, { name: 'adamw' }, { name: 'rmsprop' }, { name: 'adam', beta1: 0.5 }],
      ...[
        { name: 'adamw', weightDecay: 0 },
        { name: 'rmsprop', centered: true },
      ],
    ];
    expect(new Set([{}, ...others].map((optimizer) => fingerprint(parsed(optimizer)))).size).toBe(8);
    // The previous form knew only SGD.
    expect(fingerprints(parsed({ name: 'adamw' }))).toHaveLength(1);
  });

  it('of ImageNet does not depend on where it is, how many classes were found and what may be broken', () => {
    const plain = folder({ name: 'imagenet' });
    expect(folder({ name: 'imagenet', dir: '/elsewhere', classes: 10, maxBroken: 3 })).toBe(plain);
    expect(folder({ name: 'imagenet', imageSize: 64 })).not.toBe(plain);
    expect(folder({ name: 'imagenet', resize: 300 })).not.toBe(plain);
    expect(folder({ name: 'imagenet' }, { augmentation: { randomResizedCrop: { scale: [0.5, 1] } } })).not.toBe(plain);
  });

  it('counts the resize that goes with another imageSize as if it were written, and 256 as before', () => {
    expect(folder({ name: 'imagenet', imageSize: 224 })).toBe(folder({ name: 'imagenet' }));
    expect(folder({ name: 'imagenet', imageSize: 224, resize: 256 })).toBe(folder({ name: 'imagenet' }));
    expect(folder({ name: 'imagenet', imageSize: 64 })).toBe(folder({ name: 'imagenet', imageSize: 64, resize: 73 }));
    // What an older run folder's config.yaml has for imageSize 64.
    const before = experimentSchema.parse({
      experiment: 'x',
      dataset: { name: 'imagenet', imageSize: 64, resize: 256 },
    });
    expect(before.dataset).toMatchObject({ resize: 256 });
    expect(fingerprint(before)).toBe('362b3dcaf3ba2203cacdcfa08ee202bca035ef27929ad23fbb4c93cc387a8274');
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

describe('withoutDefaults', () => {
  const before = z.strictObject({
    rate: z.number().default(0.1),
    hole: z.union([z.literal(false), z.strictObject({ length: z.int().default(16) })]).default(false),
    part: z.discriminatedUnion('name', [z.strictObject({ name: z.literal('a'), size: z.int().default(3) })]),
  });
  const after = z.strictObject({
    ...before.shape,
    added: z.boolean().default(false),
    hole: z
      .union([z.literal(false), z.strictObject({ length: z.int().default(16), fill: z.string().default('mean') })])
      .default(false),
    part: z.discriminatedUnion('name', [
      z.strictObject({ name: z.literal('a'), size: z.int().default(3), added: z.int().default(0) }),
      z.strictObject({ name: z.literal('b'), other: z.int().default(0) }),
    ]),
  });
  const settings = (schema: z.ZodType<object>, value: object) =>
    withoutDefaults(z.toJSONSchema(schema, { io: 'input' }), schema.parse(value));

  it.each([
    [{ part: { name: 'a' } }, { part: { name: 'a' } }],
    [
      { part: { name: 'a', size: 4 }, rate: 0.2 },
      { part: { name: 'a', size: 4 }, rate: 0.2 },
    ],
    [
      { part: { name: 'a' }, hole: {} },
      { part: { name: 'a' }, hole: {} },
    ],
    [
      { part: { name: 'a' }, hole: { length: 8 } },
      { part: { name: 'a' }, hole: { length: 8 } },
    ],
  ])('keeps %j the same when keys and alternatives are added', (value, kept) => {
    expect(settings(before, value)).toEqual(kept);
    expect(settings(after, value)).toEqual(kept);
  });

  it('keeps what an added key is set to', () => {
    expect(settings(after, { part: { name: 'a', added: 1 }, added: true })).toEqual({
      part: { name: 'a', added: 1 },
      added: true,
    });
  });
});

describe('the form of fingerprints before', () => {
  const places = { configsDirectory: join(import.meta.dirname, '../../configs'), workingDirectory: '/' };
  const stored = JSON.parse(
    readFileSync(join(import.meta.dirname, '../fixtures/runs-of-43dfa25/fingerprints.json'), 'utf8'),
  ) as Record<string, string>;

  /** The overrides that give a config, changed since (CHANGELOG.md), its previous settings. */
  const before: Readonly<Record<string, readonly string[]>> = {
    'gan/infogan-cifar10': ['gan.generatorLearningRate=1e-3'],
  };

  it('is known of every config that there was', () => {
    const unknown = Object.entries(stored).filter(([name, print]) => {
      const config = loadAnyConfig(name, { ...places, overrides: before[name] });
      return !('gan' in config ? ganFingerprints(config) : fingerprints(config)).includes(print);
    });
    expect(unknown).toEqual([]);
  });

  it('is that from before the settings of the process existed', () => {
    expect(fingerprints(base)[1]).toBe('93668857d9db3b88dba565c18cab1cbeb6dbe73dca583af62c2406e41a467a31');
  });

  it('has the seldom evaluated runs of the study on a tenth', () => {
    const config = { ...base, training: { ...base.training, evaluateEvery: 5 } };
    expect(fingerprints(config)[1]).not.toBe(fingerprints(base)[1]);
    expect(isFingerprintOf(config, fingerprints(config)[1])).toBe(true);
    expect(isFingerprintOf(base, fingerprints(config)[1])).toBe(false);
  });
});
