// `isda models` and `isda losses`: what there is, with the figures of each.
import type { Command } from 'commander';
import { formatCount } from '../common/format.js';
import { lossOptions } from '../losses/options.js';
import { countMultiplyAdds, countParameters } from '../models/cost.js';
import { knownNetworks } from '../models/known.js';
import { createNetwork } from '../models/registry.js';
import type { CommandContext } from './context.js';
import { countArgument } from './options.js';
import { formatTable } from './table.js';

interface ListOptions {
  readonly json?: boolean;
}

interface ModelsOptions extends ListOptions {
  readonly classes?: number;
}

function listModels(options: ModelsOptions, context: CommandContext): void {
  const list = knownNetworks.map(({ model, input }) => {
    const shape = { ...input, classes: options.classes ?? input.classes };
    const network = createNetwork(model, shape);
    const { name, featureSize, classes } = network;
    const parameters = countParameters(network);
    return { name, model, classes, featureSize, parameters, multiplyAdds: countMultiplyAdds(network, shape) };
  });
  if (options.json === true) {
    context.stdout.write(`${JSON.stringify(list, undefined, 2)}\n`);
    return;
  }
  const rows = list.map((entry) => [
    entry.name,
    String(entry.classes),
    formatCount(entry.parameters),
    formatCount(entry.multiplyAdds),
    String(entry.featureSize),
  ]);
  context.stdout.write(`${formatTable(['network', 'classes', 'parameters', 'multiply-adds', 'features'], rows)}\n`);
}

function listLosses(options: ListOptions, context: CommandContext): void {
  const list = lossOptions.options.map((option) => {
    const { name, ...keys } = option.shape;
    return { name: name.value, defaults: option.parse({ name: name.value }), keys: Object.keys(keys) };
  });
  if (options.json === true) {
    context.stdout.write(`${JSON.stringify(list, undefined, 2)}\n`);
    return;
  }
  const settings = (values: object): string =>
    Object.entries(values)
      .filter(([key]) => key !== 'name')
      .map(([key, value]) => `${key}=${value}`)
      .join(' ');
  const rows = list.map(({ name, defaults }) => [name, settings(defaults)]);
  context.stdout.write(`${formatTable(['loss', 'defaults'], rows)}\n`);
}

export function registerRegistries(program: Command, context: CommandContext): void {
  program
    .command('models')
    .description('networks with parameters, multiply-adds of one image and number of deep features')
    .option('--classes <n>', 'count with this many classes', countArgument)
    .option('--json', 'print as JSON')
    .action((options: ModelsOptions) => listModels(options, context));
  program
    .command('losses')
    .description('losses with their settings')
    .option('--json', 'print as JSON')
    .action((options: ListOptions) => listLosses(options, context));
}
