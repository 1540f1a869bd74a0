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
  const kept: string[] = [];
  const progress = createGanProgress({
    stream: stream as NodeJS.WriteStream,
    clock: () => time,
    iterations: 100,
    before: 10,
    log: (line) => void kept.push(line),
  });
  return { progress, pass: (milliseconds: number) => (time += milliseconds), text: () => text, kept };
}

const losses = { discriminatorLoss: -0.01234, generatorLoss: 12.3456 };

it('prints a line at the start, on request and every 30 s; the estimate leaves out the first iteration', () => {
  const { progress, pass, text, kept } = display();
  pass(5000);
  progress.iteration(11, losses);
  progress.line();
  for (let done = 12; done <= 100; done++) {
    pass(500);
    progress.iteration(done, losses);
  }
  progress.line();
  const numbers = 'discriminator -0.0123  generator 12.346';
  expect(text().split('\n')).toEqual([
    `iteration 11/100  ${numbers}  5.00 s per iteration  ETA 7 min 25 s`,
    `iteration 71/100  ${numbers}  0.50 s per iteration  ETA 15 s`,
    `iteration 100/100  ${numbers}  0.50 s per iteration`,
    '',
  ]);
  expect(`${kept.join('\n')}\n`).toBe(text());
});

it('shows the bar before the first iteration ends', () => {
  const { progress, text } = display(60);
  expect(text()).toContain('iteration 10/100');
  progress.stop();
});

it('leaves out the least important numbers on a narrow terminal', () => {
  const { progress, pass, text } = display(30);
  pass(5000);
  progress.iteration(20, losses);
  progress.line();
  // Control sequences separate the line from the bar that was drawn and cleared.
  const lines = text()
    .split('\u001b')
    .flatMap((part) => part.replace(/^\[[\d;?]*[A-Za-z]/, '').split(/[\r\n]+/));
  expect(lines).toContain('iteration 20/100  ETA 40 s');
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(30);
});
