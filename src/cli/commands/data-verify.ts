// `isda data verify`: checks the files of a data set.
import { Argument, Option, type Command } from 'commander';
import { cannot, IsdaError } from '../../common/errors.js';
import { counted } from '../../common/format.js';
import { cifarFormats, type CifarName } from '../../data/datasets/cifar/format.js';
import { locateImageFolder } from '../../data/datasets/image-folder/sources.js';
import { dataDirectories, locateDataset } from '../../data/locate.js';
import type { FolderOptions } from '../../data/options.js';
import { verifyDataset } from '../../data/verify.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { imageProgress } from '../terminal/data-progress.js';
import { folderReportLines, reportLines } from '../data-report.js';
import { columnsOf } from '../terminal/fold.js';
import { printJson } from '../terminal/table.js';

type FolderName = FolderOptions['name'];
const folderNames: readonly FolderName[] = ['imagenet', 'image-folder'];
const isFolderName = (name: string): name is FolderName => folderNames.some((each) => each === name);

interface VerifyFlags {
  readonly dir?: string;
  readonly json?: boolean;
}

const problemCount = (problems: number): string => `${counted(problems, 'problem')} found`;

async function verifyCifar(context: CommandContext, name: CifarName, flags: VerifyFlags): Promise<void> {
  const { environment, workingDirectory } = context;
  const folder = await locateDataset(name, { dir: flags.dir, environment, workingDirectory });
  const report = await verifyDataset(name, folder);
  if (flags.json) printJson(context, report);
  else context.stdout.write(`${reportLines(report, columnsOf(context)).join('\n')}\n`);
  if (report.problems.length > 0) {
    throw cannot(`use ${cifarFormats[name].title}`, problemCount(report.problems.length), {
      code: 'data/damaged',
      hint: `\`isda data download ${name} --out DIR\` gets the official files`,
    });
  }
}

async function verifyFolder(context: CommandContext, name: FolderName, flags: VerifyFlags): Promise<void> {
  if (name === 'image-folder' && flags.dir === undefined) {
    throw cannot('find the images', 'no folder is given', {
      code: 'option/missing',
      kind: 'usage',
      hint: 'give --dir DIR',
    });
  }
  const root = await locateImageFolder(name, dataDirectories({ dir: flags.dir, ...context }));
  // Loaded only here: decoding brings a library of its own.
  const { verifyImageFolder } = await import('../../data/datasets/image-folder/verify.js');
  const progress = imageProgress(context.stderr);
  const report = await verifyImageFolder(root, progress.update).finally(progress.stop);
  if (flags.json) printJson(context, { name, ...report });
  else context.stdout.write(`${folderReportLines(name, report, columnsOf(context)).join('\n')}\n`);
  const broken = report.parts.reduce((sum, part) => sum + part.broken.length, 0);
  const [first, ...more] = report.problems;
  if (first !== undefined) {
    const all = problemCount(report.problems.length + broken);
    const only = more.length + broken === 0;
    throw only
      ? new IsdaError(first.message, { ...first, code: 'data/layout' })
      : cannot(`use the images in ${root}`, all, { code: 'data/layout', hint: 'they are listed above' });
  }
  if (broken > 0) {
    throw cannot(`read all images in ${root}`, problemCount(broken), {
      code: 'data/damaged',
      hint: `replace them, move them away, or let runs skip them with dataset.maxBroken: ${broken}`,
    });
  }
}

/** Adds `verify` to `isda data`. */
export function registerVerify(data: Command, context: CommandContext): void {
  data
    .command('verify')
    .addHelpText('after', example('cifar10 --dir data'))
    .description('check records, labels, class balance and checksums; in image folders, decode every image')
    .addArgument(new Argument('<name>', 'data set').choices([...Object.keys(cifarFormats), ...folderNames]))
    .addOption(
      new Option('--dir <dir>', 'folder of the files (default: $ISDA_DATA, then ./data); required for image-folder'),
    )
    .option('--json', 'print the findings as JSON')
    .action((name: CifarName | FolderName, flags: VerifyFlags) =>
      isFolderName(name) ? verifyFolder(context, name, flags) : verifyCifar(context, name, flags),
    );
}
