// `isda predict`: the classes of image files, by a run's network or an exported one.
import { join, relative, resolve } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { Option } from 'commander';
import { cannot } from '../../common/errors.js';
import { counted } from '../../common/format.js';
import { findImages } from '../../data/datasets/image-folder/find-images.js';
import type { CheckpointSelection } from '../../records/checkpoints.js';
import { keepsAverages } from '../../runs/averages.js';
import { networkOfFile, networkOfRun, type TrainedNetwork } from '../../runs/prediction/network.js';
import { predictFiles, type FilePrediction, type PredictedClass } from '../../runs/prediction/predict-files.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { examples } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { checkpointOption, configOption, countArgument, emaOption, readConfig, setOption } from '../options.js';
import { columnsOf, wrapText } from '../terminal/fold.js';
import { printJson } from '../terminal/table.js';
import { textColumns } from '../terminal/text-width.js';
import { openNamedRun, plainWeightsNote } from './evaluate.js';
import { createRunContext } from './train.js';

interface PredictOptions {
  readonly run?: string;
  readonly network?: string;
  readonly config?: string;
  readonly folder?: string;
  readonly top: number;
  readonly batch: number;
  readonly set: readonly string[];
  readonly checkpoint: CheckpointSelection;
  readonly ema?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
}

const usage = (reason: string, hint: string, code: 'option/missing' | 'option/conflict'): Error =>
  cannot('predict', reason, { code, kind: 'usage', hint });

/** The network that the command names. Errors (usage): none, or two; settings of a file that has no config. */
async function namedNetwork(options: PredictOptions, context: CommandContext): Promise<TrainedNetwork> {
  const { run, network, config, set, checkpoint } = options;
  if (run === undefined && network === undefined)
    throw usage('no network is given', 'give --run DIR, or --network FILE of `isda export`', 'option/missing');
  if (run !== undefined) {
    const other = network === undefined ? config && '--config' : '--network';
    if (other !== undefined)
      throw usage(`both --run and ${other} are given`, 'a run contains its own network and config', 'option/conflict');
    const averagesFor = options.ema === true ? { averagesFor: 'predict with the averages' } : {};
    const opened = await openNamedRun({ run, set, checkpoint, ...averagesFor }, context);
    if (keepsAverages(opened)) context.stderr.write(plainWeightsNote('predicted'));
    return networkOfRun(opened, context);
  }
  if (config === undefined && set.length > 0)
    throw usage('--set changes a config, but none is given', 'give it with --config', 'option/missing');
  const given = config === undefined ? undefined : readConfig(config, set, context).config;
  return networkOfFile(resolve(context.workingDirectory, network!), given, context);
}

/** The files as they are named, in their order. Errors: there are none. */
async function namedFiles(words: readonly string[], folder: string | undefined, context: CommandContext) {
  const root = folder === undefined ? '' : resolve(context.workingDirectory, folder);
  const found = folder === undefined ? undefined : await findImages(root);
  for (const note of found?.notes ?? []) context.stderr.write(`warning: ${note}\n`);
  const named = [
    ...words.map((word) => ({ name: word, path: resolve(context.workingDirectory, word) })),
    // As the folder is named, so are its files.
    ...(found?.files ?? []).map((path) => ({ name: join(folder ?? '', relative(root, path)), path })),
  ];
  if (named.length === 0)
    throw usage('no image is given', 'give image files, or a folder with --folder', 'option/missing');
  return named;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A line of text, or several that fit; a class and its probability stay together. */
function predictionText(name: string, classes: readonly PredictedClass[], width: number): string {
  const words = classes.map(({ className, probability }) => `${className} ${percent(probability)}`);
  const line = `${name}  ${words.join(', ')}`;
  if (textColumns(line) <= width) return line;
  const together = words.map((word) => word.replaceAll(' ', '\u00a0')).join(', ');
  return `${name}\n${wrapText(together, width - 2)
    .replaceAll('\u00a0', ' ')
    .replaceAll(/^/gm, '  ')}`;
}

const csvHeader = ['image', 'rank', 'label', 'class', 'probability'];

const csvLines = (name: string, classes: readonly PredictedClass[]): string =>
  stringify(classes.map(({ label, className, probability }, at) => [name, at + 1, label, className, probability]));

/** A reason with what to do, where there is something. */
const explained = (reason: string): string =>
  reason === 'it is a folder' ? `${reason}; use --folder for folders` : reason;

type Shown = FilePrediction & { readonly image: string };

/** How predictions are printed, as they come; JSON when all are there. */
function createPrinter({ json, csv }: PredictOptions, context: CommandContext) {
  const { stdout } = context;
  const width = columnsOf(context);
  if (csv === true) stdout.write(`${csvHeader.join(',')}\n`);
  return (shown: Shown): void => {
    if (json === true || 'broken' in shown) return;
    const { image, classes } = shown;
    stdout.write(csv === true ? csvLines(image, classes) : `${predictionText(image, classes, width)}\n`);
  };
}

async function predict(words: readonly string[], options: PredictOptions, context: CommandContext): Promise<void> {
  const network = await namedNetwork(options, context);
  const files = await namedFiles(words, options.folder, context);
  const { clock } = context;
  const run = createRunContext(context, context.stderr, () => undefined);
  const sizes = { top: options.top, batchSize: options.batch };
  const print = createPrinter(options, context);
  const all: Shown[] = [];
  const paths = files.map(({ path }) => path);
  let began: number | undefined;
  const openEngine: typeof run.openEngine = async (request) => {
    const engine = await run.openEngine(request);
    began = clock();
    return engine;
  };
  let broken = 0;
  for await (const batch of predictFiles(network, paths, sizes, { openEngine })) {
    for (const prediction of batch) {
      const shown = { image: files[prediction.index].name, ...prediction };
      if ('broken' in shown) {
        broken++;
        context.stderr.write(`warning: cannot read image ${shown.image}: ${explained(shown.broken)}\n`);
      }
      if (options.json === true) all.push(shown);
      print(shown);
    }
  }
  const seconds = Math.max(1e-3, (clock() - (began ?? clock())) / 1000);
  const imagesPerSecond = Number(((files.length - broken) / seconds).toPrecision(3));
  if (options.json === true) {
    const predictions = all.flatMap((each) => ('broken' in each ? [] : [{ image: each.image, classes: each.classes }]));
    const unread = all.flatMap((each) => ('broken' in each ? [{ image: each.image, reason: each.broken }] : []));
    printJson(context, { network: network.path, imagesPerSecond, predictions, broken: unread });
  }
  const read = counted(files.length - broken, 'image');
  context.stderr.write(`${read} in ${seconds.toFixed(1)} s, ${imagesPerSecond} images per second\n`);
  if (broken > 0) {
    const reason =
      broken === files.length ? 'see the warnings above' : 'see the warnings above; the others are predicted';
    throw cannot(`read ${broken} of ${counted(files.length, 'file')}`, reason, { code: 'data/damaged' });
  }
}

const [usualTop, usualBatch] = [5, 64];

export const registerPredict: RegisterCommand = (program, context) => {
  const shown = [
    ['cat.jpg dog.png --run runs/mine', 'the five most probable classes of each image'],
    ['--folder photos --run runs/mine --top 1 --csv', 'the classes of all images in a folder, as CSV'],
    ['cat.jpg --network resnet32.safetensors --json', 'with a network written by `isda export`'],
  ] as const;
  const command = program
    .command('predict')
    .addHelpText('after', examples(shown, context.stdout))
    .description("predict the classes of image files with a run's network or an exported one")
    .argument('[files...]', 'image files; these or --folder are required')
    .option('--run <dir>', 'run folder; this or --network is required')
    .addOption(checkpointOption())
    .addOption(emaOption())
    .option('--network <file>', 'safetensors file of `isda export`, or of PyTorch with its config')
    .addOption(
      new Option(
        '--config <file>',
        `config of --network, if the file does not contain one: ${configOption().description}`,
      ),
    )
    .option('--folder <dir>', 'all images in a folder and the folders in it')
    .option('--top <n>', 'classes to print for each image', countArgument, usualTop)
    .option('--batch <n>', 'batch size', countArgument, usualBatch)
    .addOption(setOption())
    .option('--csv', 'print as CSV: one line per image and class')
    .option('--json', 'print as JSON');
  withOptionRules(command, {
    '--csv': { excludes: ['--json'] },
    '--checkpoint': { needs: '--run' },
    '--ema': { needs: '--run' },
  }).action((files: readonly string[], options: PredictOptions) => predict(files, options, context));
};
