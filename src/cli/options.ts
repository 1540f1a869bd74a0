// Options that several commands share, and reading the config they name.
import { join, resolve } from 'node:path';
import { cannot } from '../common/errors.js';
import { shellWord } from '../common/shell.js';
import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  loadAnyConfig,
  loadConfig,
  loadGanConfig,
  type LoadedConfig,
  type LoadedGanConfig,
  type LoadOptions,
} from '../config/load.js';
import { valueSet } from '../config/overrides.js';
import type { GanConfig } from '../config/gan.js';
import type { ExperimentConfig } from '../config/schema.js';
import { storeCommands } from '../grids/store/store.js';
import type { CheckpointSelection } from '../records/checkpoints.js';
import type { CommandContext } from './context.js';
import { configsDirectory } from './program.js';

/** Description of `--store` of figures and reports. */
export const storesHelp = `folders of runs, made by ${storeCommands} or by \`isda train\``;

/** Returns the run folder of a config: `--out`, else `output.dir`, else runs/<experiment>-seed<seed>. */
export function runDirectory(
  config: ExperimentConfig | GanConfig,
  out: string | undefined,
  context: CommandContext,
): string {
  const named = out ?? config.output.dir ?? `runs/${config.experiment}-seed${config.training.seed}`;
  return resolve(context.workingDirectory, named);
}

/** Parses an option that may be repeated: appends the value to the list. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** `--config FILE`. */
export function configOption(): Option {
  return new Option('--config <file>', 'a YAML file, or the name of one under configs/');
}

/** Whether a word is KEY=VALUE, as after `--set`. */
export const isSetting = (word: string): boolean => /^[A-Za-z]\w*(?:\.\w+)*=/.test(word);

/**
 * What a command is given as an argument, or as an option. Errors (usage): both, neither, or a setting without `--set`.
 */
export function givenOnce(action: string, option: string, words: readonly (string | undefined)[]): string {
  const given = words.filter((word) => word !== undefined);
  const usage = (reason: string, hint: string, code: 'option/missing' | 'option/conflict'): Error =>
    cannot(action, reason, { code, kind: 'usage', hint });
  const setting = given.find(isSetting);
  if (setting !== undefined)
    throw usage(`${setting} is a setting, not a name`, `write --set ${shellWord(setting)}`, 'option/conflict');
  if (given.length === 1) return given[0];
  throw given.length === 0
    ? usage(`required option '${option}' not specified`, `\`isda ${action} --help\` shows the usage`, 'option/missing')
    : usage(`both ${given.join(' and ')} are given`, 'give only one of them', 'option/conflict');
}

/** The default config of ablations and sweeps: the network of the paper's ablation (Table 5). */
const paperConfig = 'wrn28-10-cifar100';

/** `--config FILE` of a command that runs a grid, with a default. */
export function gridConfigOption(): Option {
  const path = join(configsDirectory, `${paperConfig}.yaml`);
  return configOption().default(path, `${paperConfig}, the network of Table 5`);
}

/** Prints the default config of a grid if the command line has none. */
export function printDefaultConfig(
  command: Command,
  { json }: { readonly json?: boolean },
  { stdout, stderr }: CommandContext,
): void {
  if (command.getOptionValueSource('config') !== 'default') return;
  const line = `config  ${paperConfig}, the network of the paper's ablation (Table 5); --config selects another`;
  (json === true ? stderr : stdout).write(`${line}\n`);
}

/** `--seed` of a command that runs a config. */
export function seedOption(): Option {
  return new Option('--seed <n>', 'short for --set training.seed=N');
}

/** `--out` of a command that makes a run folder. */
export function runFolderOption(): Option {
  return new Option('--out <dir>', 'run folder; default: runs/<experiment>-seed<seed>');
}

/** `--baseline` of a command that compares runs. */
export function baselineOption(): Option {
  return new Option('--baseline <row>', 'compare the other rows with this one instead of cross entropy');
}

/** `--store` of a command that reads runs. */
export function storesOption(): Option {
  return new Option('--store <dir...>', storesHelp).makeOptionMandatory();
}

/** `--set KEY=VALUE`, repeatable; its value is the list in the given order. */
export function setOption(): Option {
  return new Option('--set <key=value>', 'change one config value, as in --set training.epochs=10; repeatable')
    .argParser(collect)
    .default([], 'none');
}

/** The names of losses that a command which trains with ISDA replaces. */
export const replacedNames = (name: unknown): boolean => name !== 'isda';

/** Warns of each `--set` of a value that the command replaces in its runs; `replaced`: those values, by their keys. */
export function warnOfReplaced(
  set: readonly string[],
  replaced: Readonly<Record<string, (value: unknown) => boolean>>,
  { stderr }: CommandContext,
): void {
  const isReplaced = (change: string, key: string): boolean => {
    const value = valueSet(change, key);
    return value !== undefined && value !== null && replaced[key](value);
  };
  for (const change of set) {
    const keys = Object.keys(replaced).filter((key) => isReplaced(change, key));
    if (keys.length === 0) continue;
    stderr.write(`warning: --set ${change} has no effect on ${keys.join(' and ')}, which this command sets\n`);
  }
}

/** Parses a checkpoint selection; the command resolves a relative path. */
function checkpointArgument(word: string): CheckpointSelection {
  if (word === 'newest' || word === 'best') return word;
  const epoch = /^(?:epoch[- ]?)?(\d{1,9})$/.exec(word)?.[1];
  if (epoch !== undefined) return { epoch: Number(epoch) };
  if (/\.safetensors$|[/\\]/.test(word)) return { file: word };
  throw new InvalidArgumentError('Expected newest, best, the number of an epoch, or a checkpoint file (.safetensors).');
}

/** `--ema` of a command that reads a run. */
export function emaOption(): Option {
  return new Option('--ema', 'use the averaged weights of a run with training.ema');
}

/** `--checkpoint newest|best|EPOCH|FILE` of a command that reads a run. */
export function checkpointOption(): Option {
  return new Option(
    '--checkpoint <which>',
    'newest, best (lowest error on the evaluation images), the number of an epoch, or a file',
  )
    .argParser(checkpointArgument)
    .default('newest' satisfies CheckpointSelection);
}

const loadOptions = (overrides: readonly string[], { workingDirectory, readPipe }: CommandContext): LoadOptions => ({
  overrides,
  readPipe,
  workingDirectory,
  configsDirectory,
});

/** Loads the config given by `--config` and `--set`. */
export function readConfig(file: string, overrides: readonly string[], context: CommandContext): LoadedConfig {
  return loadConfig(file, loadOptions(overrides, context));
}

/** As `readConfig`, for a generator. */
export function readGanConfig(file: string, overrides: readonly string[], context: CommandContext): LoadedGanConfig {
  return loadGanConfig(file, loadOptions(overrides, context));
}

/** As `readConfig`, for either kind of config. */
export function readAnyConfig(
  file: string,
  overrides: readonly string[],
  context: CommandContext,
): GanConfig | ExperimentConfig {
  return loadAnyConfig(file, loadOptions(overrides, context));
}

/** Parses a whole number of at most `maxDigits` digits; undefined for any other text. */
export function wholeNumber(text: string, maxDigits = 9): number | undefined {
  return /^\d+$/.test(text) && text.length <= maxDigits ? Number(text) : undefined;
}

const wholeNumberFrom =
  (min: number, max = Infinity) =>
  (text: string): number => {
    const value = wholeNumber(text, Infinity);
    if (value === undefined || value < min) {
      throw new InvalidArgumentError(`Expected a whole number of at least ${min}.`);
    }
    if (value > max) throw new InvalidArgumentError(`Expected at most ${max}.`);
    return value;
  };

/** Parses an option that is an integer of at least 0; upper limits are checked where the value is used. */
export const wholeArgument = wholeNumberFrom(0);

/** Parses an option that is a count: an integer of at least 1. */
export const countArgument = wholeNumberFrom(1, 999_999_999);

/** Returns a parser of seconds between two limits, which may be fractional. */
export const secondsArgument =
  (min: number, max: number) =>
  (text: string): number => {
    const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
    if (seconds >= min && seconds <= max) return seconds;
    throw new InvalidArgumentError(`Expected seconds from ${min} to ${max}.`);
  };

/** As `countArgument`, with an upper limit. */
export function countUpTo(max: number): (value: string) => number {
  return (value) => {
    const count = countArgument(value);
    if (count > max) throw new InvalidArgumentError(`Expected at most ${max}.`);
    return count;
  };
}

/** Maximum number of runs of a row, or of points of a search. */
export const maxRuns = 10_000;

/** Parses an option that is a number of at least 0. */
export function amountArgument(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new InvalidArgumentError('Expected a number of at least 0.');
  }
  return value;
}

/** Parses an option that is a seed. */
export function seedArgument(text: string): number {
  const seed = wholeNumber(text, 10);
  if (seed === undefined || seed >= 2 ** 32) {
    throw new InvalidArgumentError('Expected a whole number below 4294967296.');
  }
  return seed;
}
