// Runs command lines as users do: as processes of bin/isda.js, which needs `npm run build`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type ResultPromise } from 'execa';

const root = fileURLToPath(new URL('../../', import.meta.url));
const program = join(root, 'bin', 'isda.js');

/** The arguments of Node.js before a command line. */
export const isdaCommand: readonly string[] = [program];

/** Starts a program without root's privilege to read and write what the permissions forbid; it may be missing. */
export const asUser: readonly [string, ...string[]] =
  process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'] : ['env'];

const options = { reject: false, all: true, stdin: 'ignore', timeout: 540_000, killSignal: 'SIGKILL' } as const;
export type IsdaProcess = ResultPromise<typeof options>;
export type IsdaOutcome = Awaited<IsdaProcess>;

/**
 * Starts a command line in a folder. `environment` is added to that of this process; undefined removes a variable. The
 * process is killed after `timeout` milliseconds.
 */
export function startIsda(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
  timeout: number = options.timeout,
): IsdaProcess {
  if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) {
    throw new Error('dist/ is missing: run `npm test`, or `npm run build` first');
  }
  const env = { ISDA_DATA: undefined, ISDA_PROGRAM: 'isda', ...environment };
  return execa(process.execPath, [program, ...args], { ...options, timeout, cwd: folder, env });
}

/** Runs a command line to its end, successful or not, and returns the outcome. */
export async function runIsda(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = {},
): Promise<IsdaOutcome> {
  return await startIsda(folder, args, environment);
}

/** Resolves to true once a process has printed `count` matching lines, to false if it ended before. */
export function printed(child: IsdaProcess, pattern: RegExp, times = 1): Promise<boolean> {
  let text = '';
  return new Promise((resolve) => {
    child.all.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.split('\n').filter((line) => pattern.test(line)).length >= times) resolve(true);
    });
    child.all.on('end', () => resolve(false));
  });
}
