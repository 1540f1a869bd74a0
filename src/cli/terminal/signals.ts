// Signal handling: the first signal asks for a checkpoint, a second interrupt exits at once.
import { constants } from 'node:os';
import type { CommandContext } from '../context.js';

export interface SignalWatch {
  /** The first signal that came, if one did. */
  readonly requested: () => string | undefined;
  /** Aborted by the first signal. */
  readonly aborted: AbortSignal;
  /** Lets signals end the process again. */
  readonly stop: () => void;
}

/** Watches signals; whoever asks for `requested` or listens to `aborted` stops and says so. */
export function watchSignals(context: CommandContext): SignalWatch {
  let first: string | undefined;
  const controller = new AbortController();
  const stop = context.onSignal((signal) => {
    // Ctrl-C or Ctrl-\ once more.
    if (first !== undefined && (signal === 'SIGINT' || signal === 'SIGQUIT')) {
      context.stderr.write('\n');
      context.exit(128 + constants.signals[signal]);
    }
    first ??= signal;
    controller.abort();
  });
  return { requested: () => first, aborted: controller.signal, stop };
}
