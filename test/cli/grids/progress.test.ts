// The progress of a grid: its line of counts, the line at the end of a run, and the final text on a terminal.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { endLine, gridProgress, statusLine } from '../../../src/cli/grids/progress.js';
import { someCell, someSummary } from '../../support/cells.js';
import { until } from '../../support/until.js';

describe('progress of a grid', () => {
  const counts = { cells: 9, done: 3, failed: 1, left: 4000, running: [{ name: 'x-seed1', epoch: 5, epochs: 60 }] };

  it('statusLine leaves out the least important parts on a narrow terminal', () => {
    expect(statusLine(counts, 80)).toBe('3 of 9 done  1 failed  4 to go  1 h 07 min left  x-seed1 5/60');
    expect(statusLine(counts, 45)).toBe('3 of 9 done  1 failed  1 h 07 min left');
    expect(statusLine({ ...counts, failed: 0, left: undefined }, 30)).toBe('3 of 9 done  5 to go');
  });

  const cell = { ...someCell('a'), name: 'a-seed1', folder: '/nowhere' };
  it('endLine reports how a run ended', () => {
    expect(endLine({ cell, end: { state: 'done' }, summary: someSummary(6.234) })).toBe(
      'done    a-seed1  6.23 % (mean of 2 epochs)  2.0 s',
    );
    expect(endLine({ cell, end: { state: 'failed', reason: 'no data' } })).toBe('failed  a-seed1: no data');
  });

  it('only the lines remain on a terminal', async () => {
    const through = new PassThrough();
    const stream = Object.assign(through, { isTTY: true, columns: 60 }) as unknown as NodeJS.WriteStream;
    let text = '';
    through.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const { events, stop } = gridProgress({ stream, clock: Date.now, everyMilliseconds: 5 });
    events.planned([cell]);
    events.started(cell);
    await until(() => text.includes('a-seed1 0/2'));
    expect(text).toMatch(/^grid {4}1 run\nstart {3}a-seed1\n0 of 1 done {2}a-seed1 0\/2/);
    events.ended({ cell, end: { state: 'failed', reason: 'no data' } });
    stop();
    const length = text.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(text.length).toBe(length);
    // Cleared text is not visible to a reader.
    // eslint-disable-next-line no-control-regex
    expect(text.replaceAll(/[^\n]*\u001b\[2K\u001b\[1G/g, '')).toBe(
      'grid    1 run\nstart   a-seed1\nfailed  a-seed1: no data\n',
    );
  });
});
