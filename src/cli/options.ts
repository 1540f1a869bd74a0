// Options that several commands share, and reading the config they name.
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError, Option } from 'commander';
import { loadConfig, type LoadedConfig } from '../config/load.js';
import type { CheckpointChoice } from '../training/records/checkpoints.js';
import type { CommandContext } from './context.js';

/** The package's `configs/`, for the `import.meta.url` of a module of `src/cli` or `dist/cli`. */
export function configsDirectory(moduleUrl: string): string {
  return fileURLToPath(new URL('../../configs', moduleUrl));
}

/** `--config FILE`. */
export function configOption(): Option {
  return new Option('--config <file>', 'a YAML file, or the name of one under configs/');
}

/** `--set KEY=VALUE`, any number of times; its value is the list of them, in order. */
export function setOption(): Option {
  return new Option('--set <key=value>', 'change one config value, as in --set training.epochs=10; repeatable')
    .argParser<string[]>((value, before) => [...before, value])
    .default([], 'none');
}

/** `--checkpoint newest|best`: of a run. */
export function checkpointOption(): Option {
  const choices: readonly CheckpointChoice[] = ['newest', 'best'];
  return new Option(
    '--checkpoint <which>',
    'the newest, or the best: that with the lowest error on the images the run is evaluated on',
  )
    .choices(choices)
    .default('newest' satisfies CheckpointChoice);
}

/** Loads the config that a command's `--config` and `--set` name. */
export function readConfig(file: string, overrides: readonly string[], context: CommandContext): LoadedConfig {
  const { workingDirectory } = context;
  return loadConfig(file, { overrides, workingDirectory, configsDirectory: configsDirectory(import.meta.url) });
}

/** Reads the value of an option that counts something: a whole number of at least 1. */
export function countArgument(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value)) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return Number(value);
}
