// Runs on different images, or from different first weights, are different experiments in figures and reports.
import { describe, expect, it } from 'vitest';
import { experimentSchema } from '../../../src/config/schema.js';
import { groupRuns, secondRunText } from '../../../src/report/runs/groups.js';
import type { RecordedRun } from '../../../src/report/runs/recorded-runs.js';
import type { Origin } from '../../../src/runs/origin.js';

const run = (seed: number, origin: Origin, dataset: object = { name: 'cifar10' }): RecordedRun => ({
  ...{
    store: '/s',
    name: `r${seed}`,
    folder: `/s/r${seed}`,
    row: 'ISDA',
    ofGrid: false,
    fingerprint: '',
    state: 'done',
  },
  config: experimentSchema.parse({ experiment: 'x', dataset, training: { seed } }),
  rows: [],
  origin,
});
const data = (checksum: string, official?: boolean) => ({ checksum, trainImages: 10, testImages: 5, official });
const grouped = (runs: readonly RecordedRun[]) =>
  groupRuns(runs, ['loss'], ({ row }) => row).map(({ title, experiments }) => ({
    title,
    experiments: experiments.map(({ name, runs: same }) => [name, same.map(({ config }) => config.training.seed)]),
  }));

describe('groupRuns', () => {
  it('keeps runs on other images apart, and says so in the title', () => {
    const found = grouped([run(1, { data: data('a-b', true) }), run(2, {}), run(3, { data: data('c-d', false) })]);
    expect(found).toEqual([
      { title: 'ResNet-32, CIFAR-10, 160 epochs', experiments: [['ISDA', [1, 2]]] },
      {
        title:
          'ResNet-32, CIFAR-10 (not the official CIFAR-10: 10 training and 5 test images, checksum c-d), 160 epochs',
        experiments: [['ISDA', [3]]],
      },
    ]);
  });

  it('keeps runs from imported weights apart from those from scratch on the same seed', () => {
    const weights = { file: 'x.safetensors', sha256: '1234567890' };
    expect(grouped([run(1, {}), run(1, { weights })])).toMatchObject([
      {
        experiments: [
          ['ISDA', [1]],
          ['ISDA, from x.safetensors (sha256 12345678)', [1]],
        ],
      },
    ]);
  });

  it('names a second run of a seed with other metrics, and is silent of a copy', () => {
    const rowsOf = (testError: number, seconds: number) =>
      [1, 2].map((epoch) => ({
        ...{ epoch, iteration: epoch, learningRate: 0.1, lambda: 0, trainLoss: 1, trainError: 9, testError },
        ...{ seconds, imagesPerSecond: 1 / seconds },
      }));
    const inStore = (store: string, seed: number, testError: number, seconds: number): RecordedRun => ({
      ...run(seed, {}, { name: 'cifar10' }),
      ...{ store, config: short(seed), rows: rowsOf(testError, seconds) },
    });
    const short = (seed: number) =>
      experimentSchema.parse({ experiment: 'x', dataset: { name: 'cifar10' }, training: { seed, epochs: 2 } });
    const [{ experiments }] = groupRuns(
      [inStore('/s/a', 1, 20, 5), inStore('/s/b', 1, 20, 6), inStore('/s/a', 2, 20, 5), inStore('/s/b', 2, 30, 5)],
      ['loss'],
      ({ row }) => row,
    );
    expect(experiments[0].runs.map(({ store }) => store)).toEqual(['/s/a', '/s/a']);
    expect(experiments[0].leftOut.map(secondRunText)).toEqual(['b/r2 (a second run of seed 2, with other metrics)']);
  });

  it('knows folders of images by what is in them', () => {
    const folder = (dir: string) => ({ name: 'image-folder', dir });
    const found = grouped([
      run(1, { data: data('a-b') }, folder('pets')),
      run(2, { data: data('a-b') }, folder('/moved/pets')),
      run(3, {}, folder('pets')),
      run(4, { data: data('c-d') }, folder('other')),
    ]);
    expect(found.map(({ experiments }) => experiments)).toEqual([[['ISDA', [1, 2, 3]]], [['ISDA', [4]]]]);
  });
});
