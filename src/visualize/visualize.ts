// Draws Figure 4 for a run and a generator, and writes pictures and numbers into a folder.
import { join } from 'node:path';
import { cannot, stopped } from '../common/errors.js';
import { makeFolder, writeFileAtomically } from '../common/files.js';
import { createPassOver } from '../data/loader/broken-images.js';
import { maxBrokenOf } from '../data/options.js';
import type { DataPlaces } from '../data/registry.js';
import type { Engine, EngineRequest } from '../engine/index.js';
import type { RunCheckpoint } from '../runs/run-checkpoint.js';
import { loadGeneratorSet } from '../gan/generator-set.js';
import type { LoadedGenerator } from '../gan/stored.js';
import { curveFigure } from '../report/curve.js';
import { imageGrid } from '../report/image-grid.js';
import { svgToPng } from '../report/png.js';
import { estimateCovariance, type CovarianceKind, type FeatureCovariance } from './covariance.js';
import { openEncoder, type Encoder } from './encoder.js';
import {
  checkGenerator,
  chooseImages,
  drawFigure4,
  requireComponents,
  requireNoise,
  type Figure4,
  type Figure4Options,
} from './figure4.js';
import { featuresOf, type Walk } from './images.js';
import { lostSearchNotes } from './lost.js';
import { distanceCurves, distancesCsv, summarized, type ImageSummary } from './numbers.js';
import { loadTrainedRun, type TrainedRun } from './trained-run.js';

interface VisualizeOptions extends Figure4Options {
  /** Folder of a generator. */
  readonly generator: string;
  /** Folder for the pictures and numbers. */
  readonly out: string;
  readonly part: 'train' | 'test';
  /** Default: the run's kind, or `full`. */
  readonly covariance?: CovarianceKind;
  /** Whether to estimate the covariance from the training set even if the run has one. */
  readonly estimate: boolean;
}

interface VisualizeContext extends DataPlaces {
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
  readonly print: (line: string) => void;
  readonly onImage: Walk['onImage'];
  /** Called after each iteration of a step. */
  readonly onIteration: (step: 1 | 2, done: number) => void;
  /** Returns the signal that requested the end, if one was received. */
  readonly stopRequested: () => string | undefined;
}

export interface Visualization {
  readonly network: string;
  readonly generator: string;
  readonly covariance: CovarianceKind;
  /** Origin of the covariance. */
  readonly covarianceFrom: 'checkpoint' | 'training set' | 'definition';
  readonly files: Readonly<Record<'grid' | 'picture' | 'numbers' | 'curve', string>>;
  readonly images: readonly ImageSummary[];
  /** What to know about the searches. */
  readonly notes: readonly string[];
}

/** Images per call when features are computed. */
const batchSize = 250;

async function oneGenerator(path: string): Promise<LoadedGenerator> {
  const { generators } = await loadGeneratorSet(path);
  if (generators.length === 1) return generators[0];
  throw cannot('use the generator', `there are ${generators.length} generators, one for each class`, {
    code: 'generator/unusable',
    place: path,
    kind: 'usage',
    hint: 'give a generator for all classes, or the folder of one class (class-0)',
  });
}

interface CovarianceFound {
  readonly covariance: FeatureCovariance;
  readonly from: Visualization['covarianceFrom'];
}

/** Returns the covariance of the run, or estimates it from the features of all its training images. */
async function covarianceOf(
  { covariance: kept, covarianceKind, splits, network }: TrainedRun,
  { covariance: wanted, estimate }: VisualizeOptions,
  encoder: Encoder,
  walk: Walk & Pick<VisualizeContext, 'print'>,
): Promise<CovarianceFound> {
  const kind = wanted ?? covarianceKind ?? 'full';
  if (kept?.kind === kind && !estimate) return { covariance: kept, from: 'checkpoint' };
  const { featureSize } = network;
  if (kind === 'identity')
    return { covariance: { kind, featureSize, values: new Float32Array(0) }, from: 'definition' };
  const { train } = splits;
  walk.print(`estimating the ${kind} covariance over ${train.count} training images`);
  const all = Uint32Array.from({ length: train.count }, (_, index) => index);
  const { features, indices } = await featuresOf(train, all, encoder, walk);
  const labels = Int32Array.from(indices, (index) => train.labels[index]);
  const covariance = estimateCovariance(kind, features, labels, train.classes);
  return { covariance, from: 'training set' };
}

const origins: Readonly<Record<Visualization['covarianceFrom'], string>> = {
  checkpoint: ', estimated by ISDA during training',
  'training set': ', estimated over the training set',
  definition: '',
};

function captionOf(
  { network, config }: TrainedRun,
  { options: gan, dataset, trainedClasses }: LoadedGenerator,
  options: VisualizeOptions,
  { covariance: { kind }, from }: CovarianceFound,
): string[] {
  const { directions, lambda, iterations, learningRates, eta, seed, strength } = options;
  const moves =
    directions === 'random'
      ? `a~ ~ N(a, lambda Sigma), lambda ${lambda}`
      : `along principal components, ${strength} standard deviations in both directions`;
  return [
    `Network: ${network.name} (${config.experiment}). Generator: ${gan.name} of ${trainedClasses.length} classes of ${dataset}.`,
    `Augmented features: ${moves}; ${kind} covariance${origins[from]}.`,
    `${iterations} iterations per step, learning rates ${learningRates.join(' and ')}, eta ${eta}, seed ${seed}.`,
  ];
}

async function writeFiles(
  out: string,
  figure: Figure4,
  grid: Parameters<typeof imageGrid>[0],
  warn: (line: string) => void,
): Promise<Visualization['files']> {
  await makeFolder(out);
  const files = {
    grid: join(out, 'figure4.svg'),
    picture: join(out, 'figure4.png'),
    numbers: join(out, 'numbers.csv'),
    curve: join(out, 'distances.svg'),
  };
  const svg = await imageGrid(grid);
  await writeFileAtomically(files.grid, svg);
  await writeFileAtomically(files.picture, svgToPng(svg, warn));
  await writeFileAtomically(files.numbers, distancesCsv(figure));
  const labels = { xLabel: 'iteration', yLabel: 'mean squared distance of features' };
  await writeFileAtomically(files.curve, curveFigure({ curves: distanceCurves(figure), ...labels }));
  return files;
}

/** Draws Figure 4 into a folder. Errors: `stopped` after a signal, with nothing written. */
export async function visualize(
  run: RunCheckpoint,
  options: VisualizeOptions,
  context: VisualizeContext,
): Promise<Visualization> {
  const { print, onImage, onIteration, stopRequested } = context;
  const stored = await oneGenerator(options.generator);
  requireNoise(stored);
  const trained = await loadTrainedRun(run, { ...context, warn: print }, 'visualize the run');
  const { network, format, values, splits, config } = trained;
  const source = options.part === 'train' ? splits.train : splits.evaluation;
  checkGenerator(stored, source);
  const indices = chooseImages(source, stored, options);
  requireComponents(options, network.featureSize);
  const engine = await context.openEngine(config.training);
  const yieldToEventLoop = (): void => {
    const signal = stopRequested();
    if (signal === undefined) return;
    const hint = 'the same command starts from the beginning';
    throw stopped(signal, 'nothing is written', { hint });
  };
  const passOver = createPassOver(maxBrokenOf(config.dataset), print);
  const encoder = openEncoder(engine, trained, batchSize);
  try {
    const found = await covarianceOf(trained, options, encoder, { print, passOver, onImage, yieldToEventLoop });
    const { covariance, from } = found;
    const model = { generator: stored.generator, network, format, values: new Map([...values, ...stored.values]) };
    const progress = (step: 1 | 2, done: number): void => {
      onIteration(step, done);
      yieldToEventLoop();
    };
    const figure = await drawFigure4(
      { engine, model, source, indices, passOver, encoder, covariance, progress },
      options,
    );
    const grid = {
      columns: ['original', 'reconstruction', ...figure.columns],
      rows: figure.images.map(({ label, original, reconstruction, augmentations }) => ({
        label: source.classNames[label],
        images: [original, reconstruction, ...augmentations],
      })),
      ...{ height: source.height, width: source.width, enlargedTo: 112 },
      title: 'Augmented features as images (Figure 4)',
      caption: captionOf(trained, stored, options, found),
      groups: [1, 2],
    };
    return {
      network: network.name,
      generator: stored.path,
      covariance: covariance.kind,
      covarianceFrom: from,
      files: await writeFiles(options.out, figure, grid, print),
      images: summarized(figure, source.classNames),
      notes: lostSearchNotes(figure, options.eta),
    };
  } finally {
    encoder.close();
  }
}
