// The local executor: each cell runs as its own process, so a crash ends only that cell.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { reasonOf } from '../../common/errors.js';
import { stopSignals } from '../../common/stop-signals.js';
import { writeFailure } from '../../common/files.js';
import { runFolder } from '../../records/run-folder.js';
import type { CellEnd } from '../store/claim.js';
import type { StoredCell } from '../store/store.js';
import type { Executor } from './executor.js';
import { inSlots } from './in-slots.js';

interface LocalOptions {
  /** Maximum number of concurrent runs. */
  readonly jobs: number;
  /** The program and its first arguments: `node bin/isda.js`. */
  readonly command: readonly [string, ...string[]];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Number of usable cores of this machine. */
  readonly cores: number;
  /** GPUs in the notation of CUDA_VISIBLE_DEVICES; empty if there are none or none is wanted. */
  readonly gpus: readonly string[];
}

/** Path of the file for a run's stderr, which has its last error even if the run could not open its log. */
export const errorsPath = (folder: string): string => join(folder, 'errors.txt');

/**
 * Returns the environment of a concurrent run: its share of the cores as the number of TensorFlow threads, and one
 * GPU. A run on its own keeps the given environment, and variables set by the user have priority over the threads.
 */
export function shareOf(slot: number, options: Omit<LocalOptions, 'command' | 'workingDirectory'>) {
  const { jobs, environment, cores, gpus } = options;
  if (jobs === 1) return environment;
  const threads = String(Math.max(1, Math.floor(cores / jobs)));
  return {
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: threads,
    ...environment,
    ...(gpus.length === 0 ? {} : { CUDA_VISIBLE_DEVICES: gpus[slot % gpus.length] }),
  };
}

/** Exit codes of `isda train` after a signal: with a checkpoint (75), and immediately (130, 131). */
const stoppedCodes: readonly unknown[] = [75, 130, 131];

/** Returns the non-empty lines of a process without colours: with FORCE_COLOR they are coloured in files too. */
const linesOf = (stderr: string): readonly string[] =>
  stripVTControlCharacters(stderr)
    .split('\n')
    .filter((line) => line.trim() !== '');

/** Returns the last error that a process printed; undefined if there is none. */
const namedError = (stderr: string): string | undefined =>
  linesOf(stderr)
    .findLast((line) => line.startsWith('error: '))
    ?.slice('error: '.length);

/** Returns the reason of a failed process in one line: its own error, else `ended` with its last line, if any. */
export function failureReason(stderr: string, ended: string): string {
  const words = linesOf(stderr).at(-1)?.trim();
  return namedError(stderr) ?? (words === undefined ? ended : `${ended}: ${words}`);
}

/** Whether the run in a folder ended with an error that it printed; false if it was killed or never started. */
export async function endedWithError(folder: string): Promise<boolean> {
  return namedError(await readFile(errorsPath(folder), 'utf8').catch(() => '')) !== undefined;
}

/** The end of a process; `error` if it could not be started. */
interface ProcessEnd {
  readonly code?: number | null;
  readonly signal?: NodeJS.Signals | null;
  readonly error?: unknown;
}

/**
 * Returns how the run of a process ended. `stderr`: the stderr of the process. A run that was asked to stop and ends
 * with an error has failed, for example because its checkpoint could not be written.
 */
export function cellEnd({ code, signal, error }: ProcessEnd, stopAsked: boolean, stderr: string): CellEnd {
  if (code === 0) return { state: 'done' };
  if (error !== undefined) return { state: 'failed', reason: `its process did not start: ${reasonOf(error)}` };
  const stops = stoppedCodes.includes(code) || stopSignals.some((each) => each === signal);
  if (stops || (stopAsked && (signal || namedError(stderr) === undefined))) {
    return { state: 'stopped', reason: signal ? `ended by ${signal}` : 'asked to stop' };
  }
  const killed = signal === 'SIGKILL' ? 'killed (SIGKILL), perhaps out of memory' : `ended by ${signal}`;
  return { state: 'failed', reason: failureReason(stderr, signal ? killed : `exit code ${code}`) };
}

async function runCell(
  { folder }: StoredCell,
  stop: AbortSignal,
  environment: LocalOptions['environment'],
  { command: [program, ...words], workingDirectory }: LocalOptions,
): Promise<CellEnd> {
  const errors = errorsPath(folder);
  let stderr: number;
  try {
    stderr = openSync(errors, 'w');
  } catch (error) {
    throw writeFailure(errors, error);
  }
  try {
    const args = [...words, 'train', '--config', runFolder(folder).config, '--out', folder];
    // The process writes to the file itself, so that it can outlive this one.
    const child = spawn(program, args, {
      cwd: workingDirectory,
      env: environment,
      stdio: ['ignore', 'ignore', stderr],
    });
    // Ctrl-C reaches the process group: a second SIGINT would end the run without a checkpoint, SIGTERM does not.
    const ask = (): void => void child.kill('SIGTERM');
    if (stop.aborted) ask();
    stop.addEventListener('abort', ask, { once: true });
    const end = await new Promise<ProcessEnd>((resolve) => {
      child.once('error', (error) => resolve({ error }));
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    stop.removeEventListener('abort', ask);
    return cellEnd(end, stop.aborted, await readFile(errors, 'utf8').catch(() => ''));
  } finally {
    closeSync(stderr);
  }
}

/** Runs up to `jobs` cells at once as processes of this program. */
export function localExecutor(options: LocalOptions): Executor {
  return inSlots({
    slots: options.jobs,
    run: (cell, slot, stop) => runCell(cell, stop, shareOf(slot, options), options),
  });
}
