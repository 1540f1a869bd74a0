// Shows how far a download is: a bar on a terminal, a line for every tenth otherwise.
import { Presets, SingleBar } from 'cli-progress';

export interface ByteProgress {
  readonly onBytes: (received: number, total: number | undefined) => void;
  /** Prints a line above or after what is shown. */
  readonly note: (text: string) => void;
  /** Ends the bar; must be called before anything else is printed. */
  readonly stop: () => void;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Progress of one transfer on `stream`. */
export function byteProgress(stream: NodeJS.WriteStream): ByteProgress {
  const write = (text: string): void => void stream.write(`${text}\n`);
  if (!stream.isTTY) {
    let tenth = 0;
    return {
      onBytes: (received, total) => {
        if (total === undefined || total === 0) return;
        const now = Math.floor((10 * received) / total);
        if (now < tenth) tenth = 0;
        if (now === tenth) return;
        tenth = now;
        write(`${now * 10} % (${megabytes(received)} of ${megabytes(total)} MB)`);
      },
      note: write,
      stop: () => undefined,
    };
  }
  let bar: SingleBar | undefined;
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    onBytes: (received, total) => {
      if (total === undefined) return;
      if (bar === undefined) {
        bar = new SingleBar(
          { stream, format: '{bar} {percentage} % of {size} MB, {eta_formatted} left' },
          Presets.rect,
        );
        bar.start(total, received, { size: megabytes(total) });
      }
      bar.update(received);
    },
    note: (text) => {
      stop();
      write(text);
    },
    stop,
  };
}
