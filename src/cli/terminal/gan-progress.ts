// Progress display of a generator's training: a bar on a terminal, a line every so many iterations anywhere.
import type { SingleBar } from 'cli-progress';
import { fitLine } from '../../common/fit-line.js';
import { formatDuration } from '../../common/format.js';
import type { GanLength, GanProgress } from '../../runs/gan/progress.js';
import { createBar } from './bar.js';
import { barBehaviour, endBar } from './run-progress.js';

interface GanProgressOptions extends GanLength {
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds. */
  readonly clock: () => number;
}

const digits = (value: number): string => value.toFixed(Math.abs(value) < 1 ? 4 : 3);

/** Maximum interval between lines without a terminal. */
const lineMilliseconds = 30_000;

/**
 * Displays the progress of a run, from its start. The time that is left comes from this process's iterations so far,
 * but for the first, in which graphs are built.
 */
export function createGanProgress({ stream, clock, iterations, before, log }: GanProgressOptions): GanProgress {
  const started = clock();
  let done = before;
  let losses: Readonly<Record<string, number>> = {};
  let first: { readonly time: number; readonly done: number } | undefined;
  let lastLine: { readonly time: number; readonly done: number } | undefined;
  let bar: SingleBar | undefined;
  const secondsEach = (): number => {
    const since = first === undefined || first.done === done ? { time: started, done: before } : first;
    return (clock() - since.time) / 1000 / (done - since.done);
  };
  const text = (width: number): string => {
    const left = iterations - done;
    const count = [1, `iteration ${done}/${iterations}`] as const;
    if (done === before) return fitLine([count], width);
    const seconds = secondsEach();
    return fitLine(
      [
        count,
        [3, `discriminator ${digits(losses['discriminatorLoss'] ?? NaN)}`],
        [4, `generator ${digits(losses['generatorLoss'] ?? NaN)}`],
        [5, `${seconds.toFixed(2)} s per iteration`],
        ...(left > 0 ? [[2, `ETA ${formatDuration(seconds * left)}`] as const] : []),
      ],
      width,
    );
  };
  const width = (): number => (stream.isTTY ? (stream.columns || 80) - 1 : Infinity);
  const clear = (): void => {
    endBar(bar, stream);
    bar = undefined;
  };
  const start = (): SingleBar => {
    const created = createBar({ stream, format: () => text(width()), ...barBehaviour });
    created.start(iterations, done);
    return created;
  };
  const line = (): void => {
    clear();
    stream.write(`${text(width())}\n`);
    log(text(Infinity));
    lastLine = { time: clock(), done };
  };
  if (stream.isTTY && before < iterations) bar = start();
  return {
    iteration(next, found) {
      [done, losses] = [next, found];
      first ??= { time: clock(), done };
      if (stream.isTTY) {
        bar ??= start();
        bar.update(done);
      } else if (lastLine === undefined || clock() - lastLine.time >= lineMilliseconds) line();
    },
    line() {
      if (lastLine?.done !== done) line();
    },
    print(words) {
      clear();
      stream.write(`${words}\n`);
    },
    stop: clear,
  };
}
