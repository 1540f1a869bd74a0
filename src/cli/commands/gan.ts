// `isda gan`: trains generators and draws their images.
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { openEngine } from '../../engine/index.js';
import { trainGenerators } from '../../runs/gan/generators.js';
import type { Pictures } from '../../runs/gan/pictures.js';
import type { GanLength } from '../../runs/gan/progress.js';
import { sampleGrid } from '../../runs/gan/sample-grid.js';
import { lossesFigure } from '../../report/gan-losses.js';
import { imageGrid } from '../../report/image-grid.js';
import { svgToPng } from '../../report/png.js';
import { trainingOptions } from '../../training/options.js';
import type { CommandContext } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { registerGanQuality } from './gan-quality.js';
import {
  configOption,
  countUpTo,
  readGanConfig,
  runDirectory,
  runFolderOption,
  seedArgument,
  seedOption,
  setOption,
} from '../options.js';
import { createGanProgress } from '../terminal/gan-progress.js';
import { pngFile } from '../terminal/output.js';
import { watchSignals } from '../terminal/signals.js';
import { printJson } from '../terminal/table.js';
import { createRunContext, namedFolder, ownSettings } from './train.js';

/** Draws the pictures of a command, which gives a warning once. */
function picturesFor({ stderr }: CommandContext): Pictures {
  const said = new Set<string>();
  const warn = (line: string): void => {
    if (!said.has(line)) stderr.write(`${line}\n`);
    said.add(line);
  };
  return { grid: async (grid) => svgToPng(await imageGrid(grid), warn, 1), losses: lossesFigure };
}

interface TrainFlags {
  readonly config: string;
  readonly set: readonly string[];
  readonly seed?: string;
  readonly out?: string;
  readonly class?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

async function train(flags: TrainFlags, context: CommandContext): Promise<void> {
  const seed = flags.seed === undefined ? [] : [`training.seed=${flags.seed}`];
  const { config, files } = readGanConfig(flags.config, [...flags.set, ...seed], context);
  const out = runDirectory(config, flags.out, context);
  const signals = watchSignals(context);
  try {
    const stream = flags.json === true ? context.stderr : context.stdout;
    const showProgress = (length: GanLength) => createGanProgress({ stream, clock: context.clock, ...length });
    const run = {
      ...createRunContext(context, stream, signals.requested),
      pictures: picturesFor(context),
      showProgress,
    };
    const options = { out, resume: flags.resume ?? true, only: flags.class, ...namedFolder(flags, files) };
    const trained = await trainGenerators(config, options, run);
    if (flags.json === true) printJson(context, trained);
  } finally {
    signals.stop();
  }
}

interface SampleFlags {
  readonly run: string;
  readonly out: string;
  readonly count: number;
  readonly class?: string;
  readonly seed: number;
  readonly json?: boolean;
}

async function sample(flags: SampleFlags, context: CommandContext): Promise<void> {
  const out = pngFile(flags.out, context);
  const settings = trainingOptions.parse({});
  const engine = await openEngine(settings, context.environment, (line) => context.stderr.write(`${line}\n`));
  const run = resolve(context.workingDirectory, flags.run);
  const { grid, generators } = await sampleGrid(engine, run, {
    count: flags.count,
    only: flags.class,
    seed: flags.seed,
  });
  await makeFolder(dirname(out));
  await writeFileAtomically(out, await picturesFor(context).grid(grid));
  const rows = grid.rows.map(({ label }) => label);
  if (flags.json === true) return printJson(context, { out, seed: flags.seed, count: flags.count, rows, generators });
  const labelled = rows.filter((label) => label !== '');
  const what = labelled.length === 0 ? `${rows.length} rows` : `rows: ${labelled.join(', ')}`;
  context.stdout.write(`${out}: ${flags.count} images per row, ${what}\n`);
}

export function registerGan(program: Command, context: CommandContext): void {
  const gan = program.command('gan').description('train and use generators of images (WGAN, CGAN, ACGAN, InfoGAN)');
  const training = gan
    .command('train')
    .addHelpText('after', example('--config wgan-cifar10 --out runs/wgan'))
    .description('train a generator, or one for each class; resumes an earlier run in the same folder')
    .addOption(configOption().makeOptionMandatory())
    .addOption(setOption())
    .addOption(seedOption())
    .addOption(runFolderOption())
    .option('--class <class>', 'with gan.perClass: train only the generator of this class (name or number)')
    .option('--resume', 'resume from the newest checkpoint in the run folder; the default')
    .option('--no-resume', 'start over: deletes the checkpoints in the run folder')
    .option('--json', 'print a summary of each generator as JSON; everything else goes to stderr');
  withOptionRules(training, ownSettings).action((flags: TrainFlags) => train(flags, context));
  gan
    .command('sample')
    .addHelpText('after', example('--run runs/wgan --out samples.png'))
    .description(
      'draw images of a generator at its last checkpoint as a PNG, a row for each class if the classes are known',
    )
    .requiredOption('--run <dir>', 'run folder of `isda gan train`, or a generator.safetensors')
    .requiredOption('--out <file>', 'PNG file to write')
    .option('--count <n>', 'images per row', countUpTo(1000), 10)
    .option('--class <class>', 'only this class (name or number)')
    .option('--seed <n>', 'seed of the noise', seedArgument, 0)
    .option('--json', 'print what the picture shows as JSON')
    .action((flags: SampleFlags) => sample(flags, context));
  registerGanQuality(gan, context);
}
