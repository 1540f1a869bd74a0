// The environment of a command: streams, variables, clocks and signals, passed in so that commands can be tested.
import type { Command } from 'commander';

export interface CommandContext {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** The environment of the process; the engine reads it and adds to it. */
  readonly environment: Record<string, string | undefined>;
  readonly workingDirectory: string;
  /** Milliseconds since the Unix epoch, by the system clock. */
  readonly now: () => number;
  /** Milliseconds of a monotonic clock, for durations. */
  readonly clock: () => number;
  /** Calls `listener` for each signal that requests a stop, in place of the default action; returns the undo. */
  readonly onSignal: (listener: (signal: string) => void) => () => void;
  /** How the program was called, such as `node bin/isda.js`, for commands in messages; default: `isda`. */
  readonly programName?: string;
  /** Returns the text of a config that comes through a pipe, which is read once. */
  readonly readPipe?: (path: string) => string;
  /** Ends the process immediately. */
  readonly exit: (code: number) => never;
}

/** Adds a command to the program; every file of a command exports one such function. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
