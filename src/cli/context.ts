// What a command may touch of the outside world, handed in so that commands can be tested.
import type { Command } from 'commander';

export interface CommandContext {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** The process's own environment: the engine reads and completes it. */
  readonly environment: Record<string, string | undefined>;
  readonly workingDirectory: string;
  /** Milliseconds since the epoch, as the machine's time is set. */
  readonly now: () => number;
  /** Milliseconds since some fixed moment. It never goes back, and no setting of the time moves it: for durations. */
  readonly clock: () => number;
  /** Calls back with each signal that asks for a stop instead of letting it end the process; returns the undo. */
  readonly onSignal: (listener: (signal: string) => void) => () => void;
  /** How the program was called, as in `node bin/isda.js`, for the commands that errors suggest; default: `isda`. */
  readonly programName?: string;
  /** The text of a pipe that is a config, read once. */
  readonly readPipe?: (path: string) => string;
  /** Ends the process at once. */
  readonly exit: (code: number) => never;
}

/** Adds one command to the program; each file of this folder that is a command exports one. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
