// The values of a new config for given images and machines: network, batch size that fits, epochs, covariance.
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { FolderSurvey } from '../../../src/data/datasets/image-folder/survey.js';
import { chooseConfig, type Machine } from '../../../src/runs/new-config/choices.js';
import { newConfigText, twinText } from '../../../src/runs/new-config/text.js';

const cpu: Machine = { device: 'cpu', memory: 16 * 2 ** 30 };
const gpu: Machine = { device: 'cuda', memory: 80 * 2 ** 30 };
const survey = (counts: readonly number[], side: number, more: Partial<FolderSurvey> = {}): FolderSurvey => ({
  root: '/photos',
  classNames: counts.map((_, label) => `c${label}`),
  counts,
  sides: [side - 1, side, side + 1],
  broken: 0,
  notes: [],
  ...more,
});

describe('chooseConfig', () => {
  it('takes the diagonal covariance where the smallest class has too few images for a full one', async () => {
    expect(await chooseConfig(survey([40, 200], 90), cpu)).toMatchObject({
      covariance: 'diagonal',
      features: 64,
      fewestImages: 32,
      trainImages: 192,
      validationFraction: 0.2,
    });
    expect(await chooseConfig(survey([100, 200], 90), cpu)).toMatchObject({ covariance: 'full', fewestImages: 80 });
    // A ResNet-18 has 512 features.
    expect(await chooseConfig(survey([600, 600], 300), gpu)).toMatchObject({ covariance: 'diagonal', features: 512 });
  });

  it('counts what is held out of small classes, and leaves a sweep what they can spare', async () => {
    // One of two images is held out; none if there is one.
    expect(await chooseConfig(survey([2, 2, 2], 90), cpu)).toMatchObject({
      trainImages: 3,
      fewestImages: 1,
      sweepHoldout: 0,
    });
    expect(await chooseConfig(survey([1, 3], 90), cpu)).toMatchObject({
      trainImages: 3,
      fewestImages: 1,
      sweepHoldout: 1,
    });
    expect(await chooseConfig(survey([100, 100], 90), cpu)).toMatchObject({ trainImages: 160, sweepHoldout: 32 });
  });

  it('holds nothing out where there are images to evaluate on', async () => {
    const found = await chooseConfig(survey([40, 60], 90, { evaluation: { folder: 'val', images: 20 } }), cpu);
    expect(found).toMatchObject({ validationFraction: undefined, trainImages: 100 });
  });

  it.each([
    [32, cpu, { imageSize: 32, model: { name: 'resnet', depth: 20 }, shifts: true }],
    [32, gpu, { imageSize: 32, model: { name: 'resnet', depth: 32 } }],
    [400, cpu, { imageSize: 64, model: { name: 'resnet', depth: 20 }, shifts: false }],
    [100, gpu, { imageSize: 64, model: { name: 'imagenet-resnet', depth: 18 } }],
    [400, gpu, { imageSize: 224, model: { name: 'imagenet-resnet', depth: 18 } }],
  ])('takes a network for shorter sides of %i pixels', async (side, machine, expected) => {
    expect(await chooseConfig(survey([1000, 1000], side), machine)).toMatchObject(expected);
  });

  it('takes the largest batch that fits the memory and leaves some steps an epoch', async () => {
    const batchOf = async (count: number, memory: number): Promise<number> =>
      (await chooseConfig(survey([count, count], 400), { device: 'cuda', memory })).batchSize;
    expect(await batchOf(5000, 80 * 2 ** 30)).toBe(128);
    const found = await chooseConfig(survey([5000, 5000], 400), { device: 'cuda', memory: 4 * 2 ** 30 });
    expect(found.batchSize).toBeLessThan(128);
    expect(found.stepBytes).toBeLessThanOrEqual(2 * 2 ** 30);
    expect(found.learningRate).toBeCloseTo((0.1 * found.batchSize) / 128, 6);
    expect(await batchOf(200, 80 * 2 ** 30)).toBe(32);
    expect(await batchOf(20, 80 * 2 ** 30)).toBe(16);
  });

  it('says what a step with the chosen covariance takes, and takes no full one that does not fit', async () => {
    // A ResNet-50 has 2048 features: each class's full covariance has 16 MiB.
    const found = survey(Array<number>(100).fill(3000), 400);
    const choose = (memory: number) => chooseConfig(found, { device: 'cuda', memory });
    const large = await choose(80 * 2 ** 30);
    expect(large).toMatchObject({ covariance: 'full', features: 2048, batchSize: 128 });
    const small = await choose(16 * 2 ** 30);
    expect(small).toMatchObject({ covariance: 'diagonal', features: 2048 });
    expect(small.stepBytes).toBeLessThanOrEqual(8 * 2 ** 30);
    expect(large.stepBytes).toBeGreaterThan(small.stepBytes + 100 * 2048 ** 2 * 4);
    const text = newConfigText(found, small, { device: 'cuda', memory: 16 * 2 ** 30 }, 'photos.yaml');
    expect(text).toContain(
      '# which a full covariance needs; but its step would not fit into memory.\n  covariance: diagonal\n',
    );
  });

  it('trains for a while whatever the number of images', async () => {
    expect((await chooseConfig(survey([50, 50], 32), cpu)).epochs).toBe(200);
    expect((await chooseConfig(survey([1000, 500], 32), cpu)).epochs).toBe(50);
    expect((await chooseConfig(survey([50_000, 50_000], 32), cpu)).epochs).toBe(20);
  });
});

describe('newConfigText', () => {
  const textOf = async (counts: readonly number[], root: string, name: string): Promise<string> => {
    const found = survey(counts, 90, { root });
    return newConfigText(found, await chooseConfig(found, cpu), cpu, name);
  };

  it('prints commands that a shell takes as they are, whatever the file is called', async () => {
    const text = await textOf([20, 20], '/photos', "Anna's photos.yaml");
    const commands = text.split('\n').filter((line) => line.includes('--config '));
    expect(commands.length).toBeGreaterThan(4);
    expect(commands.filter((line) => !line.includes("--config 'Anna'\\''s photos.yaml'"))).toEqual([]);
    expect(twinText('my photos.yaml', 'my photos-cross-entropy.yaml')).toContain(
      "--config 'my photos-cross-entropy.yaml'",
    );
  });

  it('keeps comments on their lines, whatever the folder is called', async () => {
    const root = '/photos of\nmine: {x';
    const parsed = parse(await textOf([20, 20], root, 'a\nb.yaml')) as { dataset: { dir: string } };
    expect(parsed.dataset.dir).toBe(root);
  });

  it('names a holdout for the sweep where the classes can spare one', async () => {
    expect(await textOf([100, 100], '/photos', 'photos.yaml')).toContain('--values 0.1,0.25,0.5,1,2.5 --holdout 32\n');
    expect(await textOf([2, 2], '/photos', 'photos.yaml')).toContain('--values 0.1,0.25,0.5,1,2.5\n');
  });
});
