// Estimates the remaining time of a run from the batches and ends of epochs in this process.

interface TimeLeft {
  /** Call after each batch. `done`: number of batches over all epochs. */
  readonly batch: (done: number) => void;
  /** Call after the evaluation of an epoch. */
  readonly epoch: (done: number) => void;
  /** Returns the seconds to the end of the run; NaN if unknown. */
  readonly seconds: () => number;
}

interface TimeLeftOptions {
  readonly epochs: number;
  readonly batchesPerEpoch: number;
  /** Batches done by an earlier process, over all epochs. */
  readonly batchesBefore: number;
  /** Milliseconds. */
  readonly clock: () => number;
}

const mean = (total: number, count: number): number => (count === 0 ? NaN : total / count);

/**
 * Batches and ends of epochs (evaluation, checkpoint) are timed apart, so that the estimate is right wherever in an
 * epoch the process began. What this process does for the first time is not representative: graphs are built in it.
 */
export function timeLeft({ epochs, batchesPerEpoch, batchesBefore, clock }: TimeLeftOptions): TimeLeft {
  const started = clock();
  let done = batchesBefore;
  /** The last batch of the current epoch so far. */
  let last: { readonly time: number; readonly done: number } | undefined;
  const batches = { count: 0, milliseconds: 0 };
  const ends: number[] = [];

  const perBatch = (): number => {
    const measured = mean(batches.milliseconds, batches.count);
    if (!Number.isNaN(measured)) return measured;
    const own = ends.reduce((sum, end) => sum + end, 0);
    return done === batchesBefore ? NaN : Math.max(0, clock() - started - own) / (done - batchesBefore);
  };
  return {
    batch(next) {
      const time = clock();
      if (last !== undefined) {
        batches.count += next - last.done;
        batches.milliseconds += time - last.time;
      }
      done = next;
      last = { time, done };
    },
    epoch(next) {
      if (last !== undefined) ends.push(clock() - last.time);
      done = next;
      last = undefined;
    },
    seconds() {
      const [first = 0, ...later] = ends;
      const perEnd =
        later.length === 0
          ? first
          : mean(
              later.reduce((sum, end) => sum + end, 0),
              later.length,
            );
      const batchesLeft = epochs * batchesPerEpoch - done;
      // The end of the current epoch is still to come.
      const endsLeft = Math.ceil(batchesLeft / batchesPerEpoch);
      return (perBatch() * batchesLeft + perEnd * endsLeft) / 1000;
    },
  };
}
