// Colours of the words that begin lines (`error:`, `warning:`), on terminals that have colours.
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

/** The same stream, but for the words that begin lines. It stays as it is where it has no colours. */
function colouredStream(stream: NodeJS.WriteStream, environment: CommandContext['environment']): NodeJS.WriteStream {
  // Node.js knows the terminals, NO_COLOR and TERM=dumb; an empty NO_COLOR is none (no-color.org). A file or a pipe has neither.
  const withoutEmpty = { ...environment, NO_COLOR: environment['NO_COLOR'] || undefined };
  const { isTTY, hasColors } = stream as Partial<NodeJS.WriteStream>;
  if (isTTY !== true || hasColors?.call(stream, 16, withoutEmpty) !== true) return stream;
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
