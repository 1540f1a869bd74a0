// `isda data show` and `isda data statistics`: the images that a config trains on, as a picture and in figures.
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { counted } from '../../common/format.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { createReader } from '../../data/create-reader.js';
import { createPassOver, type PassOver } from '../../data/loader/broken-images.js';
import { maxBrokenOf } from '../../data/options.js';
import type { ImageReader } from '../../data/reader.js';
import { loadSplits } from '../../data/registry.js';
import { drawSamples } from '../../data/samples.js';
import type { ImageSource } from '../../data/source.js';
import { channelStatistics } from '../../data/statistics.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { imageProgress } from '../terminal/data-progress.js';
import { configOption, countUpTo, readConfig, seedArgument, setOption } from '../options.js';
import { pngFile } from '../terminal/output.js';
import { formatTable, printJson } from '../terminal/table.js';

interface ConfigFlags {
  readonly config: string;
  readonly set: string[];
  readonly json?: boolean;
}

/** The training images of a config, their reader, and what is done with broken ones. */
async function openTraining(
  flags: ConfigFlags,
  context: CommandContext,
): Promise<{ config: ExperimentConfig; train: ImageSource; reader: ImageReader; passOver: PassOver }> {
  const { config } = readConfig(flags.config, flags.set, context);
  const { train } = await loadSplits(config.dataset, context);
  const warn = (line: string): void => void context.stderr.write(`${line}\n`);
  const passOver = createPassOver(maxBrokenOf(config.dataset), warn);
  return { config, train, reader: await createReader(train, config.augmentation), passOver };
}

interface ShowFlags extends ConfigFlags {
  readonly out: string;
  readonly rows: number;
  readonly columns: number;
  readonly seed?: number;
  readonly original: boolean;
}

async function show(flags: ShowFlags, context: CommandContext): Promise<void> {
  const out = pngFile(flags.out, context);
  const { config, train, reader, passOver } = await openTraining(flags, context);
  const { rows, columns, seed = config.training.seed, original } = flags;
  const {
    pixels,
    width,
    height,
    rows: shown,
  } = await drawSamples(train, reader, { rows, columns, seed, original, passOver });
  const { encodePng } = await import('../../data/datasets/image-folder/png.js');
  await makeFolder(dirname(out));
  await writeFileAtomically(out, await encodePng(pixels, width, height));
  if (flags.json) return printJson(context, { out, width, height, seed, original, rows: shown });
  const first = original ? 'the image as it is evaluated, then ' : '';
  const draws = columns - (original ? 1 : 0);
  context.stdout.write(`${out}, ${width} x ${height}: ${first}${counted(draws, 'draw')} of its augmentation\n`);
  const table = shown.map(({ className, image }, row) => [String(row + 1), className, image]);
  context.stdout.write(`${formatTable(['row', 'class', 'image'], table)}\n`);
}

async function statistics(flags: ConfigFlags, context: CommandContext): Promise<void> {
  const { train, reader, passOver } = await openTraining(flags, context);
  const progress = imageProgress(context.stderr);
  const onImage = (done: number): void => progress.update(done, train.count);
  const found = await channelStatistics(train, reader, { onImage, passOver }).finally(progress.stop);
  const { name, height, width } = train;
  if (flags.json) {
    const inUse = { mean: train.mean, std: train.std };
    return printJson(context, { name, height, width, ...found, inUse });
  }
  context.stdout.write(
    `${name}: ${found.images} training images of ${width} x ${height} pixels, as they are evaluated\n`,
  );
  const share = (level: number): string => (level / 255).toFixed(4);
  const rows = ['red', 'green', 'blue'].map((channel, c) => [
    channel,
    found.mean[c].toFixed(2),
    found.std[c].toFixed(2),
    share(found.mean[c]),
    share(found.std[c]),
    share(train.mean[c]),
    share(train.std[c]),
  ]);
  const header = ['channel', 'mean', 'std', 'mean / 255', 'std / 255', 'mean in use', 'std in use'];
  context.stdout.write(`${formatTable(header, rows)}\n`);
}

/** Adds `show` and `statistics` to `isda data`. */
export function registerImages(data: Command, context: CommandContext): void {
  data
    .command('show')
    .addHelpText('after', example('--config resnet32-cifar10 --out images.png'))
    .description('draw training images of a config and augmented versions of them, as a PNG')
    .addOption(configOption().makeOptionMandatory())
    .addOption(setOption())
    .requiredOption('--out <file>', 'PNG file to write')
    .option('--rows <n>', 'number of images, spread over the classes', countUpTo(1000), 6)
    .option('--columns <n>', 'pictures of each image', countUpTo(1000), 8)
    .option('--seed <n>', "seed of the augmentation (default: the config's)", seedArgument)
    .option('--no-original', 'leave out the image without augmentation')
    .option('--json', 'print what each row shows as JSON')
    .action((flags: ShowFlags) => show(flags, context));
  data
    .command('statistics')
    .addHelpText('after', example('--config resnet32-cifar10'))
    .description("compute mean and standard deviation of each channel over a config's training images")
    .addOption(configOption().makeOptionMandatory())
    .addOption(setOption())
    .option('--json', 'print as JSON')
    .action((flags: ConfigFlags) => statistics(flags, context));
}
