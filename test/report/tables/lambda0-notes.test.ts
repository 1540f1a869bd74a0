// The note on the origin of lambda0: a search counts for rows with its network, data and form of the covariance.
import { expect, it } from 'vitest';
import { experimentSchema } from '../../../src/config/schema.js';
import { sweepSubject, type Lambda0Choice } from '../../../src/grids/sweep.js';
import { lambda0Notes } from '../../../src/report/tables/lambda0-notes.js';
import type { TableItem } from '../../../src/report/tables/numbers.js';

function row(method: string, sections: object = { loss: { name: 'isda' } }): TableItem {
  const config = experimentSchema.parse({ experiment: 'test', ...sections });
  const { network, dataset } = sweepSubject(config);
  return { network, dataset, method, metric: 'top1', configName: 'test', config, changed: false };
}
const isda = (depth: number, lambda0 = 0.5): TableItem =>
  row('isda', { model: { name: 'resnet', depth }, loss: { name: 'isda', lambda0 } });

/** The choice of a search with the config of a row, and changes of it. */
const choice = ({ config }: TableItem, lambda0: number, more: Partial<Lambda0Choice> = {}): Lambda0Choice => ({
  ...{ ...sweepSubject(config!), lambda0, onTestImages: false },
  ...more,
});
const end = ' The paper searches lambda0 for every row.';

it('says which rows use a searched lambda0 where a sweep has chosen one', () => {
  const items = [isda(32, 0.25), isda(110), isda(20), row('basic', {})];
  expect(lambda0Notes(items, [])).toEqual([]);
  expect(lambda0Notes(items, [choice(isda(32), 0.25), choice(isda(110), 0.75)])).toEqual([
    'lambda0 chosen on held-out images: ResNet-32, CIFAR-10 (0.25). ' +
      'lambda0 of the config, not chosen by a search: ResNet-110, CIFAR-10 (0.5, but the sweep chose 0.75), ' +
      `ResNet-20, CIFAR-10 (0.5).${end}`,
  ]);
});

it('takes no value from another form of the covariance', () => {
  const variants = ['identity', 'diagonal', 'single'].map((form) =>
    row(form, { loss: { name: 'isda', covariance: form } }),
  );
  const constant = row('constant-lambda', { loss: { name: 'isda', schedule: 'constant' } });
  const items = [...variants, constant, row('isda')];
  const name = 'ResNet-32, CIFAR-10';
  expect(lambda0Notes(items, [choice(variants[1], 0.5)])).toEqual([
    `lambda0 chosen on held-out images: ${name}, diagonal matrix (0.5). ` +
      `lambda0 of the config, not chosen by a search: ${name}, identity matrix (0.5), ${name}, single matrix (0.5), ` +
      `${name}, constant lambda (0.5), ${name} (0.5).${end}`,
  ]);
  expect(lambda0Notes(items, [choice(variants[1], 1)])[0].match(/[^:.]*sweep chose/g)).toHaveLength(1);
});

it.for([
  ['fewer images', { dataset: { name: 'cifar10', subset: 1000 }, loss: { name: 'isda' } }],
  ['a network with dropout', { model: { name: 'resnet', dropout: 0.3 }, loss: { name: 'isda' } }],
  ['another loss', { loss: { name: 'large-margin' } }],
] as const)('takes no value from %s', ([, sections]) => {
  for (const lambda0 of [0.5, 1]) {
    expect(lambda0Notes([row('isda')], [choice(row('isda', sections), lambda0)])).toEqual([
      `lambda0 of the config, not chosen by a search: ResNet-32, CIFAR-10 (0.5).${end}`,
    ]);
  }
});

it('does not call the test images held-out', () => {
  const test = choice(row('isda'), 0.5, { onTestImages: true });
  const [note] = lambda0Notes([row('isda')], [test]);
  expect(note).toBe(`lambda0 chosen on the test images: ResNet-32, CIFAR-10 (0.5).${end}`);
  expect(lambda0Notes([row('isda')], [test, choice(row('isda'), 0.5)])[0]).toMatch(/^lambda0 chosen on held-out/);
});

it('claims little of a sweep that does not record its data and form', () => {
  const old = (lambda0: number) => [choice(row('isda'), lambda0, { settings: undefined })];
  expect(lambda0Notes([row('isda')], old(0.5))).toEqual([
    'lambda0 chosen by a sweep of an earlier version, perhaps with other data or another form of the covariance: ' +
      `ResNet-32, CIFAR-10 (0.5).${end}`,
  ]);
  expect(lambda0Notes([row('isda')], old(1))).toEqual([
    `lambda0 of the config, not chosen by a search: ResNet-32, CIFAR-10 (0.5).${end}`,
  ]);
});
