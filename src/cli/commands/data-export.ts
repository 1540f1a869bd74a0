// `isda data export`: writes images of a data set as a folder of class folders.
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { counted } from '../../common/format.js';
import { loadCifar } from '../../data/datasets/cifar/cifar.js';
import { cifarFormats, type CifarName, type DatasetPart } from '../../data/datasets/cifar/format.js';
import { locateDataset } from '../../data/locate.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { countArgument } from '../options.js';
import { printJson } from '../terminal/table.js';

interface ExportFlags {
  readonly out: string;
  readonly dir?: string;
  readonly part: DatasetPart;
  readonly classes?: readonly string[];
  readonly count?: number;
  readonly json?: boolean;
}

async function exportImages(name: CifarName, flags: ExportFlags, context: CommandContext): Promise<void> {
  const { environment, workingDirectory, stdout } = context;
  const { part, classes, count, dir } = flags;
  const directory = await locateDataset(name, { dir, environment, workingDirectory });
  const source = await loadCifar({ name, directory, part });
  const folder = resolve(workingDirectory, flags.out);
  // Loaded only here: encoding brings a library of its own.
  const { writeImageFolder } = await import('../../data/datasets/image-folder/write-images.js');
  const written = await writeImageFolder(source, { classes, count }, folder);
  const images = written.reduce((sum, each) => sum + each.images, 0);
  if (flags.json === true) return printJson(context, { folder, images, classes: written });
  const of = written.length === 1 ? '1 class' : `${written.length} classes`;
  stdout.write(`${folder}: ${counted(images, 'image')} of ${of}\n`);
}

/** Adds `export` to `isda data`. */
export function registerDataExport(data: Command, context: CommandContext): void {
  data
    .command('export')
    .addHelpText('after', example('cifar10 --out animals --classes cat deer dog horse --count 500'))
    .description('write images of a data set as PNG files in a folder for each class')
    .addArgument(new Argument('<name>', 'data set').choices(Object.keys(cifarFormats)))
    .requiredOption('--out <dir>', 'folder to write')
    .option('--dir <dir>', 'folder of the data set (default: $ISDA_DATA, then ./data)')
    .addOption(new Option('--part <part>', 'part of the data set').choices(['train', 'test']).default('train'))
    .option('--classes <names...>', 'classes to write (default: all)')
    .option('--count <n>', 'images of each class, the first ones (default: all)', countArgument)
    .option('--json', 'print the result as JSON')
    .action((name: CifarName, flags: ExportFlags) => exportImages(name, flags, context));
}
