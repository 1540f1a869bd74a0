// `isda evaluate`: evaluates a run's checkpoint.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CheckpointChoice } from '../../records/checkpoints.js';
import { jsonKeyOf } from '../../records/metrics-columns.js';
import { evaluateRun, openRunCheckpoint, type RunCheckpoint } from '../../runs/evaluate.js';
import { unofficialText } from '../../runs/origin.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { checkpointOption, givenOnce, setOption } from '../options.js';
import { createRunContext } from './train.js';

interface EvaluateOptions {
  readonly run: string;
  readonly set: readonly string[];
  readonly checkpoint: CheckpointChoice;
  readonly json?: boolean;
}

/** Opens the checkpoint of the run that a command names; stderr says which newer ones could not be used. */
export async function openNamedRun(
  { run, set, checkpoint }: Pick<EvaluateOptions, 'run' | 'set'> & Partial<Pick<EvaluateOptions, 'checkpoint'>>,
  { workingDirectory, stderr }: CommandContext,
): Promise<RunCheckpoint> {
  const changes = { overrides: set, workingDirectory };
  const opened = await openRunCheckpoint(resolve(workingDirectory, run), changes, checkpoint);
  for (const warning of opened.checkpoint.warnings) stderr.write(`warning: ${warning}\n`);
  return opened;
}

async function evaluate(options: EvaluateOptions, context: CommandContext): Promise<void> {
  const opened = await openNamedRun(options, context);
  const run = createRunContext(context, context.stderr, () => undefined);
  const outcome = await evaluateRun(opened, run, (line) => context.stderr.write(`${line}\n`), run.openEngine);
  const { metrics, values, ...about } = outcome;
  if (options.json === true) {
    const named = metrics.map((metric) => [jsonKeyOf(metric), values[metric.name]]);
    context.stdout.write(`${JSON.stringify({ ...Object.fromEntries(named), ...about }, undefined, 2)}\n`);
    return;
  }
  const unofficial = unofficialText(opened.config.dataset.name, outcome);
  const lines = [
    ['checkpoint', outcome.checkpoint],
    ['images', `${outcome.images} (${outcome.part})${unofficial === undefined ? '' : `, ${unofficial}`}`],
    ...metrics.map(({ name, title, label = title, unit }) => [
      label,
      unit === '%' ? `${values[name].toFixed(2)} %` : values[name].toFixed(4),
    ]),
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  context.stdout.write(lines.map(([name, value]) => `${name.padEnd(width)} ${value}\n`).join(''));
}

export function registerEvaluate(program: Command, context: CommandContext): void {
  program
    .command('evaluate')
    .addHelpText('after', example('--run runs/resnet32-cifar10-seed1 --checkpoint best'))
    .description("evaluate a run's newest or best checkpoint on its evaluation images")
    .argument('[run]', 'the same as --run; one of them is required')
    .option('--run <dir>', 'run folder')
    .addOption(checkpointOption())
    .addOption(setOption())
    .option('--json', 'print as JSON')
    .action((word: string | undefined, options: Omit<EvaluateOptions, 'run'> & Partial<EvaluateOptions>) =>
      evaluate({ ...options, run: givenOnce('evaluate', '--run <dir>', [word, options.run]) }, context),
    );
}
