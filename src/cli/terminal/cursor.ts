// Terminals whose cursor cannot be moved: progress is printed as lines, as in a file.
import type { CommandContext } from '../context.js';

/** Returns a stream that does not claim to be a terminal, but keeps its number of columns. */
function plainStream(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (!stream.isTTY) return stream;
  const write = stream.write.bind(stream) as (...args: readonly unknown[]) => boolean;
  const columns = (): number => stream.columns || 80;
  return Object.create(stream, {
    isTTY: { value: false },
    columns: { get: columns },
    write: { value: write },
  }) as NodeJS.WriteStream;
}

/** Returns a context without progress bars if TERM is `dumb`. */
export const withoutDumbBars = (context: CommandContext): CommandContext =>
  context.environment['TERM'] === 'dumb'
    ? { ...context, stdout: plainStream(context.stdout), stderr: plainStream(context.stderr) }
    : context;
