// `isda export` and `isda import`: networks as safetensors in PyTorch's names and layouts.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { cannot } from '../../common/errors.js';
import { keepsAverages } from '../../runs/averages.js';
import { exportFresh, exportRun, importNetwork, type ExportReport } from '../../runs/exchange.js';
import type { CheckpointSelection } from '../../records/checkpoints.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { openNamedRun, plainWeightsNote } from './evaluate.js';
import {
  checkpointOption,
  configOption,
  emaOption,
  readConfig,
  runDirectory,
  runFolderOption,
  setOption,
} from '../options.js';
import { refuseForeignFile } from '../terminal/replaceable.js';

interface ExportOptions {
  readonly checkpoint: CheckpointSelection;
  readonly run?: string;
  readonly config?: string;
  readonly set: readonly string[];
  readonly ema?: boolean;
  readonly out: string;
}

const describeReport = ({ network, tensors, values }: ExportReport): string =>
  `${network}: ${tensors} tensors, ${values} values`;

async function exportNetwork(options: ExportOptions, context: CommandContext): Promise<void> {
  const { run, config, set, checkpoint } = options;
  if ((run === undefined) === (config === undefined)) {
    throw cannot('export a network', 'give either --run or --config', {
      code: 'option/missing',
      kind: 'usage',
      hint: '--run DIR exports the network of a run, --config FILE a network with fresh weights',
    });
  }
  const out = resolve(context.workingDirectory, options.out);
  refuseForeignFile(out, ['network'], 'export the network');
  const named = { set, checkpoint, ...(options.ema === true && { averagesFor: 'export the averages' }) };
  const opened = run === undefined ? undefined : await openNamedRun({ run, ...named }, context);
  if (opened !== undefined && keepsAverages(opened)) context.stderr.write(plainWeightsNote('exported'));
  const report =
    opened === undefined
      ? await exportFresh(readConfig(config!, set, context).config, out, context)
      : await exportRun(opened, out, context);
  context.stdout.write(`${describeReport(report)}\n${out}\n`);
}

interface ImportOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly out?: string;
}

async function importFile(file: string, options: ImportOptions, context: CommandContext): Promise<void> {
  const { config } = readConfig(options.config, options.set, context);
  const directory = runDirectory(config, options.out, context);
  const path = resolve(context.workingDirectory, file);
  const report = await importNetwork(config, path, directory, { ...context, stream: context.stdout });
  context.stdout.write(`${describeReport(report)}\n${directory}\n`);
}

export function registerExchange(program: Command, context: CommandContext): void {
  const command = program
    .command('export')
    .addHelpText('after', example('--run runs/resnet32-cifar10-seed1 --out resnet32.safetensors'))
    .description("write a network as safetensors, with PyTorch's names and layouts")
    .option('--run <dir>', 'run folder; this or --config is required')
    .addOption(checkpointOption())
    .addOption(configOption())
    .addOption(setOption())
    .addOption(emaOption())
    .requiredOption('--out <file>', 'file to write');
  withOptionRules(command, { '--checkpoint': { needs: '--run' }, '--ema': { needs: '--run' } }).action(
    (options: ExportOptions) => exportNetwork(options, context),
  );
  program
    .command('import')
    .addHelpText('after', example('resnet32.safetensors --config resnet32-cifar10 --out runs/imported'))
    .description('create a run folder from the network in a safetensors file, to evaluate or train it')
    .argument('<file>', "safetensors file with PyTorch's names and layouts")
    .addOption(configOption().makeOptionMandatory())
    .addOption(setOption())
    .addOption(runFolderOption())
    .action((file: string, options: ImportOptions) => importFile(file, options, context));
}
