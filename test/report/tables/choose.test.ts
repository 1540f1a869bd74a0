// Words that select numbers of a table.
import { expect, it } from 'vitest';
import { chooseItems } from '../../../src/report/tables/choose.js';

const items = ['resnet-32', 'resnet-110', 'se-resnet-110'].flatMap((network) =>
  ['cifar10', 'cifar100'].map((dataset) => ({
    ...{ network, dataset, method: 'isda', configName: `table1/${network.replace('-', '')}-${dataset}` },
  })),
);
const names = (...patterns: string[]) => chooseItems(patterns, items).map(({ configName }) => configName.slice(7));

it('are names of networks, data sets, methods and configs, whole', () => {
  expect(names('resnet-110')).toEqual(['resnet110-cifar10', 'resnet110-cifar100']);
  expect(names('CIFAR10')).toHaveLength(3);
  expect(names('resnet32-cifar100')).toEqual(['resnet32-cifar100']);
  expect(names('table1/resnet32-cifar100')).toEqual(['resnet32-cifar100']);
  expect(names('isda')).toHaveLength(6);
  expect(names()).toHaveLength(6);
});

it('all fit with commas between, and one of several options', () => {
  expect(names('resnet-32, cifar10')).toEqual(['resnet32-cifar10']);
  expect(names('cifar100,resnet-110', 'resnet-32')).toEqual([
    'resnet32-cifar10',
    'resnet32-cifar100',
    'resnet110-cifar100',
  ]);
});

it('may have stars', () => {
  expect(names('*-110,cifar10')).toEqual(['resnet110-cifar10', 'seresnet-110-cifar10']);
  expect(names('*')).toHaveLength(6);
});

it('that fit nothing are refused with the nearest', () => {
  expect(() => names('resnet-31')).toThrow('cannot choose resnet-31: the table contains nothing called "resnet-31"');
  expect(() => names('resnet-32,cifar1')).toThrow('the table contains nothing called "cifar1"');
  expect(() => names('')).toThrow('cannot choose nothing');
  expect(() => names('resnet-32,resnet-110')).toThrow('no number of the table matches all of these words');
});
