// Refusal of mistaken command lines, with hints.
import type { Command, Option } from 'commander';
import { cannot } from '../common/errors.js';
import { orList } from '../common/format.js';
import type { Environment } from '../common/home.js';
import { didYouMean } from '../common/nearest.js';
import { unexpandedWord } from '../common/path-option.js';
import { shellWord } from '../common/shell.js';
import { keysOfOption } from '../config/option-keys.js';
import { ganJsonSchema, jsonSchema } from '../config/print.js';
import { commandWords } from './help.js';
import { isSetting } from './options.js';

/**
 * The `--set` that was meant by an option that a command does not have, as in `--epochs 3`; undefined where it is no
 * key.
 */
function settingMeant(option: string, command: Command, args: readonly string[]): string | undefined {
  if (!hasSettings(command)) return undefined;
  const [flag, ...inside] = option.split('=');
  const isGan = commandWords(command).slice(1).join(' ') === 'gan train';
  const keys = keysOfOption(flag, isGan ? ganJsonSchema() : jsonSchema());
  if (keys.length === 0) return undefined;
  const next = args.at(args.indexOf(option) + 1);
  const following = next === undefined || args.at(-1) === option || /^-\D/.test(next) ? 'VALUE' : next;
  const value = inside.length > 0 ? inside.join('=') : following;
  return `write ${orList(keys.map((key) => `--set ${shellWord(`${key}=${value}`)}`))}`;
}

const hasSettings = (command: Command): boolean => command.options.some(({ long }) => long === '--set');

/** The `--set` that was meant by a word too many, as in `train tiny-isda training.epochs=3`. */
function settingBeside(command: Command, args: readonly string[]): string | undefined {
  const word = args.find((each, at) => isSetting(each) && args[at - 1] !== '--set');
  return word === undefined || !hasSettings(command) ? undefined : `write --set ${shellWord(word)}`;
}

/**
 * What was meant by a value that is none of the choices which commander's message lists; undefined where none is near.
 */
function choiceMeant(message: string): string | undefined {
  const [, value, choices] = /'([^']*)' is invalid.* Allowed choices are (.+)\.\s*$/.exec(message) ?? [];
  return value === undefined ? undefined : didYouMean(value, choices.split(', '));
}

/**
 * Usage errors look like all others, and say which help to ask for, or how an option is written here. `args`: all
 * words.
 */
export function explainUsage(command: Command, args: readonly string[]): void {
  const listed = `  hint: \`${commandWords(command).join(' ')} --help\` shows the usage`;
  const output = command.configureOutput();
  command.showHelpAfterError(listed).configureOutput({
    outputError(text, write) {
      const [, option] = /unknown option '(--[^']+)'/.exec(text) ?? [];
      const meant = option === undefined ? undefined : settingMeant(option, command, args);
      const beside = text.includes('too many arguments') ? settingBeside(command, args) : undefined;
      const hint = meant ?? beside ?? choiceMeant(text);
      // commander writes this text next.
      if (hint !== undefined) command.showHelpAfterError(`  hint: ${hint}`);
      output.outputError?.(meant === undefined ? text : text.replace(/\n\(Did you mean .+\?\)/, ''), write);
    },
  });
  for (const part of command.commands) explainUsage(part, args);
}

/** Placeholders of paths in the flags of options, as in `--out <dir>` and `--confusion [files...]`. */
const isPath = /[<[](dir|dirs|file|files|path|run|source|store)(\.\.\.)?[>\]]/;

/** Returns why a value cannot be a path; undefined if it can. */
function pathProblem(value: unknown): string | undefined {
  if (value === '') return 'is empty';
  const word = typeof value === 'string' ? unexpandedWord(value) : undefined;
  if (word === undefined) return undefined;
  const remedy =
    word === '~'
      ? 'write it without quotes and after a space, or write the full path'
      : 'write it without quotes, or write the full path';
  return `is '${String(value)}', but the shell did not expand ${word}: ${remedy}`;
}

/** Variables that name folders. */
const pathVariables = ['ISDA_DATA', 'ISDA_HOME', 'ISDA_LIBTENSORFLOW'];

/** Errors: a variable starts with a word that only a shell expands; the settings of a container do not. */
export function requireExpanded(environment: Environment): void {
  for (const name of pathVariables) {
    const value = environment[name] ?? '';
    const word = unexpandedWord(value);
    if (word === undefined) continue;
    throw cannot('read the environment', `${name} is ${value}, but no shell has expanded ${word}`, {
      code: 'option/invalid',
      kind: 'usage',
      hint: 'write the full path',
    });
  }
}

/** Names of arguments that are paths. */
const isPathArgument = /^(?:dir|file|files|folder|run|store|config)$/;

/** Refuses `--resume --no-resume`, of which the last would take effect. */
function refuseOpposites(command: Command): void {
  for (const negated of command.options.filter(({ negate }) => negate)) {
    const other = command.options.find(
      (option) => !option.negate && option.attributeName() === negated.attributeName(),
    );
    if (other === undefined) continue;
    let first: Option | undefined;
    for (const option of [other, negated])
      command.on(`option:${option.name()}`, () => {
        if (first !== undefined && first !== option)
          command.error(`error: option '${option.flags}' cannot be used with ${first.flags}`);
        first = option;
      });
  }
}

/** Refuses options given twice, unless they collect their values, and unusable paths. */
export function refuseMistakes(command: Command): void {
  command.hook('preAction', () => {
    for (const [index, argument] of command.registeredArguments.entries()) {
      if (!isPathArgument.test(argument.name())) continue;
      const words = argument.variadic ? command.args.slice(index) : command.args.slice(index, index + 1);
      const problem = words.map(pathProblem).find((text) => text !== undefined);
      if (problem !== undefined) command.error(`error: argument '${argument.name()}' ${problem}`);
    }
  });
  // Options of a command before the name of its subcommand reach neither of the two.
  command.hook('preAction', (_, acting) => {
    if (acting === command || command.parent === null) return;
    const lost = command.options.find((option) => command.getOptionValueSource(option.attributeName()) === 'cli');
    if (lost === undefined) return;
    command.error(`error: option '${lost.flags}' belongs to ${commandWords(command).join(' ')}, not to ${commandWords(acting).join(' ')}`); // prettier-ignore
  });
  refuseOpposites(command);
  for (const option of command.options) {
    if (!option.required && !option.optional) continue;
    let given = false;
    command.on(`option:${option.name()}`, (value: unknown) => {
      const problem = isPath.test(option.flags) ? pathProblem(value) : undefined;
      if (problem !== undefined) command.error(`error: option '${option.flags}' ${problem}`);
      // Options that collect their values have a list here.
      if (given && !Array.isArray(command.getOptionValue(option.attributeName())))
        command.error(`error: option '${option.flags}' is given twice`);
      given = true;
    });
  }
  for (const part of command.commands) refuseMistakes(part);
}
