// `isda visualize`: Figure 4, augmented features as images.
import { join, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { significant } from '../../common/format.js';
import { covarianceKinds, type CovarianceKind } from '../../visualize/covariance.js';
import type { Visualization } from '../../visualize/visualize.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { imageProgress, iterationProgress } from '../terminal/data-progress.js';
import { openNamedRun } from './evaluate.js';
import { amountArgument, countArgument, countUpTo, seedArgument, setOption, wholeNumber } from '../options.js';
import { outputFolder } from '../terminal/output.js';
import { refuseForeignFile } from '../terminal/replaceable.js';
import { watchSignals } from '../terminal/signals.js';
import { formatTable, printJson } from '../terminal/table.js';
import { createRunContext } from './train.js';

interface VisualizeFlags {
  readonly run: string;
  readonly generator: string;
  readonly out: string;
  readonly set: readonly string[];
  readonly images: number;
  readonly index?: readonly number[];
  readonly part: 'train' | 'test';
  readonly directions: 'random' | 'pca';
  readonly draws: number;
  readonly lambda?: number;
  readonly components: number;
  readonly strength: number;
  readonly covariance?: CovarianceKind;
  readonly estimate?: boolean;
  readonly iterations: number;
  readonly rate1: number;
  readonly rate2: number;
  readonly decayEvery?: number;
  readonly eta: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly json?: boolean;
}

/** `3,17,200`. */
function indicesArgument(text: string): number[] {
  return text.split(',').map((word) => {
    const index = wholeNumber(word);
    if (index !== undefined) return index;
    throw new InvalidArgumentError('Expected image numbers, counted from 0, separated by commas.');
  });
}

/** The paper's lambda: that of the run where it was trained with ISDA, else 0.5. */
const usualLambda = 0.5;

/** Numbers of numbers.csv: about so many iterations of a step are recorded. */
const recordings = 100;

/** What is written into the folder, and what may stand there before. */
const figureFiles = [
  ['figure4.svg', 'svg'],
  ['figure4.png', 'png'],
  ['numbers.csv', 'distances'],
  ['distances.svg', 'svg'],
] as const;

function report({ network, generator, covariance, covarianceFrom, files, images }: Visualization): string {
  const rows = images.map((image) => [
    String(image.image),
    image.className,
    significant(image.featureDistance, 3),
    significant(image.pixelDistance, 3),
    significant(image.augmentedBefore, 3),
    significant(image.augmentedAfter, 3),
  ]);
  const header = ['image', 'class', 'features', 'pixels', 'augmented before', 'after'];
  return [
    `network     ${network}`,
    `generator   ${generator}`,
    `covariance  ${covariance}${covarianceFrom === 'definition' ? '' : `, from the ${covarianceFrom}`}`,
    '',
    'squared distances: reconstructions in features and pixels, augmentations in features (means) before and after step II',
    formatTable(header, rows),
    '',
    ...Object.values(files),
  ].join('\n');
}

async function run(flags: VisualizeFlags, context: CommandContext): Promise<void> {
  const out = outputFolder(flags.out, 'draw the figure', 'name a folder: several files are written', context);
  for (const [name, kind] of figureFiles) refuseForeignFile(join(out, name), [kind], 'draw the figure');
  // Loaded only where they are needed: pictures and matrices bring libraries of their own.
  const { visualize } = await import('../../visualize/visualize.js');
  const opened = await openNamedRun(flags, context);
  const { loss } = opened.config;
  const { iterations, index, rate1, rate2, covariance, ...rest } = flags;
  const options = {
    ...rest,
    generator: resolve(context.workingDirectory, flags.generator),
    out,
    ...(index === undefined ? {} : { indices: index }),
    ...(covariance === undefined ? {} : { covariance }),
    estimate: flags.estimate === true,
    iterations,
    lambda: flags.lambda ?? (loss.name === 'isda' ? loss.lambda0 : usualLambda),
    learningRates: [rate1, rate2] as const,
    decayEvery: flags.decayEvery ?? Math.ceil(iterations / 4),
    recordEvery: Math.max(1, Math.floor(iterations / recordings)),
  };
  const signals = watchSignals(context);
  const walk = imageProgress(context.stderr);
  const searches = [iterationProgress(context.stderr), iterationProgress(context.stderr)];
  const stopAll = (): void => [walk, ...searches].forEach((progress) => progress.stop());
  const print = (line: string): void => void context.stderr.write(`${line}\n`);
  const steps = ['step I: reconstructions', 'step II: augmentations'];
  try {
    const result = await visualize(opened, options, {
      ...createRunContext(context, context.stderr, signals.requested),
      print,
      onImage: (done, total) => walk.update(done, total),
      onIteration: (step, done) => {
        if (done === 1) {
          stopAll();
          print(steps[step - 1]);
        }
        searches[step - 1].update(done, iterations);
      },
    });
    stopAll();
    for (const note of result.notes) print(`warning: ${note}`);
    if (flags.json === true) return printJson(context, result);
    context.stdout.write(`${report(result)}\n`);
  } finally {
    stopAll();
    signals.stop();
  }
}

/** Adds Figure 4 to a command: to the program as `visualize`, to `isda figure` as `4`. */
export function registerVisualize(parent: Command, context: CommandContext, name = 'visualize'): void {
  const command = parent
    .command(name)
    .addHelpText('after', example('--run runs/resnet32-cifar10-figure4-seed1 --generator runs/wgan --out figure4'))
    .description('map augmented features of a run back to images with a generator (Figure 4)')
    .requiredOption('--run <dir>', 'run folder of a classifier')
    .requiredOption('--generator <dir>', 'run folder of `isda gan train`, or a generator.safetensors; for all classes')
    .requiredOption('--out <dir>', 'folder for the pictures and numbers')
    .addOption(setOption())
    .option('--images <n>', 'number of images, spread over the classes', countUpTo(1000), 5)
    .option('--index <numbers>', 'indices of the images instead, as in 3,17,200', indicesArgument)
    .addOption(
      new Option('--part <part>', 'part of the data to take images from; test: the evaluation images')
        .choices(['train', 'test'])
        .default('train'),
    )
    .addOption(
      new Option('--directions <kind>', 'random: draws from N(a, lambda Sigma); pca: along principal components')
        .choices(['random', 'pca'])
        .default('random'),
    )
    .option('--draws <n>', 'augmentations of each image', countUpTo(1000), 5)
    .option('--lambda <number>', "strength (default: the run's loss.lambda0, or 0.5 without ISDA)", amountArgument)
    .option('--components <n>', 'with pca: number of components, each in both directions', countUpTo(1000), 4)
    .option('--strength <number>', 'with pca: distance in standard deviations', amountArgument, 2)
    .addOption(
      new Option('--covariance <kind>', "default: the run's, or full without ISDA and for a sketch").choices([
        ...covarianceKinds,
      ]),
    )
    .option('--estimate', 'estimate the covariance over the training set, even if the run has one')
    .option('--iterations <n>', 'iterations of each step', countArgument, 10_000)
    .option('--rate1 <number>', 'learning rate of step I', amountArgument, 10)
    .option('--rate2 <number>', 'learning rate of step II', amountArgument, 1)
    .option('--decay-every <n>', 'iterations after which the rate is divided by 10 (default: a quarter)', countArgument)
    .option('--eta <number>', 'weight of the pixels in step I', amountArgument, 0.005)
    .option('--momentum <number>', 'momentum of the descent', amountArgument, 0.9)
    .option('--weight-decay <number>', 'weight decay of the noise', amountArgument, 1e-4)
    .option('--seed <n>', 'seed of the noise and the augmentations', seedArgument, 0)
    .option('--json', 'print the result as JSON');
  withOptionRules(command, {
    '--images': { excludes: ['--index'] },
    '--draws': { needs: '--directions random' },
    '--lambda': { needs: '--directions random' },
    '--components': { needs: '--directions pca' },
    '--strength': { needs: '--directions pca' },
    '--estimate': { excludes: ['--covariance identity'] },
  }).action((flags: VisualizeFlags) => run(flags, context));
}
