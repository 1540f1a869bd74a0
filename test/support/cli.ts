// Command lines run inside the test's process, with their output captured.
import { PassThrough } from 'node:stream';
import { main } from '../../src/cli/main.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in a folder; its exit code and what it printed. `columns`: of a terminal that it prints to. */
export async function runCli(
  folder: string,
  args: readonly string[],
  environment: Record<string, string | undefined> = {},
  columns?: number,
): Promise<Outcome> {
  const streams = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): NodeJS.WriteStream => {
    const through = new PassThrough();
    through.on('data', (chunk: Buffer) => (streams[name] += chunk.toString()));
    if (columns !== undefined) Object.assign(through, { isTTY: true, columns });
    return through as unknown as NodeJS.WriteStream;
  };
  const code = await main(args, {
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
  return { code, ...streams };
}
