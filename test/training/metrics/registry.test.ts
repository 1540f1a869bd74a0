// The list of metrics: columns, names, sums and values.
import { describe, expect, it } from 'vitest';
import { columnOf, jsonKeyOf } from '../../../src/records/metrics-columns.js';
import { epochRow, evaluatedValues, knownMetrics, metricsOf } from '../../../src/training/metrics/registry.js';
import { epochStart } from '../../../src/training/state.js';

const columnsOf = (classes: number, recordedScalars: readonly string[] = []): string =>
  metricsOf({ classes, recordedScalars })
    .map(({ column }) => column)
    .join();

const ofTen =
  'epoch,iteration,learning_rate,lambda,train_loss,train_error,test_loss,test_error,seconds,images_per_second';

describe('columns', () => {
  it('are those of every earlier version', () => {
    expect(columnsOf(10)).toBe(ofTen);
    expect(columnsOf(11)).toBe(ofTen.replace('test_error,', 'test_error,test_error_top5,'));
  });

  it('include the scalars that the loss records', () => {
    expect(columnsOf(10, ['margin', 'someScale'])).toBe(
      ofTen.replace('lambda,', 'lambda,loss.margin,loss.some_scale,'),
    );
  });

  it('has those of the averages where they are evaluated', () => {
    const columns = metricsOf({ classes: 10, recordedScalars: [], averages: true }).map(({ column }) => column);
    expect(columns.filter((column) => column.startsWith('ema_'))).toEqual(['ema_test_loss', 'ema_test_error']);
    expect(columnsOf(10, [])).toBe(columns.filter((column) => !column.startsWith('ema_')).join());
  });

  it('follow from names, and names are found by column or by name', () => {
    for (const { name, column } of metricsOf({ classes: 100, recordedScalars: ['someScale'] })) {
      expect(column).toBe(columnOf(name));
      for (const present of [[name], [column], [name, column]]) {
        expect(knownMetrics(present).filter((metric) => metric.name === name)).toHaveLength(1);
      }
    }
    expect(knownMetrics(['loss.a,b', 'xloss.a', 'loss.'])).toHaveLength(13);
  });

  it('have one key each in JSON, with the unit', () => {
    expect(metricsOf({ classes: 100, recordedScalars: [] }).map(jsonKeyOf)).toEqual([
      'epoch',
      'iteration',
      'learningRate',
      'lambda',
      'trainLoss',
      'trainErrorPercent',
      'testLoss',
      'testErrorPercent',
      'testErrorTop5Percent',
      'seconds',
      'imagesPerSecond',
    ]);
  });
});

describe('values', () => {
  const metrics = metricsOf({ classes: 100, recordedScalars: ['margin'] });

  it('come from the sums of an evaluation', () => {
    const sums = { lossSum: Float64Array.of(14), correct: Float64Array.of(3), correct5: Float64Array.of(6) };
    expect(evaluatedValues(metrics, { images: 8, sums })).toEqual({
      testLoss: 1.75,
      testError: 62.5,
      testErrorTop5: 25,
    });
  });

  it('and of an epoch; those of an evaluation are missing where there was none', () => {
    const epoch = {
      position: { ...epochStart(3), lossSum: 30, wrong: 5, images: 20, seconds: 4.00049, trainingSeconds: 3 },
      iteration: 12,
      learningRate: 0.25,
      lossScalars: { margin: 0.5 },
    };
    expect(epochRow(metrics, epoch, {})).toEqual({
      epoch: 3,
      iteration: 12,
      learningRate: 0.25,
      lambda: 0,
      'loss.margin': 0.5,
      trainLoss: 1.5,
      trainError: 25,
      seconds: 4,
      imagesPerSecond: 6.7,
    });
    const lambda = { ...epoch, lossScalars: { lambda: 0.125, margin: 1 } };
    expect(epochRow(metrics, lambda, { testLoss: 1, testError: 2 })).toMatchObject({ lambda: 0.125, testError: 2 });
  });
});
