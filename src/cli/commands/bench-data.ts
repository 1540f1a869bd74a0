// `isda bench data`: measures the loader's throughput.
import { availableParallelism } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { benchAugmentations, benchData, type BenchAugmentation, type DataBenchResult } from '../../runs/bench/data.js';
import type { CommandContext } from '../context.js';
import { example, helpStyle } from '../help.js';
import { configOption, readConfig, secondsArgument, setOption, wholeNumber } from '../options.js';
import { formatTable, printJson } from '../terminal/table.js';

interface DataBenchArguments {
  readonly config: string;
  readonly set: readonly string[];
  readonly augmentation: readonly BenchAugmentation[];
  readonly workers?: readonly number[];
  readonly seconds: number;
  readonly json?: boolean;
}

function threadsArgument(value: string, before: readonly number[] | undefined): number[] {
  const threads = wholeNumber(value);
  if (threads === undefined || threads > 256) throw new InvalidArgumentError('Expected 0 to 256.');
  return [...(before ?? []), threads];
}

function table(results: readonly DataBenchResult[]): string {
  const [{ dataset, batchSize, seconds }] = results;
  const rows = results.map((result) => [
    result.augmentation,
    String(result.workers),
    result.imagesPerSecond.toFixed(0),
    `${((1000 * result.batchSize) / result.imagesPerSecond).toFixed(2)} ms`,
  ]);
  return [
    `${dataset}, batch ${batchSize}, about ${seconds.toFixed(seconds < 1 ? 1 : 0)} s each in turn`,
    '',
    formatTable(['augmentation', 'threads', 'images/s', 'a batch'], rows),
    '',
    'threads 0: batches are made in the thread that uses them',
  ].join('\n');
}

export function registerBenchData(bench: Command, context: CommandContext): void {
  bench
    .command('data')
    .addHelpText('after', example('--config resnet32-cifar10 --augmentation standard cutout'))
    // Those of `isda bench` are none of its own.
    .configureHelp({ ...helpStyle, showGlobalOptions: false })
    .description('time the loader on the training images of a config, without training')
    .addOption(configOption().default('table1/resnet32-cifar10-isda'))
    .addOption(setOption())
    .addOption(
      new Option('--augmentation <names...>', "augmentations to compare; config: the config's own")
        .choices([...benchAugmentations])
        .default(['standard', 'cutout', 'autoaugment']),
    )
    .addOption(
      new Option(
        '--workers <n...>',
        `numbers of worker threads to compare (default: 0 and ${availableParallelism()}, the cores)`,
      ).argParser(threadsArgument),
    )
    .option('--seconds <n>', 'measured time of each combination, in seconds', secondsArgument(0.1, 999_999_999), 3)
    .option('--json', 'print as JSON')
    .action(async (options: DataBenchArguments) => {
      const { config } = readConfig(options.config, options.set, context);
      const { augmentation: augmentations, workers = [0, availableParallelism()], seconds } = options;
      const warn = (line: string): void => void context.stderr.write(`${line}\n`);
      const results = await benchData(config, context, { augmentations, workers, seconds, clock: context.clock, warn });
      if (options.json === true) printJson(context, results);
      else context.stdout.write(`${table(results)}\n`);
    });
}
