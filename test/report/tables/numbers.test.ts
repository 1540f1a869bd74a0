// Every number of the paper has a cell and a config; a user's configs are assigned to cells.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listConfigs, withoutExtension } from '../../../src/config/find.js';
import { baselineOf, configName } from '../../../src/report/tables/layout.js';
import { ownItems, paperItems, type TableItem } from '../../../src/report/tables/numbers.js';
import { printedCells, readPrintedNumbers, tableNumbers } from '../../../src/report/tables/printed.js';
import { describeConfig } from '../../../src/runs/description.js';
import { projectRoot } from '../../config/support.js';

const numbers = readPrintedNumbers();
const configsDirectory = join(projectRoot, 'configs');
const places = { configsDirectory, workingDirectory: projectRoot, overrides: [] };
const withOverrides = (...overrides: string[]) => ({ ...places, overrides });

describe.each(tableNumbers)('Table %i', (table) => {
  const items = paperItems(table, numbers, places);
  const made = items.filter(({ config }) => config !== undefined);

  it('has all numbers of the paper', () => {
    const counts = { 1: 32, 2: 24, 3: 46, 4: 12, 5: 12 };
    expect(items).toHaveLength(counts[table]);
  });

  it('has a config for each but the generators of Table 3, for which there is a name', () => {
    const without = items.filter(({ config }) => config === undefined);
    const generators = new Set(['wgan', 'cgan', 'acgan', 'infogan']);
    expect(without.every(({ method }) => table === 3 && generators.has(method))).toBe(true);
    for (const { network, dataset, method } of without) {
      expect(configName(table, { network, dataset, method })).toBe(
        `table3/${network === 'resnet-110' ? 'resnet110' : 'wrn28-10'}-${dataset}-${method}`,
      );
    }
  });

  it('uses every config of its folder, each at the number that its head says', () => {
    const own = listConfigs(configsDirectory).filter((path) => path.startsWith(`table${table}/`));
    for (const path of own) {
      const users = made.filter((item) => item.configName === withoutExtension(path));
      expect(users.length, path).toBe(table === 4 ? 2 : 1);
      const head = readFileSync(join(configsDirectory, path), 'utf8').split('\n')[2];
      const said = /\(Table \d, ([^)]+)\)/.exec(head)![1].split(', ').sort();
      const { network, dataset, method, augmentation = [] } = users[0];
      const words = { 1: [network, dataset], 2: [network, dataset], 3: [network, dataset], 4: [network], 5: [dataset] };
      expect([method, ...words[table], augmentation].flat().sort(), path).toEqual(said);
    }
  });

  it.each(made)('$configName is the network, data set and augmentation of its number', (item) => {
    const { network, dataset, augmentation } = describeConfig(item.config!);
    expect({ network, dataset, augmentation }).toEqual({
      network: item.network,
      dataset: item.dataset,
      augmentation: item.augmentation,
    });
    expect(item.changed).toBe(false);
  });
});

it('Table 3 shares the configs of Table 1 where it prints the same experiment', () => {
  const shared = paperItems(3, numbers, places).filter(({ configName: name }) => name.startsWith('table1/'));
  expect(shared.map(({ configName: name, method }) => `${method}: ${name}`)).toEqual([
    'basic: table1/resnet110-cifar10-basic',
    'basic: table1/resnet110-cifar100-basic',
    'basic+dropout: table1/wrn28-10-cifar10-basic',
    'basic+dropout: table1/wrn28-10-cifar100-basic',
    'isda: table1/resnet110-cifar10-isda',
    'isda: table1/resnet110-cifar100-isda',
    'isda+dropout: table1/wrn28-10-cifar10-isda',
    'isda+dropout: table1/wrn28-10-cifar100-isda',
  ]);
  for (const item of shared) {
    const first = printedCells(numbers, 1).find(
      (cell) => configName(1, cell) === item.configName && cell.metric === item.metric,
    );
    expect(item.printed).toEqual(first!.printed);
  }
});

it('compares with cross entropy, with dropout where there is none without', () => {
  const both = ['basic', 'basic+dropout', 'isda', 'isda+dropout', 'focal'];
  expect(both.map((method) => baselineOf(method, both))).toEqual([
    undefined,
    undefined,
    'basic',
    'basic+dropout',
    'basic',
  ]);
  expect(baselineOf('focal', ['focal', 'basic+dropout'])).toBe('basic+dropout');
  expect(baselineOf('basic+dropout', ['focal', 'basic+dropout'])).toBeUndefined();
});

describe('configs of one’s own', () => {
  const short = ({ network, dataset, method, printed, changed, configName: name }: TableItem) =>
    [name, network, dataset, method, printed?.mean, changed] as const;

  it('have the printed number where network, data set and method are in the table', () => {
    const items = ownItems(1, ['resnet32-cifar10-isda', 'tiny-isda'], numbers, withOverrides('training.epochs=3'));
    expect(items.map(short)).toEqual([
      ['resnet32-cifar10-isda', 'resnet-32', 'cifar10', 'isda', 7.09, true],
      ['tiny-isda', 'resnet-8', 'cifar10', 'isda', undefined, true],
    ]);
  });
  it("are not called changed where they are the paper's", () => {
    expect(ownItems(1, ['resnet32-cifar10-isda'], numbers, places)[0].changed).toBe(false);
    expect(ownItems(1, ['resnet32-cifar10-isda'], numbers, withOverrides('dataset.dir=x'))[0].changed).toBe(false);
  });
  it('have no printed number with another augmentation', () => {
    const [item] = ownItems(1, ['resnet32-cifar10-isda'], numbers, withOverrides('augmentation.autoaugment=true'));
    expect([item.printed, item.augmentation]).toEqual([undefined, 'autoaugment']);
  });
  it('make the six variants of Table 5, with its numbers for WRN-28-10', () => {
    const items = ownItems(5, ['wrn28-10-cifar100-isda'], numbers, places);
    expect(items.map(short)).toEqual(
      [
        ['basic', 18.58],
        ['identity', 18.53],
        ['diagonal', 18.23],
        ['single', 18.29],
        ['constant-lambda', 18.33],
        ['isda', 17.98],
      ].map(([variant, mean]) => [
        ...[`wrn28-10-cifar100-isda-${variant}`, 'wrn-28-10', 'cifar100', variant, mean, false],
      ]),
    );
  });
  it('are told apart by dropout in Table 3 alone', () => {
    const set = withOverrides('model.dropout=0.3');
    expect(ownItems(3, ['resnet110-cifar10-basic'], numbers, set).map(short)).toEqual([
      ['resnet110-cifar10-basic', 'resnet-110', 'cifar10', 'basic+dropout', 6.23, false],
    ]);
    expect(ownItems(1, ['resnet110-cifar10-basic'], numbers, set)[0].method).toBe('basic');
  });
  it('have two numbers each in Table 4', () => {
    const items = ownItems(4, ['resnet50-imagenet-isda'], numbers, places);
    expect(items.map(({ metric, printed, method }) => [metric, printed, method])).toEqual([
      ['top1', { mean: 23.3 }, 'isda'],
      ['top5', { mean: 6.82 }, 'isda'],
    ]);
  });
  it('cannot share a place', () => {
    expect(() => ownItems(1, ['tiny-isda', 'tiny-isda-diagonal'], numbers, places)).toThrow(
      'cannot lay out Table 1: tiny-isda and tiny-isda-diagonal have the same place: isda of resnet-8 on cifar10',
    );
    // Table 2 has columns for the augmentation, Table 1 does not; Table 4 has none for the data set.
    const augmented = ['wrn28-10-cifar10-isda', 'wrn28-10-cifar10-cutout-isda'];
    expect(() => ownItems(1, augmented, numbers, places)).toThrow('isda of wrn-28-10 on cifar10');
    expect(ownItems(2, augmented, numbers, places)).toHaveLength(2);
    const data = ['resnet32-cifar10-isda', 'resnet32-cifar100-isda'];
    expect(() => ownItems(4, data, numbers, places)).toThrow('isda of resnet-32 on cifar100');
  });
});
