// Formats a command's own command line, for messages that ask to repeat it.
import type { Command } from 'commander';
import { shellWord } from '../common/shell.js';

/** Joins words into one shell-quoted line. */
export const lineOf = (words: readonly string[]): string => words.map(shellWord).join(' ');

/**
 * The options that were given with their values, as words; `without`: some of them, named as in the options' object.
 */
export function optionWords(command: Command, without: readonly string[] = []): readonly string[] {
  return command.options.flatMap((option) => {
    const name = option.attributeName();
    if (without.includes(name) || command.getOptionValueSource(name) !== 'cli') return [];
    const flag = option.long ?? option.short!;
    const value: unknown = command.getOptionValue(name);
    if (typeof value === 'boolean') return value === option.negate ? [] : [flag];
    return (Array.isArray(value) ? value : [value]).flatMap((one) => [flag, String(one)]);
  });
}

/** Returns the given command line without some options, ready to copy. */
export function givenLine(command: Command, without: readonly string[] = []): string {
  const names: string[] = [];
  for (let one: Command | null = command; one !== null; one = one.parent) names.unshift(one.name());
  return lineOf([...names, ...command.args, ...optionWords(command, without)]);
}
