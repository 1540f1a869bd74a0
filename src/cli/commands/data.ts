// `isda data`: downloads, creates, checks and shows data sets.
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { cifarFormats, cifarNames, type CifarName } from '../../data/datasets/cifar/format.js';
import { dataDirectories } from '../../data/locate.js';
import { downloadDataset } from '../../data/download/download.js';
import { synthesize } from '../../data/datasets/synthetic/synthesize.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { seedArgument, wholeArgument } from '../options.js';
import { byteProgress } from '../terminal/data-progress.js';
import { registerDataExport } from './data-export.js';
import { registerImages } from './data-images.js';
import { registerVerify } from './data-verify.js';
import { printJson } from '../terminal/table.js';

function nameArgument(): Argument {
  return new Argument('<name>', 'data set').choices(cifarNames);
}

interface DownloadFlags {
  readonly out?: string;
  readonly from?: string;
  readonly json?: boolean;
}

async function download(context: CommandContext, name: CifarName, flags: DownloadFlags): Promise<void> {
  const directory = resolve(context.workingDirectory, flags.out ?? (context.environment.ISDA_DATA || 'data'));
  const isAddress = flags.from !== undefined && /^https?:/.test(flags.from);
  const from = flags.from === undefined || isAddress ? flags.from : resolve(context.workingDirectory, flags.from);
  const progress = byteProgress(context.stderr);
  try {
    const { folder, outcome } = await downloadDataset({
      name,
      directory,
      from,
      progress: {
        onBytes: progress.update,
        onRetry: (reason, waitMs) => progress.print(`${reason}; trying again in ${waitMs / 1000} s`),
        onStage: progress.print,
      },
    });
    progress.stop();
    if (flags.json) printJson(context, { name, folder, outcome });
    else context.stdout.write(`${folder}${outcome === 'present' ? ' (already exists)' : ''}\n`);
  } finally {
    progress.stop();
  }
}

interface SynthesizeFlags {
  readonly out: string;
  readonly name: CifarName;
  readonly train: number;
  readonly test: number;
  readonly classes?: number;
  readonly seed: number;
  readonly json?: boolean;
}

async function makeSynthetic(context: CommandContext, flags: SynthesizeFlags): Promise<void> {
  const { name, train, test, seed, classes = cifarFormats[name].label.classes } = flags;
  const directory = resolve(context.workingDirectory, flags.out);
  const result = await synthesize({ name, train, test, classes, seed }, directory);
  if (dataDirectories(context).includes(directory)) {
    context.stderr.write(
      `warning: runs without dataset.dir look for ${cifarFormats[name].title} here and will use these images; ` +
        'use another --out and --set dataset.dir=DIR to keep them apart\n',
    );
  }
  if (flags.json) return printJson(context, result);
  context.stdout.write(`${result.folder}${result.outcome === 'present' ? ' (already exists)' : ''}\n`);
  for (const { file, count } of result.files) context.stdout.write(`  ${file}: ${count} records\n`);
}

/** Adds `isda data` and its subcommands. */
export const registerData: RegisterCommand = (program, context) => {
  const data: Command = program.command('data').description('download, create, check and show data sets');
  data
    .command('download')
    .addHelpText('after', example('cifar10 --out data'))
    .description('download an official data set and check its md5; resumes an earlier download')
    .addArgument(nameArgument())
    .option('--out <dir>', 'folder to unpack to (default: $ISDA_DATA, else ./data)')
    .option('--from <source>', 'another URL of the archive, or the path of a copy')
    .option('--json', 'print the result as JSON')
    .action((name: CifarName, flags: DownloadFlags) => download(context, name, flags));
  data
    .command('synthesize')
    .addHelpText('after', example('--out synthetic --train 500 --test 100'))
    .description('write a learnable synthetic data set in the binary format of an official one')
    .requiredOption('--out <dir>', 'folder to write to')
    .addOption(new Option('--name <name>', 'format of the files').choices(cifarNames).default('cifar10'))
    .option('--train <count>', 'training images', wholeArgument, 5000)
    .option('--test <count>', 'test images', wholeArgument, 1000)
    .option('--classes <count>', 'classes that occur (default: all of the format)', wholeArgument)
    .option('--seed <number>', 'seed of the images', seedArgument, 1)
    .option('--json', 'print the result as JSON')
    .action((flags: SynthesizeFlags) => makeSynthetic(context, flags));
  registerDataExport(data, context);
  registerVerify(data, context);
  registerImages(data, context);
};
