// Synthetic images of a run: balanced, determined by generator and seed, cached, and refused if they do not fit.
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { SyntheticOptions } from '../../src/data/options.js';
import { openGenerators, requireSynthetic, syntheticSource } from '../../src/runs/synthetic-images.js';
import { ganOptions } from '../../src/gan/options.js';
import { openSampler } from '../../src/gan/sampler.js';
import { generatorFile } from '../../src/gan/generator-files.js';
import { saveGenerator, type StoredGenerator } from '../../src/gan/stored.js';
import { generatedDataset } from '../support/generated-run.js';
import { testEngine } from '../support/engine.js';
import { test } from '../temporary-folder.js';
import { fresh, narrow } from '../gan/support.js';

const engine = testEngine();
const real = { ...generatedDataset(12, 1), name: 'cifar10', classes: 3, classNames: ['cat', 'dog', 'frog'] };
const size = 32 * 32 * 3;

/** A folder with one generator, or with one per class. */
async function saved(folder: string, stored: StoredGenerator | readonly StoredGenerator[]): Promise<string> {
  if (!Array.isArray(stored)) {
    await saveGenerator(join(folder, generatorFile), stored as StoredGenerator);
    return folder;
  }
  for (const [label, each] of (stored as readonly StoredGenerator[]).entries()) {
    mkdirSync(join(folder, `class-${label}`), { recursive: true });
    const origin = { ...each, trainedClasses: [label] };
    await saveGenerator(join(folder, `class-${label}`, generatorFile), origin);
  }
  return folder;
}

const perClass = [1, 2, 3].map((seed) => fresh(narrow('wgan'), seed));

async function make(folder: string, changes: Partial<SyntheticOptions> = {}, stop?: string) {
  const options = { generator: folder, fraction: 0.1667, images: 8, seed: 1, ...changes };
  const said: string[] = [];
  const set = await openGenerators(options, real, '/');
  const source = await syntheticSource(options, real, set, {
    engine,
    home: join(folder, 'home'),
    clock: () => 0,
    print: (line) => void said.push(line),
    stopRequested: () => stop,
  });
  return { source, said };
}

const bytesOf = ({ storage }: Awaited<ReturnType<typeof make>>['source'], index: number): Uint8Array =>
  storage.images.subarray(index * size, (index + 1) * size);

describe('synthetic images', () => {
  test('are as many of each class, each made by its own generator', async ({ folder }) => {
    const { source } = await make(await saved(folder, perClass));
    expect([...source.labels]).toEqual([0, 1, 2, 0, 1, 2, 0, 1]);
    expect(source.storage.images.buffer).toBeInstanceOf(SharedArrayBuffer);
    for (const [label, count] of [3, 3, 2].entries()) {
      const sampler = openSampler(engine, perClass[label], 4);
      const expected = sampler.sample(new Int32Array(count).fill(label), 1, 0);
      sampler.close();
      for (let i = 0; i < count; i++) {
        expect([...bytesOf(source, 3 * i + label)]).toEqual([...expected.subarray(i * size, (i + 1) * size)]);
      }
    }
  });

  test('of one generator have the labels that it was given', async ({ folder }) => {
    const stored = fresh(narrow('cgan'));
    const { source } = await make(await saved(folder, stored));
    const sampler = openSampler(engine, stored, 8);
    expect([...source.storage.images]).toEqual([...sampler.sample(source.labels, 1, 0)]);
    sampler.close();
  });

  test('are made once, and again for another generator, seed or number, or where the cache is damaged', async ({
    folder,
  }) => {
    await saved(folder, perClass);
    const first = await make(folder);
    expect(first.said).toEqual(['making 8 synthetic images', 'made them in 0.0 s']);
    const cache = join(folder, 'home', 'synthetic-images');
    const [file] = readdirSync(cache).map((name) => join(cache, name));
    const again = await make(folder);
    expect(again.said).toEqual([]);
    expect(again.source).toEqual(first.source);
    expect((await make(folder, { seed: 2 })).source.storage.images).not.toEqual(first.source.storage.images);
    expect((await make(folder, { images: 9 })).said).toHaveLength(2);
    const bytes = readFileSync(file);
    bytes[5] ^= 1;
    writeFileSync(file, bytes);
    const repaired = await make(folder);
    expect(repaired.said).toHaveLength(2);
    expect(repaired.source).toEqual(first.source);
    await saved(folder, [perClass[0], perClass[2], perClass[1]]);
    expect((await make(folder)).source.storage.images).not.toEqual(first.source.storage.images);
  });

  test('are warned of where the training of their generator has not ended', async ({ folder }) => {
    await saved(folder, perClass);
    await make(folder);
    mkdirSync(join(folder, 'class-0', 'checkpoints'));
    mkdirSync(join(folder, 'class-1', 'checkpoints'));
    writeFileSync(join(folder, 'class-1', 'summary.json'), '{}');
    const path = join(folder, 'class-0', generatorFile);
    expect((await make(folder)).said).toEqual([
      `warning: the training of the generator ${path} is not complete: \`isda gan train\` resumes it`,
    ]);
  });

  test('are whole in the cache when two make them at once', async ({ folder }) => {
    await saved(folder, perClass);
    const [one, other] = await Promise.all([make(folder), make(folder)]);
    expect(one.source).toEqual(other.source);
    const cache = join(folder, 'home', 'synthetic-images');
    expect(readdirSync(cache)).toHaveLength(1);
    const [path] = readdirSync(cache).map((name) => join(cache, name));
    utimesSync(path, 1, 1);
    expect((await make(folder)).source).toEqual(one.source);
    expect(statSync(path).mtimeMs).toBe(1000);
  });

  test('can be stopped while they are made', async ({ folder }) => {
    await saved(folder, perClass);
    await expect(make(folder, {}, 'SIGINT')).rejects.toMatchObject({
      message: 'stopped by SIGINT: the synthetic images are incomplete',
      kind: 'stopped',
    });
  });

  test('are refused where they do not fit', async ({ folder }) => {
    await expect(make(join(folder, 'none'))).rejects.toThrow(`cannot read ${join(folder, 'none')}: no such file`);
    const one = await saved(join(folder, 'one'), perClass.slice(0, 2));
    await expect(make(one)).rejects.toThrow('there is no generator of class 2 (frog)');
    mkdirSync(join(folder, 'all'));
    const all = await saved(join(folder, 'all'), fresh(narrow('wgan')));
    await expect(make(all)).rejects.toMatchObject({
      message:
        'cannot train on synthetic images: the generator was trained on 3 classes without labels, so the classes of its images are unknown',
      hint: 'train one generator for each class: gan.perClass=true',
    });
    mkdirSync(join(folder, 'infogan'));
    const infogan = ganOptions.parse({ ...narrow('infogan'), realLabels: false });
    const categories = await saved(join(folder, 'infogan'), fresh(infogan));
    await expect(make(categories)).rejects.toMatchObject({
      message:
        "cannot train on synthetic images: the generator's categories are not the classes, so its images have no labels",
      hint: 'train it with gan.realLabels=true',
    });
    mkdirSync(join(folder, 'cgan'));
    const cgan = await saved(join(folder, 'cgan'), fresh(narrow('cgan')));
    await expect(make(cgan, { checksum: 'ab'.repeat(32) })).rejects.toThrow(
      /the generator has the checksum [0-9a-f]{12}…, not abababababab…/,
    );
    const renamed = { ...perClass[1], classNames: ['cat', 'frog', 'dog'] };
    mkdirSync(join(folder, 'renamed'));
    await expect(make(await saved(join(folder, 'renamed'), [perClass[0], renamed]))).rejects.toThrow(
      `cannot load the generators: class 1 is called dog in ${join(folder, 'renamed', 'class-0', generatorFile)} and frog in `,
    );
    const options = { generator: cgan, fraction: 0.5, images: 1, seed: 1 };
    await expect(openGenerators(options, { ...real, classNames: ['cat', 'dog'] }, '/')).rejects.toThrow(
      'the classes differ: the generator has 3 classes, cifar10 has 2',
    );
    await expect(openGenerators(options, { ...real, height: 64 }, '/')).rejects.toThrow(
      'it generates images of 32 x 32 pixels, but the images of cifar10 have 64 x 32',
    );
  });
});

test('a fraction of a batch without a synthetic image is refused', () => {
  const images = (real: number, fraction: number) => ({ count: real + 9, synthetic: { count: 9, fraction } });
  expect(() => requireSynthetic({ count: 50_000 }, 2)).not.toThrow();
  expect(() => requireSynthetic(images(50_000, 0.1667), 3)).not.toThrow();
  expect(() => requireSynthetic(images(50_000, 0.1667), 2)).toThrow(
    'cannot train on synthetic images: with the fraction 0.1667 a batch of 2 has none',
  );
  expect(() => requireSynthetic(images(50_000, 0.003), 128)).toThrow('the fraction 0.003 a batch of 128 has none');
  // The only batch of an epoch is the partial one.
  expect(() => requireSynthetic(images(2, 0.1667), 128)).toThrow('the fraction 0.1667 a batch of 2 has none');
});
