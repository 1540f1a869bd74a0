import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { byteProgress } from '../../../src/cli/terminal/data-progress.js';

function streamOf(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), {
    isTTY,
    columns: 80,
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
});
