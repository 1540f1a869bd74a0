// Signal handling: the first signal requests a checkpoint, a second interrupt exits immediately.
import { constants } from 'node:os';
import type { CommandContext } from '../context.js';

export interface SignalWatch {
  /** Returns the first signal received, if any. */
  readonly requested: () => string | undefined;
  /** Aborted by the first signal. */
  readonly aborted: AbortSignal;
  /** Restores the default action of the signals. */
  readonly stop: () => void;
}

/** Watches signals; the work checks `requested` or listens to `aborted`, and stops. */
export function watchSignals(context: CommandContext): SignalWatch {
  let first: string | undefined;
  const controller = new AbortController();
  const stop = context.onSignal((signal) => {
    // A second Ctrl-C or Ctrl-\.
    if (first !== undefined && (signal === 'SIGINT' || signal === 'SIGQUIT')) {
      context.stderr.write('\n');
      context.exit(128 + constants.signals[signal]);
    }
    first ??= signal;
    controller.abort();
  });
  return { requested: () => first, aborted: controller.signal, stop };
}
