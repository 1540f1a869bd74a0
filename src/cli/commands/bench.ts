// `isda bench`: measures the time of a training step.
import { Option, type Command } from 'commander';
import { openAccelerator } from '../../runs/bench/accelerator.js';
import { bench, type BenchResult } from '../../runs/bench/step.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { datasetShape } from '../../data/registry.js';
import { openEngine } from '../../engine/index.js';
import type { Execution } from '../../engine/session.js';
import { lossOptions } from '../../losses/options.js';
import { registerBenchData } from './bench-data.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { configOption, countArgument, readConfig, setOption } from '../options.js';
import { columnsOf, foldedTable, wrapText } from '../terminal/fold.js';
import { printJson } from '../terminal/table.js';

type Precision = ExperimentConfig['training']['precision'];

interface BenchOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly loss: readonly string[];
  readonly execution: readonly Execution[];
  readonly precision?: Precision;
  readonly device?: 'cpu' | 'cuda';
  readonly steps: number;
  readonly warmup: number;
  readonly json?: boolean;
}

const several = <T extends string>(
  flags: string,
  about: string,
  choices: readonly T[],
  defaults: readonly T[],
): Option => new Option(flags, about).choices([...choices]).default([...defaults]);

function table(results: readonly BenchResult[], width: number): string {
  const [first] = results;
  const rows = results.map((result) => [
    result.loss,
    result.execution,
    `${result.medianMilliseconds.toFixed(1)} ms`,
    `${result.minMilliseconds.toFixed(1)} ms`,
    result.imagesPerSecond.toFixed(0),
    (result.medianMilliseconds / first.medianMilliseconds).toFixed(3),
  ]);
  const header = ['loss', 'execution', 'median', 'min', 'images/s', 'ratio'];
  const { gpuMemoryMebibytes, peakPercent } = first;
  if (peakPercent !== undefined) {
    header.push('of peak');
    rows.forEach((row, index) => row.push(`${results[index].peakPercent?.toFixed(1)} %`));
  }
  const lines = [
    `${first.network}, batch ${first.batchSize}, ${first.precision}, ${first.steps} steps each in turn, ${first.device}`,
    '',
    foldedTable(header, rows, width),
    '',
    `peak memory ${first.peakMemoryMegabytes.toFixed(0)} MB, grown by ${first.grownMegabytes.toFixed(1)} MB while measuring`,
    ...(gpuMemoryMebibytes === undefined ? [] : [`GPU memory in use ${gpuMemoryMebibytes} MiB, by all processes`]),
  ];
  return wrapText(lines.join('\n'), width);
}

async function measure(options: BenchOptions, context: CommandContext): Promise<void> {
  const precision = options.precision === undefined ? [] : [`training.precision=${options.precision}`];
  const device = options.device === undefined ? [] : [`training.device=${options.device}`];
  const { config } = readConfig(options.config, [...options.set, ...precision, ...device], context);
  const engine = await openEngine(config.training, context.environment, (line) => context.stderr.write(`${line}\n`));
  const variants = options.loss.flatMap((name) =>
    options.execution.map((execution) => ({
      loss: name === config.loss.name ? config.loss : lossOptions.parse({ name }),
      execution,
    })),
  );
  const { steps, warmup } = options;
  const { kind, name } = engine.device;
  const accelerator = kind === 'cuda' ? openAccelerator(name, config.training, context.environment) : undefined;
  const shape = await datasetShape(config.dataset, context);
  const measuring = { steps, warmup, shape, accelerator, clock: context.clock };
  const results = await bench(config, variants, engine, measuring);
  if (options.json === true) printJson(context, results);
  else context.stdout.write(`${table(results, columnsOf(context))}\n`);
}

export function registerBench(program: Command, context: CommandContext): void {
  const losses = lossOptions.options.map((option) => option.shape.name.value);
  const command = program
    .command('bench')
    .addHelpText('after', example('--config resnet32-cifar10 --steps 10'))
    .enablePositionalOptions()
    .description('time training steps on random images, alternating losses and executions in one process')
    .addOption(configOption().default('table1/resnet32-cifar100-isda'))
    .addOption(setOption())
    .addOption(several('--loss <names...>', 'losses to compare', losses, ['cross-entropy', 'isda']))
    .addOption(several<Execution>('--execution <kinds...>', 'executions', ['captured', 'eager'], ['captured', 'eager']))
    .addOption(
      new Option('--precision <kind>', "precision, instead of the config's").choices([
        'float32',
        'bfloat16',
      ] satisfies Precision[]),
    )
    .addOption(new Option('--device <kind>', "device, instead of the config's").choices(['cpu', 'cuda']))
    .option('--steps <n>', 'timed steps of each combination', countArgument, 20)
    .option('--warmup <n>', 'untimed steps before the timed ones', countArgument, 3)
    .option('--json', 'print as JSON');
  withOptionRules(command, {
    '--precision': { sets: 'training.precision' },
    '--device': { sets: 'training.device' },
  }).action((options: BenchOptions) => measure(options, context));
  registerBenchData(command, context);
}
