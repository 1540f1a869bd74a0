// `isda config list`: the configs that come with the program.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { listConfigs, withoutExtension } from '../../config/find.js';
import { describeConfig } from '../../runs/description.js';
import { expectedTimeIn } from '../../runs/expected-time.js';
import { asCalled } from '../as-called.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { readAnyConfig } from '../options.js';
import { configsDirectory } from '../program.js';
import { columnsOf, foldedTable, wrapText } from '../terminal/fold.js';
import { printJson } from '../terminal/table.js';

/** A config in the words of the paper's tables. */
interface ListedConfig {
  /** As `--config` takes it. */
  readonly name: string;
  readonly network: string;
  readonly dataset: string;
  /** As in the tables; `generator` of a generator's config. */
  readonly method: string;
  readonly augmentation?: string;
  /** On an A100-class GPU, estimated: `at least 2.8 min`. */
  readonly expectedTime?: string;
}

function listedConfig(file: string, context: CommandContext): ListedConfig {
  const path = join(configsDirectory, file);
  const config = readAnyConfig(path, [], context);
  const time = expectedTimeIn(readFileSync(path, 'utf8'));
  const about =
    'gan' in config
      ? { network: config.gan.name, dataset: config.dataset.name, method: 'generator' }
      : describeConfig(config);
  const { network, dataset, method } = about;
  return {
    ...{ name: withoutExtension(file), network, dataset, method },
    ...('augmentation' in about && about.augmentation !== undefined ? { augmentation: about.augmentation } : {}),
    ...(time === undefined ? {} : { expectedTime: time }),
  };
}

function list(json: boolean, context: CommandContext): void {
  // What others extend is no experiment.
  const files = listConfigs(configsDirectory).filter((file) => !file.startsWith('base/'));
  const configs = files.map((file) => listedConfig(file, context));
  if (json) return printJson(context, configs);
  const rows = configs.map(({ name, network, dataset, method, augmentation, expectedTime: time = '-' }) => [
    ...[name, network, dataset],
    augmentation === undefined ? method : `${method}, ${augmentation}`,
    time,
  ]);
  const width = columnsOf(context);
  const foot =
    'time: estimated for an A100-class GPU, not measured; `isda plan train CONFIG` measures steps on this machine';
  context.stdout.write(
    `${foldedTable(['config', 'network', 'data set', 'method', 'time'], rows, width)}\n\n${wrapText(asCalled(foot, context), Math.min(width, 100))}\n`,
  );
}

/** Adds `list` to `isda config`. */
export function registerConfigList(config: Command, context: CommandContext): void {
  config
    .command('list')
    .addHelpText('after', example('--json'))
    .description('list the configs that come with the program: network, data set, method, expected time')
    .option('--json', 'print as JSON')
    .action(({ json = false }: { json?: boolean }) => list(json, context));
}
