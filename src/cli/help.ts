// Format of `--help`: columns that fit the terminal, required options marked, examples.
import { Help, type AddHelpTextContext, type Command, type HelpConfiguration, type Option } from 'commander';
import type { CommandContext } from './context.js';
import { wrapText } from './terminal/fold.js';

/** Columns of text if the output is not a terminal. */
const usualWidth = 80;

/** Minimum width for wrapping descriptions; on a narrower terminal they are not wrapped. */
const leastWidth = 20;

const indent = '  ';
const gap = '  ';

/** Returns the number of columns for help on a stream. */
export const helpWidth = (stream: CommandContext['stdout']): number =>
  stream.isTTY ? stream.columns || usualWidth : usualWidth;

/** Formats a term with its text to the right, or below if the term is longer than `termWidth`. */
function item(term: string, termWidth: number, text: string, width: number): string {
  if (text === '') return indent + term;
  const column = ' '.repeat(indent.length + termWidth + gap.length);
  const lines = wrapText(text, Math.max(leastWidth, width - column.length)).split('\n');
  const below = lines.map((line) => column + line);
  if (term.length > termWidth) return [indent + term, ...below].join('\n');
  return [`${indent}${term.padEnd(termWidth)}${gap}${lines[0]}`, ...below.slice(1)].join('\n');
}

/** Returns the width of the column of terms: that of the longest term, at most about a third of the total. */
const columnOf = (longest: number, width: number): number =>
  Math.min(longest, Math.max(8, Math.floor(0.35 * width) - indent.length - gap.length));

/** Returns the description of an option, marked if it is required; an empty list as its default is not shown. */
function optionDescription(option: Option): string {
  const text = new Help()
    .optionDescription(option)
    .replace(/ ?\(default: \[\]\)$/, '')
    .replace(/\["(.*)"\]\)$/, (_, words: string) => `${words.replaceAll('","', ', ')})`);
  return option.mandatory ? `${text} (required)` : text;
}

/** Configuration for `configureHelp`, inherited by all commands of the program. */
export const helpStyle: HelpConfiguration = {
  showGlobalOptions: true,
  minWidthToWrap: leastWidth,
  optionDescription,
  padWidth: (command, helper) => columnOf(new Help().padWidth(command, helper), helper.helpWidth ?? usualWidth),
  formatItem: (term, termWidth, text, helper) => item(term, termWidth, text, helper.helpWidth ?? usualWidth),
};

/** Returns the words that call a command, starting with the name of the program. */
export function commandWords(command: Command): readonly string[] {
  return [...(command.parent === null ? [] : commandWords(command.parent)), command.name()];
}

/** Help text with an example, for `addHelpText('after', …)`. `words`: the arguments after the command's name. */
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

/**
 * Returns the words of a call of `help` as those of one of `--help`: `help data export` becomes `data export --help`. A
 * word that is no command is left in the place of `help`, where commander refuses it. Other words are unchanged.
 */
export function withHelpOption(program: Command, words: readonly string[]): readonly string[] {
  const called: string[] = [];
  let command = program;
  let asked = false;
  for (const word of words) {
    const part = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (part !== undefined) {
      command = part;
      called.push(word);
    } else if (word === 'help' && !asked && command.commands.length > 0) asked = true;
    else if (asked && command.commands.length > 0 && !word.startsWith('-')) return [...called, word];
    else break;
  }
  return asked ? [...called, '--help'] : words;
}
