import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { byteProgress } from '../../../src/cli/terminal/data-progress.js';

function streamOf(isTTY: boolean, columns = 80) {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns,
    cursorTo() {},
    clearLine() {},
    moveCursor() {},
  });
  const text = (): string => String((stream.read() as Buffer | null) ?? '');
  return { stream: stream as unknown as NodeJS.WriteStream, text };
}

describe('byteProgress', () => {
  it('writes a line for every tenth if there is no terminal', () => {
    const { stream, text } = streamOf(false);
    const progress = byteProgress(stream);
    for (let received = 0; received <= 2_000_000; received += 10_000) progress.update(received, 2_000_000);
    progress.print('note');
    progress.stop();
    const lines = text().split('\n');
    expect(lines).toHaveLength(12);
    expect(lines.slice(0, 2)).toEqual(['10 % (0.2 of 2.0 MB)', '20 % (0.4 of 2.0 MB)']);
    expect(lines.slice(9)).toEqual(['100 % (2.0 of 2.0 MB)', 'note', '']);
  });

  it('writes nothing if the length is unknown', () => {
    const { stream, text } = streamOf(false);
    byteProgress(stream).update(5, undefined);
    expect(text()).toBe('');
  });

  it('draws a bar on a terminal', () => {
    const { stream, text } = streamOf(true);
    const progress = byteProgress(stream);
    progress.update(500_000, 1_000_000);
    progress.stop();
    expect(stripVTControlCharacters(text())).toContain('50 % of 1.0 MB');
  });

  it('does not change the modes of the terminal, which a process that is killed would leave so', () => {
    const { stream, text } = streamOf(true);
    const progress = byteProgress(stream);
    progress.update(500_000, 1_000_000);
    expect(text()).not.toContain('\u001b[?');
    progress.stop();
  });

  it.each([12, 25, 40, 80])('fits a bar and what there is room for into %i columns', (columns) => {
    const { stream, text } = streamOf(true, columns);
    const progress = byteProgress(stream);
    progress.update(500_000, 1_000_000);
    const shown = stripVTControlCharacters(text().replaceAll('\u001b7', ''));
    progress.stop();
    expect(shown.length).toBeLessThan(columns);
    expect(shown).toMatch(/^\u25a0*( +|^)50 %( of 1\.0 MB(, .+ left)?)?$/);
  });
});
