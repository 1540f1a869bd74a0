import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { batchLine, createProgress } from '../../../src/cli/terminal/run-progress.js';
import { fitLine } from '../../../src/common/fit-line.js';
import { epochLine } from '../../../src/training/progress.js';
import { metricsOf } from '../../../src/training/metrics/registry.js';
import type { MetricsRow } from '../../../src/records/metrics-columns.js';

const row: MetricsRow = {
  epoch: 3,
  iteration: 1173,
  learningRate: 0.1 * 0.1,
  lambda: 0.0094,
  trainLoss: 1.23456,
  trainError: 34.567,
  testLoss: 1.5,
  testError: 41.2,
  testErrorTop5: 12.3,
  seconds: 12.34,
  imagesPerSecond: 4051.6,
};

const metrics = metricsOf({ classes: 100, recordedScalars: [], hasLambda: true });
const run = { epochs: 160, metrics };

/** A stream that records its output, and a clock that is set by hand. */
function stage(columns: number | undefined) {
  const written: string[] = [];
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  (stream as unknown as PassThrough).on('data', (chunk: Buffer) => written.push(chunk.toString()));
  if (columns !== undefined) Object.assign(stream, { isTTY: true, columns });
  const time = { milliseconds: 0 };
  return { stream, time, clock: () => time.milliseconds, text: () => written.join('') };
}

/** A text without control sequences, as a terminal shows it. */
// eslint-disable-next-line no-control-regex
const visible = (text: string): string => text.replace(/\u001b(\[[0-9;?]*[A-Za-z]|[78])/g, '');

describe('lines', () => {
  test('a wide terminal shows every part, with room for longer numbers', () => {
    expect(epochLine(row, run, 3725, 200)).toBe(
      'epoch 3/160    train error 34.57%  loss 1.235  test error 41.20%  loss 1.500  top-5 error 12.30%  lr 0.01     lambda 0.0094   4052 images/s   12 s         ETA 1 h 02 min',
    );
  });

  test('the error is called that of held-out images if the run is evaluated on them', () => {
    const line = epochLine(row, { ...run, evaluationName: 'holdout' }, undefined, 200);
    expect(line).toContain('holdout error 41.20%');
    expect(line).not.toContain('test');
  });

  test('an epoch without evaluation has blanks in place of the test error', () => {
    const unevaluated = { ...row, testLoss: undefined, testError: undefined, testErrorTop5: undefined };
    const [line, other] = [unevaluated, row].map((each) => epochLine(each, run, undefined, 200));
    expect(line).not.toMatch(/test|top-5/);
    expect(line.indexOf('lr 0.01')).toBe(other.indexOf('lr 0.01'));
    expect(line.replaceAll(/ {2,}/g, '  ')).toBe(
      'epoch 3/160  train error 34.57%  loss 1.235  lr 0.01  lambda 0.0094  4052 images/s  12 s',
    );
  });

  test('lambda is shown only for losses that have one', () => {
    const without = metricsOf({ classes: 10, recordedScalars: [] });
    expect(epochLine({ ...row, lambda: 0 }, { epochs: 160, metrics: without }, 1, 200)).not.toContain('lambda');
  });

  test.each([60, 80, 100, 120, 160])('all lines of a run have the same parts at %d columns', (width) => {
    const words = (line: string): string =>
      (line.match(/(?:epoch|loss|\S+ error|lr|lambda|ETA)(?= \d)|images/g) ?? []).join();
    const first = words(epochLine({ ...row, lambda: 0.00031, learningRate: 0.1 }, run, 86_000, width - 1));
    for (const epoch of [9, 99, 159]) {
      const next = { ...row, epoch, seconds: 3000 / epoch, trainError: 9.5, imagesPerSecond: 99.6, lambda: 0.5 };
      expect(words(epochLine(next, run, 30_000 / epoch, width - 1))).toBe(first);
    }
    const last = words(epochLine({ ...row, epoch: 160, trainError: 0.01 }, run, undefined, width - 1));
    expect(last).toBe(first.replace(/,ETA$/, ''));
    if (width >= 100) expect(first).toContain('lambda');
  });

  test.each([20, 39, 40, 60, 79, 80, 120])('the lines fit %d columns and keep the most important parts', (width) => {
    const line = epochLine(row, run, 3725, width);
    expect(line.length).toBeLessThanOrEqual(width);
    expect(line).toContain('epoch 3/160');
    if (width >= 39) expect(line).toContain('test error 41.20%');
    const options = { ...stage(width), epochs: 160, batchesPerEpoch: 391 };
    const batch = { epoch: 160, batch: 391, trainLoss: 123.456, trainError: 100, imagesPerSecond: 12_345 };
    const bar = batchLine(batch, options, 86_400 * 3, width);
    expect(bar.length).toBeLessThanOrEqual(Math.max(width, 21));
    if (width >= 39) expect(bar).toContain('ETA 3 d 00 h');
  });

  test('the bar grows with the batches', () => {
    const options = { ...stage(80), epochs: 2, batchesPerEpoch: 10 };
    const lineAt = (batch: number): string =>
      batchLine({ epoch: 1, batch, trainLoss: 1, trainError: 50, imagesPerSecond: 900 }, options, 60, 79);
    const full = (line: string): number => line.split('=').length - 1;
    expect(full(lineAt(0))).toBe(0);
    expect(lineAt(10)).not.toMatch(/\[=* +\]/);
    expect(full(lineAt(5))).toBeGreaterThan(full(lineAt(2)));
    expect(lineAt(5)).toMatch(
      /^epoch 1\/2 {2}\[=+ +\] {2}5\/10 {2}loss 1\.000 {2}err 50\.0% {2}900 images\/s {2}ETA 1 min/,
    );
  });

  test('fitLine drops by rank and keeps the order', () => {
    const parts = [[2, 'bb'], [1, 'aaa'], [3, 'c']] as const; // prettier-ignore
    expect([20, 7, 6, 3, 2].map((width) => fitLine(parts, width))).toEqual(['bb  aaa  c', 'bb  aaa', 'aaa  c', 'aaa', 'bb']); // prettier-ignore
  });
});

describe('without a terminal', () => {
  test('prints one plain line per epoch and nothing per batch', () => {
    const { stream, time, clock, text } = stage(undefined);
    const progress = createProgress({ stream, clock, metrics, epochs: 5, batchesPerEpoch: 10, batchesBefore: 20 });
    for (let batch = 1; batch <= 10; batch++)
      progress.batch({ epoch: 3, batch, trainLoss: 1, trainError: 1, imagesPerSecond: 1 });
    expect(text()).toBe('');
    time.milliseconds = 30_000;
    progress.epoch(row);
    progress.print('stopping');
    progress.epoch({ ...row, epoch: 5 });
    progress.stop();
    const lines = text().split('\n');
    expect(lines).toHaveLength(4);
    // One epoch took 30 s, and two remain.
    expect(lines[0]).toMatch(/^epoch 3\/5 .* ETA 1 min 00 s$/);
    expect(lines[1]).toBe('stopping');
    expect(lines[2]).toMatch(/^epoch 5\/5 /);
    expect(lines[2]).not.toContain('ETA');
    expect(text()).toBe(visible(text()));
  });
});

describe('on a terminal', () => {
  test.each([40, 80, 160])(
    'draws a bar, prints lines for notes and epochs, and changes no terminal modes at %d columns',
    (columns) => {
      const { stream, time, clock, text } = stage(columns);
      const progress = createProgress({ stream, clock, metrics, epochs: 3, batchesPerEpoch: 4 });
      const state = { epoch: 3, trainLoss: 1.5, trainError: 60, imagesPerSecond: 1000 };
      progress.batch({ ...state, batch: 1 });
      time.milliseconds = 1000;
      progress.batch({ ...state, batch: 2 });
      progress.print('a note');
      progress.batch({ ...state, batch: 4 });
      progress.epoch(row);
      progress.stop();
      expect(visible(text())).toContain('epoch 3/3  ');
      expect(visible(text())).toContain('a note\n');
      for (const line of visible(text()).split(/[\n\r]/)) {
        // Redrawn lines follow each other here; each starts with the epoch.
        for (const painted of line.split(/(?=epoch |a note)/)) expect(painted.length).toBeLessThan(columns);
      }
      // The rest of a redraw on the next line is cleared before the note.
      // eslint-disable-next-line no-control-regex
      expect(text()).toMatch(/\u001b\[0Ja note\n/);
      // Modes such as a hidden cursor or no line wrap: a killed process could not undo them.
      expect(text()).not.toContain('\u001b[?');
    },
  );
});
