// The context of a run: what it needs from the process and its caller.
import type { DataPlaces } from '../data/registry.js';
import type { Engine, EngineRequest } from '../engine/index.js';
import type { Progress, RunLength } from '../training/progress.js';
import type { LoadingContext } from './loading.js';

export interface RunContext extends DataPlaces, LoadingContext {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Opens the engine with the device and the settings of a config's `training`. */
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
  /** Stream for printed lines. */
  readonly stream: NodeJS.WriteStream;
  /** Starts the progress display of a run. */
  readonly showProgress: (length: RunLength) => Progress;
  /** Returns the signal that requested a stop, if there was one. */
  readonly stopRequested: () => string | undefined;
  /** This program's version. */
  readonly version: string;
  /** Folder of this program's source, to record its git revision. */
  readonly sourceDirectory: string;
}

export interface RunOptions {
  /** The run folder. */
  readonly out: string;
  /** Whether to resume where an earlier process stopped; otherwise earlier checkpoints are deleted. */
  readonly resume: boolean;
  /** The config's file, absolute; absent if it was read from a pipe. */
  readonly configFile?: string | undefined;
  /** Whether the folder was given on the command line; otherwise it follows from the config's name. */
  readonly isNamed?: boolean;
}
