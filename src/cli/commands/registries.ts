// `isda models` and `isda losses`: list the networks and the losses.
import { InvalidArgumentError, type Command } from 'commander';
import { formatBytes, formatCount } from '../../common/format.js';
import { lossOptions } from '../../losses/options.js';
import { createLoss } from '../../losses/registry.js';
import { countParameters, forwardCost } from '../../models/cost.js';
import { knownNetworks } from '../../models/known.js';
import { networkSettings } from '../../models/other-names.js';
import { sizeOf } from '../../engine/types.js';
import type { InputShape, Network } from '../../models/network.js';
import { createNetwork } from '../../models/registry.js';
import { defaultOptimizer, optimizerOptions } from '../../optimizers/options.js';
import { createOptimizer } from '../../optimizers/registry.js';
import { stepMemory } from '../../training/step-memory.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { columnsOf, foldedTable, wrappedTable, wrapText } from '../terminal/fold.js';
import { countArgument } from '../options.js';
import { printJson } from '../terminal/table.js';

interface ListOptions {
  readonly json?: boolean;
}

interface ModelsOptions extends ListOptions {
  readonly classes?: number;
  readonly batch?: number;
}

const optimizer = createOptimizer(optimizerOptions.parse(defaultOptimizer));
const crossEntropy = createLoss(lossOptions.parse({ name: 'cross-entropy' }), { classes: 0, featureSize: 0 });

/** Bytes of one training step of a network in float32, with cross entropy. */
function stepBytes(network: Network, { height, width, channels }: InputShape, batchSize: number): number {
  const format = { height, width, mean: Array<number>(channels).fill(0), std: Array<number>(channels).fill(1) };
  return stepMemory({ network, loss: crossEntropy, optimizer, format, precision: 'float32' }, batchSize);
}

/** The forms of ISDA's covariance whose memory is listed; `single` and `identity` need next to none. */
const forms = ['full', 'sketch', 'diagonal'] as const;

/** Bytes of what ISDA keeps of the features, in one form. */
function covarianceBytes(covariance: (typeof forms)[number], { classes, featureSize }: Network): number {
  const loss = createLoss(lossOptions.parse({ name: 'isda', covariance }), { classes, featureSize });
  return 4 * loss.tensors.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

const footer = `multiply-adds: of convolutions and matrix products in the forward pass of one image.
FLOPs/2: for the same image, by the rule of the model zoo osmr/imgclsmob, which also counts normalization, activation and pooling. step memory: computed for one training step in float32 with cross entropy and this batch size: parameters, momentum and the peak of activations and gradients. covariances: additional memory of ISDA, by loss.covariance; sketch with its default rank.`;

function listModels(options: ModelsOptions, context: CommandContext): void {
  const list = knownNetworks.map(({ named, model, input, batchSize: paperBatch }) => {
    const shape = { ...input, classes: options.classes ?? input.classes };
    const network = createNetwork(model, shape);
    const { name, featureSize, classes } = network;
    const batchSize = options.batch ?? paperBatch;
    return {
      name,
      model,
      setting: networkSettings(named),
      classes,
      featureSize,
      parameters: countParameters(network),
      ...forwardCost(network, shape),
      batchSize,
      stepMemoryBytes: stepBytes(network, shape, batchSize),
      covarianceBytes: Object.fromEntries(forms.map((form) => [form, covarianceBytes(form, network)])),
    };
  });
  if (options.json === true) return printJson(context, list);
  const header = ['network', 'classes', 'parameters', 'multiply-adds', 'FLOPs/2', 'features', 'batch', 'step memory'];
  const rows = list.map((entry) => [
    entry.name,
    String(entry.classes),
    formatCount(entry.parameters),
    formatCount(entry.multiplyAdds),
    formatCount(entry.halfFlops),
    String(entry.featureSize),
    String(entry.batchSize),
    formatBytes(entry.stepMemoryBytes),
  ]);
  const covariances = list.map((entry) => [
    entry.name,
    String(entry.classes),
    ...forms.map((form) => formatBytes(entry.covarianceBytes[form])),
  ]);
  const names = list.map(({ name, setting }) => [name, setting]);
  const width = columnsOf(context);
  const parts = [
    foldedTable(header, rows, width),
    foldedTable(['network', 'classes', ...forms.map((form) => `${form} covariances`)], covariances, width),
    foldedTable(['network', 'in a config'], names, width),
    wrapText(footer, Math.min(width, 95)),
  ];
  context.stdout.write(`${parts.join('\n\n')}\n`);
}

function classesArgument(value: string): number {
  const classes = countArgument(value);
  if (classes < 2) throw new InvalidArgumentError('Expected at least 2: classification needs two classes.');
  return classes;
}

function listLosses(options: ListOptions, context: CommandContext): void {
  const list = lossOptions.options.map((option) => {
    const { name, ...keys } = option.shape;
    return { name: name.value, defaults: option.parse({ name: name.value }), keys: Object.keys(keys) };
  });
  if (options.json === true) return printJson(context, list);
  const settings = (values: object): string =>
    Object.entries(values)
      .filter(([key]) => key !== 'name')
      .map(([key, value]) => `${key}=${value}`)
      .join(' ');
  const rows = list.map(({ name, defaults }) => [name, settings(defaults)]);
  context.stdout.write(`${wrappedTable(['loss', 'defaults'], rows, columnsOf(context))}\n`);
}

export function registerRegistries(program: Command, context: CommandContext): void {
  program
    .command('models')
    .addHelpText('after', example('--classes 100'))
    .description(
      'list the networks: parameters, operations per image, number of deep features, memory of a training step',
    )
    .option('--classes <n>', 'count with this many classes', classesArgument)
    .option('--batch <n>', "memory of a step of this many images (default: the paper's batch)", countArgument)
    .option('--json', 'print as JSON')
    .action((options: ModelsOptions) => listModels(options, context));
  program
    .command('losses')
    .addHelpText('after', example('--json'))
    .description('list the losses and their settings')
    .option('--json', 'print as JSON')
    .action((options: ListOptions) => listLosses(options, context));
}
