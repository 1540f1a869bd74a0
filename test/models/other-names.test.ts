// Names of networks in other software, and the matching config options.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { IsdaError } from '../../src/common/errors.js';
import { loadConfig } from '../../src/config/load.js';
import { networksNamed } from '../../src/models/other-names.js';
import { projectRoot } from '../config/support.js';

it.each([
  ['resnet18', [{ name: 'imagenet-resnet', depth: 18 }]],
  [
    'ResNet-50',
    [
      { name: 'imagenet-resnet', depth: 50 },
      { name: 'resnet', depth: 50 },
    ],
  ],
  ['resnet20', [{ name: 'resnet', depth: 20 }]],
  ['resnet-110', [{ name: 'resnet', depth: 110 }]],
  ['resnet19', []],
  ['wrn28-10', [{ name: 'wrn', depth: 28, width: 10 }]],
  ['wideresnet-28-10', [{ name: 'wrn', depth: 28, width: 10 }]],
  ['resnext50_32x4d', [{ name: 'imagenet-resnext', depth: 50, cardinality: 32, width: 4 }]],
  ['densenet-100-12', [{ name: 'densenet-bc', depth: 100, growth: 12 }]],
  ['vgg16', []],
])('%s names the networks it stands for', (word, networks) => expect(networksNamed(word)).toEqual(networks));

function errorOf(load: () => unknown): IsdaError {
  try {
    load();
  } catch (error) {
    if (error instanceof IsdaError) return error;
  }
  throw new Error('no error');
}

it.each([
  ['model.name=resnet18', 'did you mean model.name=imagenet-resnet model.depth=18?'],
  ['model.name=resnets', 'did you mean resnet?'],
  ['model.depth=18', 'did you mean model.name=imagenet-resnet model.depth=18?'],
  ['model.depth=33', undefined],
])('a config with %s has the hint of the matching network, or none', (override, hint) => {
  const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: '/' };
  expect(errorOf(() => loadConfig('tiny-isda', { ...places, overrides: [override] })).hint).toBe(hint);
});
