// The lines of a generator's training: piped and on a terminal, wide and narrow.
import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { createGanProgress } from '../../../src/cli/terminal/gan-progress.js';

function display(columns?: number) {
  let text = '';
  const through = new PassThrough();
  through.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const stream = Object.assign(through, columns === undefined ? {} : { isTTY: true, columns }) as unknown;
  let time = 0;
  const progress = createGanProgress({
    stream: stream as NodeJS.WriteStream,
    now: () => time,
    iterations: 100,
    before: 10,
  });
  return { progress, pass: (milliseconds: number) => (time += milliseconds), text: () => text };
}

const losses = { discriminatorLoss: -0.01234, generatorLoss: 12.3456 };

it('prints a line where it is asked to; the time that is left comes from this process', () => {
  const { progress, pass, text } = display();
  pass(5000);
  progress.iteration(20, losses);
  expect(text()).toBe('');
  progress.line();
  pass(40_000);
  progress.iteration(100, losses);
  progress.line();
  expect(text().split('\n')).toEqual([
    'iteration 20/100  discriminator -0.0123  generator 12.346  0.50 s an iteration  ETA 40 s',
    'iteration 100/100  discriminator -0.0123  generator 12.346  0.50 s an iteration',
    '',
  ]);
});

it('leaves out the least important numbers on a narrow terminal', () => {
  const { progress, pass, text } = display(30);
  pass(5000);
  progress.iteration(20, losses);
  progress.line();
  // What the bar draws and clears again is parted from the line by control sequences.
  const lines = text()
    .split('\u001b')
    .flatMap((part) => part.replace(/^\[[\d;?]*[A-Za-z]/, '').split(/[\r\n]+/));
  expect(lines).toContain('iteration 20/100  ETA 40 s');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(30);
});
