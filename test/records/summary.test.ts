import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { metricsDigest } from '../../src/records/metrics-csv.js';
import type { MetricsRow } from '../../src/records/metrics-columns.js';
import { knownMetrics } from '../../src/training/metrics/registry.js';
import { readSummary, summarize as summarizeKnown, writeSummary, type RunFacts } from '../../src/records/summary.js';
import { test } from '../temporary-folder.js';

const summarize = (facts: RunFacts, rows: readonly MetricsRow[]) => summarizeKnown(facts, rows, knownMetrics);
const facts = { experiment: 'resnet-32', parameters: 464_154, multiplyAdds: 69_000_000 };
const rowOf = (epoch: number, testError: number): MetricsRow => ({
  epoch,
  iteration: epoch,
  learningRate: 0.1,
  lambda: 0,
  trainLoss: 1 / epoch,
  trainError: testError - 1,
  testLoss: 2,
  testError,
  seconds: 10,
  imagesPerSecond: 5000,
});

test('last, first best and the mean of the last ten', async ({ folder }) => {
  const errors = [90, 10, 30, 32, 34, 36, 38, 10, 42, 44, 46, 48];
  const summary = summarize(facts, errors.map((error, index) => rowOf(index + 1, error))); // prettier-ignore
  expect(summary).toEqual({
    ...facts,
    epochs: 12,
    last: { epoch: 12, trainLoss: 1 / 12, trainErrorPercent: 47, testLoss: 2, testErrorPercent: 48 },
    best: { epoch: 2, trainLoss: 1 / 2, trainErrorPercent: 9, testLoss: 2, testErrorPercent: 10 },
    last10MeanTestErrorPercent: 36,
    seconds: 120,
  });
  await writeSummary(join(folder, 'summary.json'), summary);
  const written = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as object;
  expect(written).toEqual({ ...summary, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
  expect(await readSummary(join(folder, 'summary.json'))).toEqual(summary);
});

test('reading: none is no error, a damaged one is', async ({ folder }) => {
  const path = join(folder, 'summary.json');
  expect(await readSummary(path)).toBeUndefined();
  for (const text of ['', '{}', '{"experiment": "x"']) {
    writeFileSync(path, text);
    await expect(readSummary(path)).rejects.toThrow(`cannot read ${path}: it is not the summary of a run`);
  }
});

test('fewer than ten epochs; the top-5 error where there is one', () => {
  const summary = summarize(facts, [rowOf(1, 50), { ...rowOf(2, 40), testErrorTop5: 12 }]);
  expect(summary.last10MeanTestErrorPercent).toBe(45);
  expect(summary.last.testErrorTop5Percent).toBe(12);
});

test('keys and their order are those of earlier versions', () => {
  const summary = summarize(facts, [{ ...rowOf(1, 40), testErrorTop5: 12, 'loss.margin': 1 }]);
  const outcome = 'epoch,trainLoss,trainErrorPercent,testLoss,testErrorPercent,testErrorTop5Percent';
  expect(Object.keys(summary.last).join()).toBe(outcome);
  expect(Object.keys(summary).join()).toBe(
    'experiment,epochs,last,best,last10MeanTestErrorPercent,last10MeanTestErrorTop5Percent,parameters,multiplyAdds,seconds',
  );
  const partly = [rowOf(1, 40), { ...rowOf(2, 40), testErrorTop5: 12 }];
  expect(summarize(facts, partly)).not.toHaveProperty('last10MeanTestErrorTop5Percent');
});

test('epochs that were not evaluated: the best is among the others, and the last ten must all be', () => {
  const rows = Array.from({ length: 12 }, (_, index) => rowOf(index + 1, 40 - index));
  const unevaluated = (row: MetricsRow): MetricsRow => ({ ...row, testLoss: undefined, testError: undefined });
  const summary = summarize(facts, rows.with(1, unevaluated(rows[1])));
  expect(summary).toEqual(summarize(facts, rows));
  expect(summarize(facts, [rowOf(1, 3), unevaluated(rowOf(2, 1)), ...rows.slice(2)]).best.epoch).toBe(1);
  expect(() => summarize(facts, rows.with(2, unevaluated(rows[2])))).toThrow(
    'cannot summarize the run: not all of its last 10 epochs were evaluated',
  );
});

test('no epoch', () => {
  expect(() => summarize(facts, [])).toThrow('cannot summarize the run: no epoch has been completed');
});

test('a changed letter or digit, anywhere, is noticed', async ({ folder }) => {
  const path = join(folder, 'summary.json');
  const rows = [rowOf(1, 50), { ...rowOf(2, 40), testErrorTop5: 12 }];
  await writeSummary(path, summarize({ ...facts, settings: '0123', dataWaitPercent: 0.5 }, rows));
  const text = readFileSync(path, 'utf8');
  for (const { index, 0: character } of text.matchAll(/[0-9A-Za-z]/g)) {
    const other = character === '1' ? '2' : '1';
    writeFileSync(path, text.slice(0, index) + other + text.slice(index + 1));
    await expect(readSummary(path), `character ${index}`).rejects.toThrow(`cannot read ${path}: it `);
  }
  writeFileSync(path, text);
  expect((await readSummary(path))?.of).toEqual({ settings: '0123', metrics: metricsDigest(rows, knownMetrics) });
});

test('one without a checksum, of an earlier version, is read as it is', async ({ folder }) => {
  const path = join(folder, 'summary.json');
  const summary = summarize(facts, [rowOf(1, 50)]);
  writeFileSync(path, JSON.stringify(summary));
  expect(await readSummary(path)).toEqual(summary);
});
