// What a command may touch of the outside world, handed in so that commands can be tested.
import type { Command } from 'commander';

export interface CommandContext {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Adds one command to the program; each file of this folder that is a command exports one. */
export type RegisterCommand = (program: Command, context: CommandContext) => void;
