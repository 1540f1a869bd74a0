// Suggested commands begin with the words that called this program, such as `node bin/isda.js`.
import type { CommandContext } from './context.js';

type Caller = Pick<CommandContext, 'programName'>;

/** Replaces `isda` in the commands of a text that are in backquotes. */
export const asCalled = (text: string, { programName = 'isda' }: Caller): string =>
  text.replaceAll(/`isda (?=[a-z-])/g, () => `\`${programName} `);

/** Replaces `isda` at the start of a command. */
export const commandAsCalled = (command: string, { programName = 'isda' }: Caller): string =>
  command.replace(/^isda (?=[a-z-])/, () => `${programName} `);

/** Returns a context whose stderr, which people read, shows commands as they were called. */
export function withCommandsAsCalled(context: CommandContext): CommandContext {
  const { stderr } = context;
  const write = stderr.write.bind(stderr) as (...args: readonly unknown[]) => boolean;
  const called = (chunk: unknown, ...more: readonly unknown[]): boolean =>
    write(typeof chunk === 'string' ? asCalled(chunk, context) : chunk, ...more);
  return { ...context, stderr: Object.create(stderr, { write: { value: called } }) as NodeJS.WriteStream };
}
