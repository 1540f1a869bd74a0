// Runs command lines inside the test's process and captures their output.
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line, passes its output on and returns its exit code. `terminal`: the terminal that it prints to. */
async function runMain(
  folder: string,
  args: readonly string[],
  environment: Record<string, string | undefined>,
  print: (name: 'stdout' | 'stderr', text: string) => void,
  terminal: object = {},
): Promise<number> {
  const stream = (name: 'stdout' | 'stderr'): NodeJS.WriteStream => {
    const through = new PassThrough();
    through.on('data', (chunk: Buffer) => print(name, chunk.toString()));
    return Object.assign(through, terminal) as unknown as NodeJS.WriteStream;
  };
  return await main(args, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    environment,
    workingDirectory: folder,
    now: Date.now,
    clock: () => performance.now(),
    onSignal: () => () => undefined,
    exit: (code) => {
      throw new Error(`the command line ended the process with exit code ${code}`);
    },
  });
}

/** The place of these tests' engine: a process cannot load a second one. */
const engineVariables = Object.fromEntries(
  ['ISDA_HOME', 'ISDA_LIBTENSORFLOW', 'ISDA_BUILD'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

/** Runs a command line in a folder; returns exit code and output. `columns`: of the terminal that it prints to. */
export async function runCli(
  folder: string,
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  columns?: number,
): Promise<Outcome> {
  const streams = { stdout: '', stderr: '' };
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const print = (name: 'stdout' | 'stderr', text: string): void => void (streams[name] += text);
  const code = await runMain(folder, args, { ...engineVariables, ...environment }, print, terminal);
  return { code, ...streams };
}

/** The process's environment, which TensorFlow reads, without the folder of official data. */
const here = new Proxy(process.env, {
  get: (all, name: string) => (name === 'ISDA_DATA' ? undefined : all[name]),
  set(all, name: string, value: string) {
    all[name] = value;
    return true;
  },
});

/**
 * Runs a command line as `runIsda` does, but inside the test's process, where the program and TensorFlow are already
 * loaded: for tests that do not need a separate process.
 */
export async function runHere(folder: string, args: readonly string[]) {
  const printed = { stdout: '', stderr: '', all: '' };
  const exitCode = await runMain(folder, args, here, (name, text) => {
    printed[name] += text;
    printed.all += text;
  });
  const withoutLast = (text: string): string => text.replace(/\n$/, '');
  const [stdout, stderr, all] = [printed.stdout, printed.stderr, printed.all].map(withoutLast);
  return { exitCode, stdout, stderr, all };
}
