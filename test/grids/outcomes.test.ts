// Outcomes of a grid: means, deviations, intervals, comparisons with cross entropy.
import { describe, expect, it } from 'vitest';
import { outcomeNotes } from '../../src/grids/outcome-table.js';
import { rowOutcomes } from '../../src/grids/outcomes.js';
import { comparedOutcomes, someOutcome as outcome } from '../support/outcomes.js';

const near = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 7) as number);
const rows = rowOutcomes([
  ...[outcome('b', 1, 10), outcome('a', 1, 20), outcome('c', 1)],
  ...[outcome('b', 2, 12), outcome('a', 2), outcome('c', 2)],
  outcome('b', 3, 17),
]);

describe('rows with runs on different images or first weights', () => {
  const data = (official: boolean) => ({
    checksum: official ? 'a-b' : 'c-d',
    trainImages: 10,
    testImages: 5,
    official,
  });
  const made = (row: string, seed: number, error: number, origin: object) => {
    const { summary, ...rest } = outcome(row, seed, error);
    return { ...rest, summary: { ...summary!, ...origin } };
  };

  it('are not averaged: those on the official images count, the others are named', () => {
    const [row] = rowOutcomes([
      made('a', 1, 89, { data: data(false) }),
      made('a', 2, 7, { data: data(true) }),
      made('a', 3, 8, {}),
    ]);
    expect(row).toMatchObject({ seeds: [2, 3], asked: 3, last10: { mean: 7.5 } });
    expect(row.leftOut).toEqual([expect.stringContaining('not the official CIFAR-10: 10 training and 5 test images')]);
  });

  it('are compared with none on other images', () => {
    const rows = rowOutcomes([made('a', 1, 89, { data: data(false) }), made('b', 1, 7, { data: data(true) })]);
    expect(rows.map(({ seeds }) => seeds)).toEqual([[], [1]]);
  });

  it('are marked where all are on others', () => {
    const [row] = rowOutcomes([made('a', 1, 89, { data: data(false) })]);
    expect(row.origin).toBe('not the official CIFAR-10: 10 training and 5 test images, checksum c-d');
    expect(outcomeNotes([row]).at(-1)).toBe(`All rows: ${row.origin}.`);
  });

  it('are named where they were evaluated without broken images', () => {
    const broken = made('a', 1, 5, { evaluationImagesLeftOut: 3 });
    const rows = rowOutcomes([{ ...broken, cell: { ...broken.cell, name: 'a-seed1' } }, made('a', 2, 7, {})]);
    expect(rows[0]).toMatchObject({ seeds: [1, 2], last10: { mean: 6 }, broken: ['a-seed1 (3)'] });
    expect(outcomeNotes(rows).at(-1)).toBe('Evaluated without their broken images, of this number: a-seed1 (3).');
    expect(rowOutcomes([made('a', 1, 5, {})])[0]).not.toHaveProperty('broken');
  });

  it('do not mix with those from imported weights', () => {
    const weights = { file: 'x.safetensors', sha256: '1234567890' };
    const [row] = rowOutcomes([made('a', 1, 5, { weights }), made('a', 2, 7, {})]);
    expect(row).toMatchObject({ seeds: [2], last10: { mean: 7 } });
  });

  it('count where their config names the weights, beside rows from scratch', () => {
    const weights = { file: 'x.safetensors', sha256: '1'.repeat(64) };
    const tuned = (row: string, error: number, loss: object) => {
      const model = { name: 'resnet', weights: 'x.safetensors', weightsSha256: weights.sha256 };
      const { summary, ...rest } = outcome(row, 1, error, { model, loss });
      return { ...rest, summary: { ...summary!, weights } };
    };
    const rows = rowOutcomes([
      ...[outcome('basic', 1, 20, { loss: { name: 'cross-entropy' } }), outcome('isda', 1, 19)],
      ...[tuned('tuned-basic', 9, { name: 'cross-entropy' }), tuned('tuned-isda', 8, { name: 'isda' })],
    ]);
    expect(rows.map(({ seeds, baseline, leftOut }) => [seeds, baseline, leftOut])).toEqual([
      [[1], undefined, undefined],
      [[1], 'basic', undefined],
      [[1], undefined, undefined],
      [[1], 'tuned-basic', undefined],
    ]);
    expect(rows[3].comparison?.paired?.mean).toBe(-1);
  });
});

describe('rowOutcomes', () => {
  it('has the mean and the sample standard deviation over the seeds that are done', () => {
    expect(rows[0]).toEqual({
      row: 'b',
      seeds: [1, 2, 3],
      asked: 3,
      last10: { mean: 13, std: Math.sqrt((9 + 1 + 16) / 2) },
      interval: {
        low: expect.closeTo(4.043314104633563, 9) as number,
        high: expect.closeTo(21.956685895366437, 9) as number,
      },
      averagedEpochs: 2,
      best: { mean: 12, std: Math.sqrt(13) },
      last: { mean: 14, std: Math.sqrt(13) },
    });
  });
  it('has no deviation of one run, and nothing of none', () => {
    expect(rows[1]).toMatchObject({ row: 'a', seeds: [1], asked: 2, last10: { mean: 20 } });
    expect(rows[1].last10).not.toHaveProperty('std');
    expect(rows[2]).toMatchObject({ row: 'c', seeds: [], last10: undefined });
  });
});

describe('comparison with cross entropy', () => {
  const compared = rowOutcomes(comparedOutcomes);
  it('has the p values and differences of SciPy and statsmodels', () => {
    expect(compared.map(({ baseline }) => baseline)).toEqual([undefined, 'basic', 'basic']);
    expect(compared[0].comparison).toBeUndefined();
    const [, isda, focal] = compared.map(({ comparison }) => comparison!);
    expect([isda, focal].map(({ welch }) => welch!.p)).toEqual(near([0.5389926689986239, 0.049973714003968]));
    expect([isda, focal].map(({ holmP }) => holmP)).toEqual(near([0.53899267, 0.09994743]));
    expect(focal.paired!.mean).toBeCloseTo(2.07, 9);
    expect([focal.paired!.interval!.low, focal.paired!.interval!.high]).toEqual(
      near([0.6423230272706866, 3.497676972729314]),
    );
  });
  it('pairs runs by seed, whatever their order and whichever failed', () => {
    const loss = { name: 'cross-entropy' };
    const [, row] = rowOutcomes([
      ...[outcome('basic', 1, 20, { loss }), outcome('basic', 2, 30, { loss }), outcome('basic', 3, 41, { loss })],
      ...[outcome('isda', 3, 40), outcome('isda', 1), outcome('isda', 2, 27), outcome('isda', 4, 90)],
    ]);
    expect(row.seeds).toEqual([3, 2, 4]);
    expect(row.comparison?.paired).toMatchObject({ pairs: 2, mean: -2 });
  });
  it('there is none where two rows could be the baseline', () => {
    const second = outcome('basic2', 1, 20, { loss: { name: 'cross-entropy' } });
    const rows = rowOutcomes([...comparedOutcomes, second]);
    expect(rows.map(({ baseline }) => baseline)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
