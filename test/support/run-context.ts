// The context of a run inside the test's process: its engine and its captured output.
import { PassThrough } from 'node:stream';
import { createProgress } from '../../src/cli/terminal/run-progress.js';
import type { Engine } from '../../src/engine/index.js';
import type { RunContext } from '../../src/runs/run-context.js';

/** A context whose working directory is `folder`; `printed` returns the output so far. */
export function testRunContext(folder: string, engine: Engine, changes: Partial<RunContext> = {}) {
  let text = '';
  const through = new PassThrough();
  through.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const stream = through as unknown as NodeJS.WriteStream;
  const context: RunContext = {
    environment: {},
    workingDirectory: folder,
    openEngine: () => Promise.resolve(engine),
    stream,
    showProgress: (length) => createProgress({ stream, clock: Date.now, ...length }),
    now: Date.now,
    clock: () => performance.now(),
    cores: 1,
    stopRequested: () => undefined,
    version: '0.0.0-test',
    sourceDirectory: folder,
    ...changes,
  };
  return { context, printed: () => text };
}
