import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { MetricsRow } from '../../src/records/metrics-columns.js';
import { keptMetrics, metricsDigest, openMetrics, readMetrics } from '../../src/records/metrics-csv.js';
import { knownMetrics, metricsOf } from '../../src/training/metrics/registry.js';
import { test } from '../temporary-folder.js';

const openFile = async (path: string, options: Parameters<typeof keptMetrics>[1]) =>
  openMetrics(path, await keptMetrics(path, options));

const header =
  'epoch,iteration,learning_rate,lambda,train_loss,train_error,test_loss,test_error,test_error_top5,seconds,images_per_second\n';
const columnsFor = (classes: number) => metricsOf({ classes, recordedScalars: [] });
const columns = columnsFor(100);

function rowOf(epoch: number): MetricsRow {
  return {
    epoch,
    iteration: epoch * 391,
    learningRate: 0.1,
    lambda: (0.5 * epoch) / 160,
    trainLoss: Math.fround(2.3 / epoch),
    trainError: 90 / epoch,
    testLoss: 1 / 3,
    testError: 93.21,
    testErrorTop5: 70,
    seconds: 12.5,
    imagesPerSecond: 4000,
  };
}

/** A file with the rows of epochs 1 to `epochs`. */
async function fileWith(path: string, epochs: number): Promise<void> {
  const metrics = await openFile(path, { columns });
  for (let epoch = 1; epoch <= epochs; epoch++) await metrics.append(rowOf(epoch));
  await metrics.close();
}

describe('writing and reading', () => {
  test('the file is a plain table', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 1);
    expect(readFileSync(path, 'utf8')).toBe(
      `${header}1,391,0.1,0.003125,2.299999952316284,90,0.3333333333333333,93.21,70,12.5,4000\n`,
    );
    expect(await readMetrics(path, knownMetrics)).toEqual([rowOf(1)]);
  });

  test('each row is in the file before the next', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    const metrics = await openFile(path, { columns });
    expect(await readMetrics(path, knownMetrics)).toEqual([]);
    await metrics.append(rowOf(1));
    expect(await readMetrics(path, knownMetrics)).toEqual([rowOf(1)]);
    await metrics.append(rowOf(2));
    expect(await readMetrics(path, knownMetrics)).toHaveLength(2);
    await metrics.close();
  });

  test('up to 10 classes there is no top-5 error', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    const metrics = await openFile(path, { columns: columnsFor(10) });
    const { testErrorTop5, ...row } = rowOf(1);
    await metrics.append({ ...row, testErrorTop5 });
    await metrics.close();
    expect(readFileSync(path, 'utf8')).not.toContain('top5');
    expect(await readMetrics(path, knownMetrics)).toEqual([row]);
  });

  test('an epoch that was not evaluated has empty cells', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    const unevaluated = { testLoss: undefined, testError: undefined, testErrorTop5: undefined };
    const rows = [rowOf(1), { ...rowOf(2), ...unevaluated }, rowOf(3)];
    const metrics = await openFile(path, { columns });
    for (const row of rows) await metrics.append(row);
    await expect(metrics.append({ ...rowOf(4), testLoss: undefined })).rejects.toThrow(
      'test_loss of epoch 4 is missing',
    );
    await metrics.close();
    const text = readFileSync(path, 'utf8');
    expect(text.split('\n')[2]).toBe('2,782,0.1,0.00625,1.149999976158142,45,,,,12.5,4000');
    expect(await readMetrics(path, knownMetrics)).toEqual(rows);
    expect(metricsDigest(await readMetrics(path, knownMetrics), knownMetrics)).toBe(metrics.digest());

    const resumed = await openFile(path, { columns, resumeAfterEpoch: 3, expectedDigest: metrics.digest() });
    await resumed.close();
    expect(resumed.kept).toEqual(rows);
    expect(readFileSync(path, 'utf8')).toBe(text);

    writeFileSync(path, text.replace('45,,,,', '45,,1,2,'));
    await expect(readMetrics(path, knownMetrics)).rejects.toThrow('"" in the column test_loss is not a number');
    writeFileSync(path, text.replace('45,,,,', ',,,,'));
    await expect(readMetrics(path, knownMetrics)).rejects.toThrow('"" in the column train_error is not a number');
  });

  test('numbers come back as the same float64', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    const value = fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0);
    const anyRow = fc.record({
      epoch: fc.nat(),
      iteration: fc.nat(),
      learningRate: value,
      lambda: value,
      trainLoss: fc.float({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
      trainError: value,
      testLoss: value,
      testError: value,
      testErrorTop5: value,
      seconds: value,
      imagesPerSecond: value,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRow, { maxLength: 3 }), async (rows) => {
        const metrics = await openFile(path, { columns });
        for (const row of rows) await metrics.append(row);
        await metrics.close();
        expect(await readMetrics(path, knownMetrics)).toEqual(rows);
      }),
      { numRuns: 50 },
    );
  });

  test('a number that is none is refused and nothing written', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    const metrics = await openFile(path, { columns });
    await expect(metrics.append({ ...rowOf(3), trainLoss: NaN })).rejects.toThrow('train_loss of epoch 3 is NaN');
    await expect(metrics.append({ ...rowOf(3), testErrorTop5: undefined })).rejects.toThrow(
      'test_error_top5 of epoch 3 is missing',
    );
    await metrics.close();
    expect(readFileSync(path, 'utf8')).toBe(header);
  });

  test('lines that a spreadsheet ended its own way are read', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 2);
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'));
    expect(await readMetrics(path, knownMetrics)).toEqual([rowOf(1), rowOf(2)]);
  });
});

describe('resuming', () => {
  test('rows after the checkpoint and a torn line go, the rest stays byte for byte', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 6);
    const uninterrupted = readFileSync(path, 'utf8');
    for (let cut = 0; cut <= uninterrupted.length; cut++) {
      writeFileSync(path, uninterrupted.slice(0, cut));
      const complete = Math.max(0, uninterrupted.slice(0, cut).split('\n').length - 2);
      const metrics = await openFile(path, { columns, resumeAfterEpoch: Math.min(4, complete) });
      for (let epoch = Math.min(4, complete) + 1; epoch <= 6; epoch++) await metrics.append(rowOf(epoch));
      await metrics.close();
      expect(readFileSync(path, 'utf8')).toBe(uninterrupted);
    }
    expect(readdirSync(folder)).toEqual(['metrics.csv']);
  });

  test('a last line without its end is torn even where it reads as a number', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 1);
    appendFileSync(path, readFileSync(path, 'utf8').split('\n')[1].replace(/^1/, '2').slice(0, -1));
    expect(await readMetrics(path, knownMetrics)).toHaveLength(1);
  });

  test('a row that is missing is an error', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 2);
    const before = readFileSync(path, 'utf8');
    await expect(openFile(path, { columns, resumeAfterEpoch: 3 })).rejects.toMatchObject({
      message: 'cannot resume: the checkpoint is after epoch 3, but the metrics end with epoch 2',
      place: `${path}:3`,
      hint: 'choose another folder with --out',
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
    await expect(openFile(join(folder, 'none.csv'), { columns, resumeAfterEpoch: 3 })).rejects.toThrow('no such file');
    expect(existsSync(join(folder, 'none.csv'))).toBe(false);
  });

  test('a lost or doubled epoch is an error', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 3);
    const [head, first, , third] = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, [head, first, third, ''].join('\n'));
    await expect(openFile(path, { columns, resumeAfterEpoch: 3 })).rejects.toMatchObject({
      message: 'cannot resume: expected epoch 2, got 3',
      place: `${path}:3`,
    });
  });

  test('other columns are an error', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 1);
    await expect(openFile(path, { columns: columnsFor(10), resumeAfterEpoch: 1 })).rejects.toThrow(
      'the columns of the metrics differ from those of this experiment',
    );
  });

  test('a file of a version that measured less keeps its own columns when the run resumes', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    const before = await openFile(path, { columns: columnsFor(10) });
    await before.append(rowOf(1));
    await before.close();
    const more = metricsOf({ classes: 100, recordedScalars: ['margin'] });
    const resumed = await openFile(path, { columns: more, resumeAfterEpoch: 1, expectedDigest: before.digest() });
    await resumed.append({ ...rowOf(2), 'loss.margin': 3 });
    await resumed.close();
    expect(readFileSync(path, 'utf8').split('\n').map((line) => line.split(',').length)).toEqual([10, 10, 10, 1]); // prettier-ignore
    expect(metricsDigest(await readMetrics(path, knownMetrics), knownMetrics)).toBe(resumed.digest());
  });

  test('scalars of a loss are written and read back', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    const metrics = await openFile(path, { columns: metricsOf({ classes: 100, recordedScalars: ['someScale'] }) });
    const row = { ...rowOf(1), 'loss.someScale': -0.5 };
    await metrics.append(row);
    await metrics.close();
    expect(readFileSync(path, 'utf8')).toContain(',lambda,loss.some_scale,train_loss,');
    expect(await readMetrics(path, knownMetrics)).toEqual([row]);
    expect(metricsDigest([row], knownMetrics)).toBe(metrics.digest());
  });

  test('without resuming the file starts anew', async ({ folder }) => {
    const path = join(folder, 'metrics.csv');
    await fileWith(path, 2);
    await (await openFile(path, { columns })).close();
    expect(readFileSync(path, 'utf8')).toBe(header);
  });
});

describe('mistakes in the file', () => {
  const row = '1,391,0.1,0,1,1,1,1,1,1,1\n';
  const cases: [string, string, string][] = [
    ['', 'the header is missing', ':1:1'],
    ['epoch,iteration', 'the header is missing', ':1:1'],
    ['epoch,iteratoin\n', 'unknown column "iteratoin"', ':1:7'],
    ['epoch,lambda,epoch\n', 'the column "epoch" occurs twice', ':1:14'],
    ['epoch,iteration\n', 'the column "learning_rate" is missing', ':1:17'],
    [`${header}${row}1,2\n`, '2 cells instead of 11', ':3:4'],
    [`${header}${row}\n`, '1 cells instead of 11', ':3:1'],
    [`${header}1,391,0.1,zero,1,1,1,1,1,1,1\n`, '"zero" in the column lambda is not a number', ':2:11'],
    [`${header}1,391,0.1,,1,1,1,1,1,1,1\n`, '"" in the column lambda is not a number', ':2:11'],
    [`${header}1,391,0x1,0,1,1,1,1,1,1,1\n`, '"0x1" in the column learning_rate is not a number', ':2:7'],
    [`${header}1,391,0.1,0,1,1,1,1,1,1,NaN\n`, '"NaN" in the column images_per_second is not a number', ':2:25'],
  ];
  for (const [text, reason, place] of cases)
    test(`${reason} at ${place}`, async ({ folder }) => {
      const path = join(folder, 'metrics.csv');
      writeFileSync(path, text);
      await expect(readMetrics(path, knownMetrics)).rejects.toMatchObject({
        message: `cannot read the metrics: ${reason}`,
        place: `${path}${place}`,
      });
    });

  test('no file', async ({ folder }) => {
    await expect(readMetrics(join(folder, 'a.csv'), knownMetrics)).rejects.toThrow(
      /^cannot read .*a\.csv: no such file$/,
    );
  });
});
