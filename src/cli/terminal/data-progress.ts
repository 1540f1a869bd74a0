// Progress of downloads, scans and searches: a bar on a terminal, otherwise a line for every 10 %.
import { Presets, type SingleBar } from 'cli-progress';
import { createBar } from './bar.js';

interface Wording {
  /** The text after a bar; `{amount}` is replaced by the result of `amount`. */
  readonly bar: string;
  readonly amount: (value: number) => string;
  /** The line printed without a terminal. */
  readonly line: (percent: number, done: string, total: string) => string;
}

interface ProgressDisplay {
  /** If `total` is undefined (unknown), nothing is shown. */
  readonly update: (done: number, total: number | undefined) => void;
  /** Prints a line without damaging the bar. */
  readonly print: (text: string) => void;
  /** Removes the bar; must be called before anything else is printed. */
  readonly stop: () => void;
}

function progressOn(stream: NodeJS.WriteStream, wording: Wording): ProgressDisplay {
  const write = (text: string): void => void stream.write(`${text}\n`);
  if (!stream.isTTY) {
    let tenth = 0;
    return {
      update: (done, total) => {
        if (total === undefined || total === 0) return;
        const now = Math.floor((10 * done) / total);
        if (now < tenth) tenth = 0;
        if (now === tenth) return;
        tenth = now;
        write(wording.line(now * 10, wording.amount(done), wording.amount(total)));
      },
      print: write,
      stop: () => undefined,
    };
  }
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    update: (done, total) => {
      if (total === undefined) return;
      if (bar === undefined) {
        bar = createBar(
          { stream, format: `{bar} {percentage} % of ${wording.bar}, {eta_formatted} left` },
          Presets.rect,
        );
        bar.start(total, done, { amount: wording.amount(total) });
      }
      bar.update(done);
    },
    print: (text) => {
      stop();
      write(text);
    },
    stop,
  };
}

/** Progress of one transfer, in bytes. */
export function byteProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return progressOn(stream, {
    bar: '{amount} MB',
    amount: (bytes) => (bytes / 1e6).toFixed(1),
    line: (percent, done, total) => `${percent} % (${done} of ${total} MB)`,
  });
}

/** Progress of a search, in iterations. */
export function iterationProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return progressOn(stream, {
    bar: '{amount} iterations',
    amount: String,
    line: (percent, done, total) => `${percent} % (${done} of ${total} iterations)`,
  });
}

/** Progress of a walk over images. */
export function imageProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return progressOn(stream, {
    bar: '{amount} images',
    amount: String,
    line: (percent, done, total) => `${percent} % (${done} of ${total} images)`,
  });
}
