// `isda train`: one run of one experiment.
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { openEngine } from '../../engine/index.js';
import { isPipe } from '../../config/find.js';
import { runExperiment } from '../../runs/run.js';
import type { RunContext, RunOptions } from '../../runs/run-context.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import {
  configOption,
  givenOnce,
  readConfig,
  runDirectory,
  runFolderOption,
  seedOption,
  setOption,
} from '../options.js';
import { createProgress } from '../terminal/run-progress.js';
import { watchSignals } from '../terminal/signals.js';
import { programDirectory, programVersion } from '../program.js';
import { printJson } from '../terminal/table.js';

/** The options that are short for settings. */
export const ownSettings = { '--seed': { sets: 'training.seed' }, '--out': { sets: 'output.dir' } } as const;

interface TrainOptions {
  readonly config: string;
  readonly set: readonly string[];
  readonly seed?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Whose run a command line means: the file of its config, and whether it names the folder itself. */
export function namedFolder(
  { out, set }: Pick<TrainOptions, 'out' | 'set'>,
  files: readonly string[],
): Pick<RunOptions, 'configFile' | 'isNamed'> {
  const file = files.at(-1);
  const isNamed = out !== undefined || set.some((change) => /^output(\.dir)?=/.test(change));
  return { configFile: file !== undefined && isPipe(file) ? undefined : file, isNamed };
}

/** What a run needs of the process. Everything but results goes to `stream`. */
export function createRunContext(
  context: CommandContext,
  stream: NodeJS.WriteStream,
  stopRequested: () => string | undefined,
): RunContext {
  return {
    environment: context.environment,
    workingDirectory: context.workingDirectory,
    openEngine: (request) => openEngine(request, context.environment, (line) => context.stderr.write(`${line}\n`)),
    stream,
    showProgress: (length) => createProgress({ stream, clock: context.clock, ...length }),
    now: context.now,
    clock: context.clock,
    cores: availableParallelism(),
    stopRequested,
    version: programVersion(),
    sourceDirectory: programDirectory,
  };
}

async function train(options: TrainOptions, context: CommandContext): Promise<void> {
  const seed = options.seed === undefined ? [] : [`training.seed=${options.seed}`];
  const { config, files } = readConfig(options.config, [...options.set, ...seed], context);
  const out = runDirectory(config, options.out, context);
  const signals = watchSignals(context);
  try {
    const stream = options.json === true ? context.stderr : context.stdout;
    const run = createRunContext(context, stream, signals.requested);
    const named = namedFolder(options, files);
    const summary = await runExperiment(config, { out, resume: options.resume ?? true, ...named }, run);
    if (options.json === true) printJson(context, { folder: out, ...summary });
  } finally {
    signals.stop();
  }
}

export function registerTrain(program: Command, context: CommandContext): void {
  const command = program
    .command('train')
    .addHelpText('after', example('--config resnet32-cifar10 --seed 2 --out runs/mine'))
    .description('train one experiment; resumes an earlier run in the same folder')
    .argument('[config]', 'the same as --config; one of them is required')
    .addOption(configOption())
    .addOption(setOption())
    .addOption(seedOption())
    .addOption(runFolderOption())
    .option('--resume', 'resume from the newest checkpoint in the run folder; the default')
    .option('--no-resume', 'start over: deletes the checkpoints in the run folder')
    .option('--json', 'print the summary as JSON; everything else goes to stderr');
  withOptionRules(command, ownSettings).action(
    (word: string | undefined, options: Partial<TrainOptions> & Pick<TrainOptions, 'set'>) =>
      train({ ...options, config: givenOnce('train', '--config <file>', [word, options.config]) }, context),
  );
}
