// The row of cross entropy that another row is compared with.
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { baselinesOf, compareWithBaselines } from '../../src/grids/baseline.js';

const config = (loss: string, more: object = {}) =>
  experimentSchema.parse({ experiment: 'x', loss: { name: loss }, ...more });
const cutout = { augmentation: { cutout: { length: 16 } } };
const synthetic = { dataset: { name: 'cifar10', synthetic: { generator: 'runs/wgan-x', fraction: 0.2 } } };

describe('baselinesOf', () => {
  it('is the row that differs in the loss alone, whatever else there is', () => {
    const rows = [config('cross-entropy'), config('cross-entropy', cutout), config('isda'), config('isda', cutout)];
    expect(baselinesOf(rows)).toEqual([undefined, undefined, 0, 1]);
  });
  it('is else the only one with the same network and data', () => {
    expect(baselinesOf([config('isda', cutout), config('cross-entropy')])).toEqual([1, undefined]);
    const three = [config('isda', cutout), config('cross-entropy'), config('cross-entropy', { optimizer: { learningRate: 1 } })]; // prettier-ignore
    expect(baselinesOf(three)).toEqual([undefined, undefined, undefined]);
  });
  it('is none of another network or other data', () => {
    const others = [
      config('isda'),
      config('cross-entropy', { model: { name: 'resnet', depth: 110 } }),
      config('cross-entropy', { dataset: { name: 'cifar10', subset: 5000 } }),
    ];
    expect(baselinesOf(others)[0]).toBeUndefined();
  });
  it('cross entropy with generated images is a method of its own', () => {
    expect(baselinesOf([config('cross-entropy', synthetic), config('cross-entropy')])).toEqual([1, undefined]);
  });
  it('the seed does not count', () => {
    expect(baselinesOf([config('isda', { training: { seed: 7 } }), config('cross-entropy')])).toEqual([1, undefined]);
  });
});

describe('compareWithBaselines', () => {
  const values = (...errors: number[]) => errors.map((value, index) => ({ seed: index + 1, value }));
  const rows = [
    { row: 'basic', config: config('cross-entropy'), values: values(10, 11, 12) },
    { row: 'full', config: config('isda'), values: values(7, 8, 9) },
    {
      row: 'sketch',
      config: config('isda', { loss: { name: 'isda', covariance: 'sketch' } }),
      values: values(8, 9, 10),
    },
  ];
  const differences = (named?: string) =>
    compareWithBaselines(rows, named).map(({ baseline, comparison }) => [baseline, comparison?.paired?.mean]);

  it('compares with cross entropy', () => {
    expect(differences()).toEqual([[undefined, undefined], ['basic', -3], ['basic', -2]]); // prettier-ignore
  });
  it('compares all others with a row that is named, cross entropy too', () => {
    expect(differences('full')).toEqual([['full', 3], [undefined, undefined], ['full', 1]]); // prettier-ignore
  });
  it('takes cross entropy where no row has the name', () => {
    expect(differences('else')).toEqual(differences());
  });
  it('names what differs beside the method, from the baseline to the row', () => {
    const short = { training: { epochs: 10, precision: 'bfloat16' } };
    const compared = compareWithBaselines([
      ...rows.slice(0, 2),
      { row: 'short', config: config('isda', short), values: values(9, 9, 9) },
    ]);
    expect(compared.map(({ otherChanges }) => otherChanges)).toEqual([
      ...[undefined, undefined],
      'training.epochs 160 → 10, training.precision float32 → bfloat16',
    ]);
  });
});
