// Progress of downloads, scans and searches: a bar on a terminal, otherwise a line for every 10 %.
import type { Params, SingleBar } from 'cli-progress';
import { formatDuration } from '../../common/format.js';
import { createBar } from './bar.js';
import { barBehaviour } from './run-progress.js';

interface Wording {
  /** What is counted, after the total of a bar. */
  readonly unit: string;
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

const [longestBar, shortestBar] = [40, 6];

/** A line of at most `width` columns: bar, share of the total and time that is left, as far as they fit. */
function barLine({ progress, eta }: Params, total: string, width: number): string {
  const share = `${Math.floor(100 * progress)} %`;
  // The library's value is a word, or 0, until it knows.
  const left = Number(eta) === 0 && progress < 1 ? NaN : Number(eta);
  const long = `${share} of ${total}, ${formatDuration(left)} left`;
  const text = [long, `${share} of ${total}`].find(({ length }) => length <= width) ?? share;
  const room = Math.min(longestBar, width - text.length - 1);
  if (room < shortestBar) return text;
  return `${'■'.repeat(Math.round(room * progress)).padEnd(room)} ${text}`;
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
        const all = `${wording.amount(total)} ${wording.unit}`;
        const format = (_: unknown, params: Params): string => barLine(params, all, (stream.columns || 80) - 1);
        bar = createBar({ stream, format, ...barBehaviour, clearOnComplete: false });
        bar.start(total, done);
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
    unit: 'MB',
    amount: (bytes) => (bytes / 1e6).toFixed(1),
    line: (percent, done, total) => `${percent} % (${done} of ${total} MB)`,
  });
}

/** Progress of a search, in iterations. */
export function iterationProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return progressOn(stream, {
    unit: 'iterations',
    amount: String,
    line: (percent, done, total) => `${percent} % (${done} of ${total} iterations)`,
  });
}

/** Progress of a walk over images. */
export function imageProgress(stream: NodeJS.WriteStream): ProgressDisplay {
  return progressOn(stream, {
    unit: 'images',
    amount: String,
    line: (percent, done, total) => `${percent} % (${done} of ${total} images)`,
  });
}
