// `isda evaluate`: evaluates a run's checkpoint.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CheckpointChoice } from '../../records/checkpoints.js';
import { evaluateRun, openRunCheckpoint, type RunCheckpoint } from '../../runs/evaluate.js';
import type { CommandContext } from '../context.js';
import { checkpointOption, setOption } from '../options.js';
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
  if (options.json === true) {
    context.stdout.write(`${JSON.stringify(outcome, undefined, 2)}\n`);
    return;
  }
  const lines = [
    ['checkpoint', outcome.checkpoint],
    ['images', `${outcome.images} (${outcome.part})`],
    ['loss', outcome.loss.toFixed(4)],
    ['top-1 error', `${outcome.errorPercent.toFixed(2)} %`],
    ...(outcome.errorTop5Percent === undefined ? [] : [['top-5 error', `${outcome.errorTop5Percent.toFixed(2)} %`]]),
  ];
  context.stdout.write(lines.map(([name, value]) => `${name.padEnd(11)} ${value}\n`).join(''));
}

export function registerEvaluate(program: Command, context: CommandContext): void {
  program
    .command('evaluate')
    .description("evaluate a run's newest or best checkpoint on its evaluation images")
    .requiredOption('--run <dir>', 'run folder')
    .addOption(checkpointOption())
    .addOption(setOption())
    .option('--json', 'print as JSON')
    .action((options: EvaluateOptions) => evaluate(options, context));
}
