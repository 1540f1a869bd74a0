// Colours of the words that begin lines (`error:`, `warning:`), on terminals that have colours and where FORCE_COLOR
// asks for them.
import { WriteStream } from 'node:tty';
import type { CommandContext } from '../context.js';

/** ANSI codes of the words. */
const styles = { error: '1;31', stopped: '1;33', warning: '33', hint: '36', done: '32', failed: '31' } as const;

const firstWord = /^( *)(error|stopped|warning|hint|done|failed)(?=[: ])/gm;

/** A text with the words that begin its lines in colour. */
export const coloured = (text: string): string =>
  text.replaceAll(
    firstWord,
    (_, indent: string, word: keyof typeof styles) => `${indent}\u001b[${styles[word]}m${word}\u001b[0m`,
  );

/** Bits of colour that the words need. */
const sixteenColours = 4;

/** Whether words are coloured on a stream: on a terminal that has colours, or anywhere with `FORCE_COLOR`. */
function hasColours(stream: NodeJS.WriteStream, environment: CommandContext['environment']): boolean {
  const { FORCE_COLOR, NO_COLOR } = environment;
  const terminal = stream as Partial<NodeJS.WriteStream>;
  // Node.js knows the terminals, TERM=dumb and the values of both variables. A file or a pipe has no method of its own.
  if (FORCE_COLOR !== undefined) {
    // Of the two this one counts, and Node.js would warn of the other.
    return WriteStream.prototype.getColorDepth.call(stream, { ...environment, NO_COLOR: undefined }) >= sixteenColours;
  }
  if (terminal.isTTY !== true || terminal.getColorDepth === undefined) return false;
  // An empty NO_COLOR is none (no-color.org).
  return terminal.getColorDepth({ ...environment, NO_COLOR: NO_COLOR || undefined }) >= sixteenColours;
}

/** The same stream, but for the words that begin lines. It stays as it is where it has no colours. */
function colouredStream(stream: NodeJS.WriteStream, environment: CommandContext['environment']): NodeJS.WriteStream {
  if (!hasColours(stream, environment)) return stream;
  const write = stream.write.bind(stream) as (...args: readonly unknown[]) => boolean;
  const painted = (chunk: unknown, ...more: readonly unknown[]): boolean =>
    write(typeof chunk === 'string' ? coloured(chunk) : chunk, ...more);
  return Object.create(stream, { write: { value: painted } }) as NodeJS.WriteStream;
}

/** A context whose streams show what kind of line a line is. */
export const withColours = (context: CommandContext): CommandContext => ({
  ...context,
  stdout: colouredStream(context.stdout, context.environment),
  stderr: colouredStream(context.stderr, context.environment),
});
