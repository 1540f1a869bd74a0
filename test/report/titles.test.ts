// Titles of networks, losses and data sets: each registered one has a title, the same in tables and figures.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { datasetOptions } from '../../src/data/options.js';
import { otherThanTestImages } from '../../src/grids/measured-images.js';
import { titleOf } from '../../src/report/titles.js';
import { lossOptions } from '../../src/losses/options.js';
import { lossTitles } from '../../src/losses/registry.js';
import { knownNetworks } from '../../src/models/known.js';
import { createNetwork } from '../../src/models/registry.js';
import { datasetName, lossName, networkName } from '../../src/report/runs/names.js';
import { augmentationOf } from '../../src/runs/description.js';
import { projectRoot } from '../config/support.js';

const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
const configWith = (...overrides: string[]) => loadConfig('tiny-isda', { ...places, overrides }).config;

describe('networks', () => {
  it.each(knownNetworks.map(({ model, input }) => createNetwork(model, input).name))('%s has a title', (name) => {
    const title = titleOf.network(name);
    expect(title).not.toBe(name);
    expect(title.toLowerCase()).toBe(name);
  });

  it.each([
    ['se-resnet-110', 'SE-ResNet-110'],
    ['resnext-29-8x64d', 'ResNeXt-29-8x64d'],
    ['shake-shake-26-2x32d', 'Shake-Shake-26-2x32d'],
    ['densenet-bc-100-12', 'DenseNet-BC-100-12'],
    ['my-resnet-8', 'my-resnet-8'],
  ])('%s is %s', (name, title) => expect(titleOf.network(name)).toBe(title));

  it('are called the same in a figure', () => {
    expect(networkName(configWith('model.name=resnext'))).toBe('ResNeXt-29-8x64d');
    expect(networkName(configWith('model.name=custom', 'model.module=nets/mine.mjs'))).toBe('mine (custom network)');
  });
});

it.each([
  [['augmentation.cutout={}'], 'cutout', 'Cutout'],
  [['augmentation.cutout={}', 'augmentation.autoaugment=true'], 'autoaugment', 'AutoAugment'],
  [['augmentation.cutout={}', 'augmentation.cutmix={}'], 'cutout+cutmix', 'Cutout + CutMix'],
  [['augmentation.mixup={}'], 'mixup', 'mixup'],
])('%s is the augmentation %s', (overrides, name, title) => {
  const config = configWith('loss.name=cross-entropy', ...overrides);
  expect(augmentationOf(config)).toBe(name);
  expect(titleOf.augmentation(name)).toBe(title);
});

describe('losses', () => {
  it('have titles, all of them different', () => {
    const names = lossOptions.options.map(({ shape }) => shape.name.value);
    const titles = names.map((name) => lossTitles.get(name));
    expect(titles).not.toContain(undefined);
    expect(new Set(titles).size).toBe(names.length);
  });

  it.each([
    ['cross-entropy', 'basic'],
    ['isda', 'ISDA'],
    ['lq', 'L_q'],
    ['large-margin', 'large margin'],
    ['disturb-label', 'DisturbLabel'],
    ['label-smoothing', 'label smoothing'],
  ])('%s is %s in a figure', (name, title) => expect(lossName(configWith(`loss.name=${name}`))).toBe(title));

  it('of a user are called by their file', () => {
    expect(lossName(configWith('loss.name=custom', 'loss.module=losses/mine.mjs'))).toBe('mine');
  });

  it.each([
    ['cross-entropy', 'runs/acgan-cifar10-seed1', 'ACGAN'],
    ['cross-entropy', 'runs/wgan-cifar10-seed2/class-3/generator.safetensors', 'class-3'],
    ['cross-entropy', 'mine/infogan-x/generator.safetensors', 'infoGAN'],
    ['cross-entropy', 'elsewhere/mine', 'mine'],
    ['isda', 'runs/wgan-cifar10-seed1', 'ISDA + WGAN'],
  ])('%s with images of %s is %s', (loss, generator, title) => {
    expect(lossName(configWith(`loss.name=${loss}`, `dataset.synthetic={generator: ${generator}}`))).toBe(title);
  });

  it('are named with what is unusual about them', () => {
    expect(lossName(configWith('loss.covariance=single', 'loss.schedule=constant'))).toBe(
      'ISDA, single, constant lambda',
    );
  });
});

it.each([
  ['basic', 'basic'],
  ['isda+dropout', 'ISDA + dropout'],
  ['disturb-label', 'DisturbLabel'],
  ['infogan', 'infoGAN'],
  ['constant-lambda', 'constant lambda'],
  ['mine', 'mine'],
])('the method %s is %s in a table', (method, title) => expect(titleOf.method(method)).toBe(title));

it('data sets of the paper have titles, others are called as in a config', () => {
  const titles = datasetOptions.options.map(({ shape }) => titleOf.dataset(shape.name.value));
  expect(titles).toEqual(['CIFAR-10', 'CIFAR-100', 'ImageNet', 'image-folder', 'custom']);
  expect(datasetName(configWith('dataset.subset=500', 'dataset.holdout=50'))).toBe(
    'CIFAR-10 (500 training images, 50 held out)',
  );
  expect(datasetName(configWith('dataset.subset=500', 'dataset.testSubset=90'))).toBe(
    'CIFAR-10 (500 training images, 90 test images)',
  );
  // With held-out images, test images are not used.
  expect(datasetName(configWith('dataset.subset=500', 'dataset.holdout=50', 'dataset.testSubset=90'))).toBe(
    'CIFAR-10 (500 training images, 50 held out)',
  );
  // With a fraction held out, a test subset is a part of it, as below tables.
  const heldOut = (...overrides: string[]) => configWith('dataset.subset=null', ...overrides);
  const part = heldOut('dataset.validationFraction=0.07', 'dataset.testSubset=1000');
  expect(datasetName(part)).toBe(`CIFAR-10 (7 % held out, ${otherThanTestImages(part)})`);
  expect(datasetName(part)).toBe('CIFAR-10 (7 % held out, 1000 held-out training images)');
  expect(datasetName(heldOut('dataset.validationFraction=0.29', 'dataset.testSubset=null'))).toBe(
    'CIFAR-10 (29 % held out)',
  );
});
