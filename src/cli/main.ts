// The program: every command registered, errors printed in one place, exit codes set.
import { Command, CommanderError } from 'commander';
import { formatError, IsdaError } from '../common/errors.js';
import { withCommandsAsCalled } from './as-called.js';
import { registerAblate } from './commands/ablate.js';
import { registerBench } from './commands/bench.js';
import { registerConfig } from './commands/config.js';
import type { CommandContext, RegisterCommand } from './context.js';
import { registerData } from './commands/data.js';
import { registerEvaluate } from './commands/evaluate.js';
import { registerExchange } from './commands/exchange.js';
import { registerFigure } from './commands/figure.js';
import { registerGan } from './commands/gan.js';
import { registerDoctor } from './commands/doctor.js';
import { registerPaperTable } from './commands/paper-table.js';
import { registerPlan } from './commands/plan.js';
import { registerPredict } from './commands/predict.js';
import { registerRegistries } from './commands/registries.js';
import { registerReport } from './commands/report.js';
import { registerRuns } from './commands/runs.js';
import { registerSetup } from './commands/setup.js';
import { registerStudy } from './commands/study.js';
import { registerSweep } from './commands/sweep.js';
import { registerTrain } from './commands/train.js';
import { examples, helpStyle, helpWidth, withHelpOption } from './help.js';
import { explainUsage, refuseMistakes, requireExpanded } from './mistakes.js';
import { createPipeReader } from './pipes.js';
import { programVersion } from './program.js';
import { withColours } from './terminal/colours.js';
import { withoutDumbBars } from './terminal/cursor.js';
import { requireUtf8 } from './utf8.js';
import { registerVisualize } from './commands/visualize.js';

/** 0 done, 1 failed, 2 usage or config error, 75 stopped by a signal with a checkpoint written. */
const exitCodes = { done: 0, failed: 1, usage: 2, stopped: 75 } as const;

function exitCodeOf(error: unknown): number {
  if (!(error instanceof IsdaError)) return exitCodes.failed;
  return { usage: exitCodes.usage, failure: exitCodes.failed, stopped: exitCodes.stopped }[error.kind];
}

/** The three main command lines, shown at the top of `isda --help`. */
const purposes = [
  ['train --config wrn28-10-cifar100.yaml', "WRN-28-10 on CIFAR-100 with ISDA, by the paper's recipe"],
  ['sweep lambda0', 'choose the strength of ISDA on held-out images, then train with it'],
  ['ablate --variant diagonal', "one variant of the paper's ablation; without --variant all six"],
] as const;

/** First command lines, with what they do. */
const firstSteps = [
  ['data download cifar10 --out data', 'needed once; `isda data synthesize` makes a data set to try things out'],
  ['train --config resnet32-cifar10', 'ResNet-32 with ISDA, in runs/resnet32-cifar10-seed1; the same command resumes'],
  ['train --config my.yaml --set loss.lambda0=0.25 --seed 2 --out runs/mine', 'your own config'],
  ['evaluate --run runs/mine', 'test error of the newest checkpoint'],
  ['figure curve --run runs/mine --out curve.svg', 'test error per epoch'],
  ['sweep lambda0 --dry-run', 'list the runs that would choose the strength of ISDA'],
  ['doctor', 'what is installed, which device is used'],
] as const;

/** The commands by heading, in the order of `isda --help`. */
const commandGroups: readonly (readonly [heading: string, commands: readonly RegisterCommand[]])[] = [
  ['Networks:', [registerTrain, registerEvaluate, registerPredict, registerExchange]],
  ['Many runs:', [registerAblate, registerSweep, registerStudy, registerPaperTable, registerPlan]],
  ['Results:', [registerRuns, registerFigure, registerReport, registerVisualize]],
  ['Generators of images:', [registerGan]],
  ['Configs and data:', [registerConfig, registerRegistries, registerData]],
  ['The machine:', [registerBench, registerSetup, registerDoctor]],
];

/** Creates the program with all commands. `args`: the words it will parse, for hints that repeat them. */
export function createProgram(context: CommandContext, args: readonly string[] = []): Command {
  const program = new Command('isda')
    .description('Experiments of "Implicit Semantic Data Augmentation for Deep Networks" (NeurIPS 2019)')
    .version(programVersion(), '--version', 'print the version')
    .option('--debug', 'show stacks of errors')
    .exitOverride()
    // A command and its subcommands may have options of the same names.
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .configureHelp(helpStyle)
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
      getOutHelpWidth: () => helpWidth(context.stdout),
      getErrHelpWidth: () => helpWidth(context.stderr),
      outputError: (text, write) => write(text.replace(/\n\(Did you mean (.+)\?\)/, '; did you mean $1?')),
    });
  program.addHelpText('before', (about) => `${examples(purposes, context.stdout, '')(about)}\n`);
  program.addHelpText('after', examples(firstSteps, context.stdout));
  for (const [heading, commands] of commandGroups) {
    program.commandsGroup(heading);
    for (const register of commands) register(program, context);
  }
  program.helpCommand('help [command]', 'display help for command');
  explainUsage(program, args);
  refuseMistakes(program);
  return program;
}

/** Runs one command line. `args` are the words after the program's name. Returns the exit code. */
export async function main(args: readonly string[], plain: CommandContext): Promise<number> {
  const context = { ...withCommandsAsCalled(withColours(withoutDumbBars(plain))), readPipe: createPipeReader() };
  const program = createProgram(context, args);
  const debug = args.includes('--debug');
  try {
    requireUtf8(args, plain);
    requireExpanded(plain.environment);
    // Takes effect at any position.
    const words = args.filter((word) => word !== '--debug');
    await program.parseAsync(withHelpOption(program, words), { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    context.stderr.write(`${formatError(error, debug)}\n`);
    return exitCodeOf(error);
  }
}
