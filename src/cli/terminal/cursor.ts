// Terminals whose cursor cannot be moved: progress there is lines, as in a file.
import type { CommandContext } from '../context.js';

/** The same stream, said to be no terminal, though it has the columns of one. */
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

/** A context in which no bar is drawn where TERM=dumb says that none can be. */
export const withoutDumbBars = (context: CommandContext): CommandContext =>
  context.environment['TERM'] === 'dumb'
    ? { ...context, stdout: plainStream(context.stdout), stderr: plainStream(context.stderr) }
    : context;
