// Rules for combinations of options: an option that would have no effect is refused.
import type { Command, Option } from 'commander';
import { valueSet } from '../config/overrides.js';

/** Rules for an option. Other options are given by flag, or by flag and value as in `--directions pca`. */
interface OptionRule {
  /** Options that cannot be combined with it. */
  readonly excludes?: readonly string[];
  /** Options without which it has no effect. */
  readonly needs?: string;
  /** The config key that it sets if it is given; `--set` of that key would have no effect. */
  readonly sets?: string;
  /** The config key that it sets even if it is not given. */
  readonly fixes?: string;
  /** Why the command does not support it, if it shares its options with a command that does. */
  readonly idle?: string;
}

function optionOf(command: Command, flag: string): Option {
  const found = command.options.find(({ long }) => long === flag);
  if (found === undefined) throw new Error(`isda ${command.name()} has no option ${flag}`);
  return found;
}

/** Whether the option is given on the command line. */
function isGiven(command: Command, option: Option): boolean {
  const name = option.attributeName();
  return command.getOptionValueSource(name) === 'cli' && (!option.negate || command.getOptionValue(name) === false);
}

/** Whether `--flag` is given, or `--flag` has the value, which may be the default. */
function holds(command: Command, condition: string): boolean {
  const [flag, value] = condition.split(' ');
  const option = optionOf(command, flag);
  return value === undefined ? isGiven(command, option) : command.getOptionValue(option.attributeName()) === value;
}

/** Returns the reason why an option is refused, if there is one. */
function problemOf(
  command: Command,
  flag: string,
  { excludes = [], needs, sets, fixes, idle }: OptionRule,
): string | undefined {
  const option = optionOf(command, flag);
  if (isGiven(command, option)) {
    if (idle !== undefined) return `option '${option.flags}' would be ignored: ${idle}`;
    // Another rule refuses it as ignored; what it is combined with does not matter.
    if (option.hidden) return undefined;
    const other = excludes.find((condition) => holds(command, condition));
    if (other !== undefined) return `option '${option.flags}' cannot be used with ${other}`;
    if (needs !== undefined && !holds(command, needs)) return `option '${option.flags}' requires ${needs}`;
  }
  const key = fixes ?? (isGiven(command, option) ? sets : undefined);
  if (key === undefined) return undefined;
  const changes = command.getOptionValue('set') as readonly string[];
  const dropped = changes.find((change) => valueSet(change, key) !== undefined);
  return dropped === undefined ? undefined : `--set ${dropped} would be dropped: '${option.flags}' sets ${key}`;
}

/**
 * Adds rules to a command, by the flags of its options. Errors (usage), before it acts: a command line that breaks one.
 */
export function withOptionRules(command: Command, rules: Readonly<Record<string, OptionRule>>): Command {
  for (const [flag, { idle }] of Object.entries(rules)) if (idle !== undefined) optionOf(command, flag).hideHelp();
  for (const [flag, { excludes = [], needs }] of Object.entries(rules))
    for (const named of [flag, ...excludes, ...(needs === undefined ? [] : [needs])])
      optionOf(command, named.split(' ')[0]);
  return command.hook('preAction', (_, acting) => {
    // The hook also runs for subcommands, which have their own options.
    if (acting !== command) return;
    for (const [flag, rule] of Object.entries(rules)) {
      const problem = problemOf(command, flag, rule);
      if (problem !== undefined) command.error(`error: ${problem}`);
    }
  });
}
