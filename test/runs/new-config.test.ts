// What a new config says for images and machines: network, batch that fits, epochs, covariance.
import { describe, expect, it } from 'vitest';
import type { FolderSurvey } from '../../src/data/datasets/image-folder/survey.js';
import { chooseConfig, type Machine } from '../../src/runs/new-config/choices.js';

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

  it('trains for a while whatever the number of images', async () => {
    expect((await chooseConfig(survey([50, 50], 32), cpu)).epochs).toBe(200);
    expect((await chooseConfig(survey([1000, 500], 32), cpu)).epochs).toBe(50);
    expect((await chooseConfig(survey([50_000, 50_000], 32), cpu)).epochs).toBe(20);
  });
});
