// The context of a run: what it needs from the process and its caller.
import type { DataPlaces } from '../data/registry.js';
import type { Engine, EngineRequest } from '../engine/index.js';
import type { Progress, RunLength } from '../training/progress.js';
import type { LoadingContext } from './loading.js';

export interface RunContext extends DataPlaces, LoadingContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Opens the engine on the device and with the settings that a config's `training` asks for. */
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
  /** Where lines are printed. */
  readonly stream: NodeJS.WriteStream;
  /** Shows the progress of a run on it. */
  readonly showProgress: (length: RunLength) => Progress;
  /** The signal that asks for an end, if one came. */
  readonly stopRequested: () => string | undefined;
  /** This program's version. */
  readonly version: string;
  /** Where this program lies, to record its git revision. */
  readonly sourceDirectory: string;
}

export interface RunOptions {
  /** The run folder. */
  readonly out: string;
  /** Whether to resume where an earlier process stopped; otherwise earlier checkpoints are deleted. */
  readonly resume: boolean;
  /** The config's file, absolute; absent where it came through a pipe. */
  readonly configFile?: string | undefined;
  /** Whether the command line names the folder, which otherwise follows from the config's name. */
  readonly isNamed?: boolean;
}
