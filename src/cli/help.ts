// Format of `--help`: columns that fit the terminal, required options marked, examples.
import { Help, type AddHelpTextContext, type Command, type HelpConfiguration, type Option } from 'commander';
import type { CommandContext } from './context.js';
import { wrapText } from './terminal/fold.js';

/** Columns of text where the output is no terminal. */
const usualWidth = 80;

/** The least width that descriptions are broken at: on a narrower terminal they are left as they are. */
const leastWidth = 20;

const indent = '  ';
const gap = '  ';

/** Columns that help may take of a stream. */
export const helpWidth = (stream: CommandContext['stdout']): number =>
  stream.isTTY ? stream.columns || usualWidth : usualWidth;

/** A term with its text beside it, or below it where the term is longer than `termWidth`. */
function item(term: string, termWidth: number, text: string, width: number): string {
  if (text === '') return indent + term;
  const column = ' '.repeat(indent.length + termWidth + gap.length);
  const lines = wrapText(text, Math.max(leastWidth, width - column.length)).split('\n');
  const below = lines.map((line) => column + line);
  if (term.length > termWidth) return [indent + term, ...below].join('\n');
  return [`${indent}${term.padEnd(termWidth)}${gap}${lines[0]}`, ...below.slice(1)].join('\n');
}

/** The width of the column of terms: the longest one's, at most about a third of the whole. */
const columnOf = (longest: number, width: number): number =>
  Math.min(longest, Math.max(8, Math.floor(0.35 * width) - indent.length - gap.length));

/** What an option does, and whether it must be given; a list that is empty by default is nothing to tell. */
function optionDescription(option: Option): string {
  const text = new Help()
    .optionDescription(option)
    .replace(/ ?\(default: \[\]\)$/, '')
    .replace(/\["(.*)"\]\)$/, (_, words: string) => `${words.replaceAll('","', ', ')})`);
  return option.mandatory ? `${text} (required)` : text;
}

/** For `configureHelp`; commands of a program inherit it. */
export const helpStyle: HelpConfiguration = {
  showGlobalOptions: true,
  minWidthToWrap: leastWidth,
  optionDescription,
  padWidth: (command, helper) => columnOf(new Help().padWidth(command, helper), helper.helpWidth ?? usualWidth),
  formatItem: (term, termWidth, text, helper) => item(term, termWidth, text, helper.helpWidth ?? usualWidth),
};

/** The words that a command is called by, the program's name first. */
export function commandWords(command: Command): readonly string[] {
  return [...(command.parent === null ? [] : commandWords(command.parent)), command.name()];
}

/** For `addHelpText('after', …)` of a command: a line that calls it. `words`: those behind the command's name. */
export function example(words = ''): (about: AddHelpTextContext) => string {
  return ({ command }) => `\nExample:\n${indent}${[...commandWords(command), words].join(' ').trimEnd()}`;
}

/**
 * The same of several lines with what they do, beside each other where they fit; `lines`: words and meaning, `heading`:
 * what stands above them.
 */
export function examples(
  lines: readonly (readonly [words: string, does: string])[],
  stream: CommandContext['stdout'],
  heading = '\nExamples:\n',
): (about: AddHelpTextContext) => string {
  return ({ command }) => {
    const width = helpWidth(stream);
    const whole = lines.map(([words, does]) => [[...commandWords(command), words].join(' '), does] as const);
    const longest = Math.max(...whole.map(([line]) => line.length));
    const text = Math.max(...whole.map(([, does]) => does.length));
    const fits = indent.length + longest + gap.length + text <= width;
    return `${heading}${whole.map(([line, does]) => item(line, fits ? longest : 4, does, width)).join('\n')}`;
  };
}
