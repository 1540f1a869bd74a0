// Colours of the words that begin lines (`error:`, `warning:`), on terminals that have colours and where FORCE_COLOR
// asks for them.
import { WriteStream } from 'node:tty';
import type { CommandContext } from '../context.js';

/** ANSI codes by word. */
const styles = { error: '1;31', stopped: '1;33', warning: '33', hint: '36', done: '32', failed: '31' } as const;

const firstWord = /^( *)(error|stopped|warning|hint|done|failed)(?=[: ])/gm;

/** Colours the first words of the lines of a text. */
export const coloured = (text: string): string =>
  text.replaceAll(
    firstWord,
    (_, indent: string, word: keyof typeof styles) => `${indent}\u001b[${styles[word]}m${word}\u001b[0m`,
  );

/** Required colour depth, in bits. */
const sixteenColours = 4;

/** Whether words are coloured on a stream: on a terminal with colours, or always with `FORCE_COLOR`. */
function hasColours(stream: NodeJS.WriteStream, environment: CommandContext['environment']): boolean {
  const { FORCE_COLOR, NO_COLOR } = environment;
  const terminal = stream as Partial<NodeJS.WriteStream>;
  // Node.js handles terminals, TERM=dumb and the values of both variables. Files and pipes lack the method.
  if (FORCE_COLOR !== undefined) {
    // FORCE_COLOR takes precedence, and Node.js would warn about the other.
    return WriteStream.prototype.getColorDepth.call(stream, { ...environment, NO_COLOR: undefined }) >= sixteenColours;
  }
  if (terminal.isTTY !== true || terminal.getColorDepth === undefined) return false;
  // An empty NO_COLOR has no effect (no-color.org).
  return terminal.getColorDepth({ ...environment, NO_COLOR: NO_COLOR || undefined }) >= sixteenColours;
}

/** Returns a stream that colours the first words of lines, or the stream itself if it has no colours. */
function colouredStream(stream: NodeJS.WriteStream, environment: CommandContext['environment']): NodeJS.WriteStream {
  if (!hasColours(stream, environment)) return stream;
  const write = stream.write.bind(stream) as (...args: readonly unknown[]) => boolean;
  const painted = (chunk: unknown, ...more: readonly unknown[]): boolean =>
    write(typeof chunk === 'string' ? coloured(chunk) : chunk, ...more);
  return Object.create(stream, { write: { value: painted } }) as NodeJS.WriteStream;
}

/** Returns a context whose streams colour errors and warnings. */
export const withColours = (context: CommandContext): CommandContext => ({
  ...context,
  stdout: colouredStream(context.stdout, context.environment),
  stderr: colouredStream(context.stderr, context.environment),
});
