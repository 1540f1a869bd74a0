// What a person sees of a generator's training: a bar on a terminal, a line every so many iterations anywhere.
import { SingleBar } from 'cli-progress';
import { fitLine } from '../../common/fit-line.js';
import { formatDuration } from '../../common/format.js';
import type { GanLength, GanProgress } from '../../runs/gan/progress.js';
import { barBehaviour } from './run-progress.js';

export interface GanProgressOptions extends GanLength {
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const digits = (value: number): string => value.toFixed(Math.abs(value) < 1 ? 4 : 3);

/** Displays the progress of a run. The time that is left comes from this process's iterations so far. */
export function createGanProgress({ stream, now, iterations, before }: GanProgressOptions): GanProgress {
  const started = now();
  let done = before;
  let losses: Readonly<Record<string, number>> = {};
  let bar: SingleBar | undefined;
  const text = (width: number): string => {
    const seconds = (now() - started) / 1000 / (done - before);
    const left = iterations - done;
    return fitLine(
      [
        [1, `iteration ${done}/${iterations}`],
        [3, `discriminator ${digits(losses['discriminatorLoss'] ?? NaN)}`],
        [4, `generator ${digits(losses['generatorLoss'] ?? NaN)}`],
        [5, `${seconds.toFixed(2)} s an iteration`],
        ...(left > 0 ? [[2, `ETA ${formatDuration(seconds * left)}`] as const] : []),
      ],
      width,
    );
  };
  const width = (): number => (stream.isTTY ? (stream.columns || 80) - 1 : Infinity);
  const clear = (): void => {
    bar?.stop();
    bar = undefined;
  };
  const start = (): SingleBar => {
    const created = new SingleBar({ stream, format: () => text(width()), ...barBehaviour });
    created.start(iterations, done);
    return created;
  };
  return {
    iteration(next, found) {
      [done, losses] = [next, found];
      if (!stream.isTTY) return;
      bar ??= start();
      bar.update(done);
    },
    line() {
      clear();
      stream.write(`${text(width())}\n`);
    },
    note(line) {
      clear();
      stream.write(`${line}\n`);
    },
    stop: clear,
  };
}
