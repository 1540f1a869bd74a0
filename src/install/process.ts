// Runs other programs: found on the given PATH, with the given environment.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Environment } from '../common/home.js';

export interface ProcessResult {
  readonly succeeded: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it ended, if not by itself with code 0. */
  readonly reason: string;
}

/** Returns the path of an executable program, or undefined. A name with a slash is used as a path. */
export function findProgram(name: string, environment: Environment): string | undefined {
  const places = name.includes('/')
    ? [isAbsolute(name) ? name : join(process.cwd(), name)]
    : (environment['PATH'] ?? '').split(delimiter).map((folder) => join(folder || '.', name));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return statSync(place).isFile();
    } catch {
      return false;
    }
  });
}

/** Runs a program to its end. Does not throw when it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  environment: Environment,
): Promise<ProcessResult> {
  // Imported on demand: most commands start no program.
  const { execa } = await import('execa');
  const result = await execa(program, args, {
    env: { ...environment },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    cleanup: true,
  });
  const reason = result.isTerminated ? `ended by ${result.signal}` : (result.code ?? `exit code ${result.exitCode}`);
  return { succeeded: !result.failed, stdout: result.stdout, stderr: result.stderr, reason };
}

/** What to do if the cache folder cannot be written. */
export const otherHomeHint =
  'ISDA_HOME sets another folder; the installation of the engine takes up to 1.2 GB (with CUDA 6.5 GB)';

/** Returns `otherHomeHint` if the output of a program says that the disk is full, else `hint`. */
export const hintFor = (output: string, hint: string): string =>
  /No space left on device|Disk quota exceeded/i.test(output) ? otherHomeHint : hint;

/** Returns the last non-empty lines of a program's output. */
export function lastLines(output: string, count: number): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-count).join('\n');
}
