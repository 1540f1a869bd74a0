// `isda gan quality`: Fréchet distance of a generator's images in a classifier's features.
import { resolve } from 'node:path';
import { InvalidArgumentError, type Command } from 'commander';
import { significant } from '../../common/format.js';
import type { Quality } from '../../visualize/quality.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { imageProgress } from '../terminal/data-progress.js';
import { openNamedRun } from './evaluate.js';
import { columnsOf, foldedTable, wrapText } from '../terminal/fold.js';
import { countUpTo, seedArgument, setOption } from '../options.js';
import { pngFile } from '../terminal/output.js';
import { watchSignals } from '../terminal/signals.js';
import { printJson } from '../terminal/table.js';
import { createRunContext } from './train.js';

interface QualityFlags {
  readonly run: string;
  readonly generator: string;
  readonly out?: string;
  readonly set: readonly string[];
  readonly samples: number;
  readonly images?: number;
  readonly rows: number;
  readonly neighbours: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** What was measured, for people; a note where distances are of too few images. */
export function qualityText({ network, featureSize, rows, out }: Quality, width = Infinity): string {
  const table = rows.map(({ name, images, samples, frechetDistance }) => [
    name,
    String(images),
    String(samples),
    significant(frechetDistance, 4),
  ]);
  const few = rows.filter(({ images, samples }) => Math.min(images, samples) < featureSize).length;
  const note = `note: ${few} of ${rows.length} rows have fewer images or samples than features (${featureSize}), which makes their distances too large`;
  return [
    `Fréchet distance in the ${featureSize} features of ${network}`,
    foldedTable(['class', 'images', 'samples', 'distance'], table, width),
    ...(few === 0 ? [] : [wrapText(note, width)]),
    ...(out === undefined ? [] : ['', out]),
  ].join('\n');
}

async function measure(flags: QualityFlags, context: CommandContext): Promise<void> {
  const { out, ...rest } = flags;
  const options = { ...rest, ...(out === undefined ? {} : { out: pngFile(out, context) }) };
  // Loaded only where they are needed: pictures and matrices bring libraries of their own.
  const { measureQuality } = await import('../../visualize/quality.js');
  const opened = await openNamedRun(flags, context);
  const generator = resolve(context.workingDirectory, flags.generator);
  const signals = watchSignals(context);
  const walk = imageProgress(context.stderr);
  const run = createRunContext(context, context.stderr, signals.requested);
  try {
    const warn = (line: string): void => void context.stderr.write(`${line}\n`);
    const counted = { ...run, warn, onImage: (done: number, total: number) => walk.update(done, total) };
    const quality = await measureQuality(opened, generator, options, counted).finally(walk.stop);
    if (flags.json === true) printJson(context, quality);
    else context.stdout.write(`${qualityText(quality, columnsOf(context))}\n`);
  } finally {
    signals.stop();
  }
}

/** Parses a number of images that have a covariance. */
const severalUpTo =
  (max: number) =>
  (value: string): number => {
    const count = countUpTo(max)(value);
    if (count < 2) throw new InvalidArgumentError('Expected at least 2: a single image has no covariance.');
    return count;
  };

/** Adds `isda gan quality`. */
export function registerGanQuality(gan: Command, context: CommandContext): void {
  const command = gan
    .command('quality')
    .addHelpText('after', example('--generator runs/wgan --run runs/resnet32-cifar10-seed1'))
    .description(
      "compute the Fréchet distance between generated and training images in a classifier's features, and nearest neighbours",
    )
    .requiredOption('--generator <dir>', 'run folder of `isda gan train`, or a generator.safetensors')
    .requiredOption('--run <dir>', 'run folder of the classifier')
    .option('--out <file>', 'PNG file of samples next to the training images of the run nearest to them')
    .addOption(setOption())
    .option('--samples <n>', 'number of generated images', severalUpTo(200_000), 10_000)
    .option('--images <n>', 'training images of the run to compare with (default: all)', severalUpTo(999_999_999))
    .option('--rows <n>', 'number of samples in the picture', countUpTo(1000), 10)
    .option('--neighbours <n>', 'neighbours of each sample', countUpTo(1000), 5)
    .option('--seed <n>', 'seed of the samples', seedArgument, 0)
    .option('--json', 'print as JSON');
  withOptionRules(command, { '--rows': { needs: '--out' }, '--neighbours': { needs: '--out' } }).action(
    (flags: QualityFlags) => measure(flags, context),
  );
}
