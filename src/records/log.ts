// log.txt: all printed lines of a run with times.
import { appendFileSync, closeSync, openSync, readSync, fstatSync } from 'node:fs';
import { writeFailureWithSpaceNow } from '../common/files.js';

interface RunLog {
  /** Appends a message with the time on each line, and returns once it is in the file. */
  readonly write: (message: string) => void;
  close(): void;
}

function endsInsideLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

/**
 * Opens a log for appending; a line that a crash tore is ended first. `now`: milliseconds since the epoch.
 * Writing is synchronous, so that the last words before a crash are kept. Errors: `cannot write X: reason`.
 */
export function openLog(path: string, now: () => number): RunLog {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw writeFailureWithSpaceNow(path, error);
    }
  };
  const file = attempt(() => openSync(path, 'a+'));
  if (endsInsideLine(file)) attempt(() => appendFileSync(file, '\n'));
  let open = true;
  return {
    write: (message) => {
      const time = new Date(now()).toISOString();
      const lines = message.replace(/\r?\n$/, '').split(/\r?\n/);
      attempt(() => appendFileSync(file, lines.map((line) => `${time} ${line}\n`).join('')));
    },
    close: () => {
      if (open) closeSync(file);
      open = false;
    },
  };
}
