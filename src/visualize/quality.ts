// Quality of a generator: Fréchet distances in a classifier's features, and nearest training images.
import { cannot, stopped } from '../common/errors.js';
import { someNames } from '../common/format.js';
import { makeFolder, writeFileAtomically } from '../common/files.js';
import { dirname } from 'node:path';
import { imageBytes } from '../data/image-format.js';
import { createPassOver } from '../data/loader/broken-images.js';
import { maxBrokenOf } from '../data/options.js';
import type { DataPlaces } from '../data/registry.js';
import { selectImages, type ImageSource } from '../data/source.js';
import { readImages } from '../data/plain-images.js';
import { splitSeed, subset } from '../data/split.js';
import type { Engine, EngineRequest } from '../engine/index.js';
import type { RunCheckpoint } from '../runs/run-checkpoint.js';
import { balancedLabels, makeImages } from '../runs/synthetic-images.js';
import { generatorOfClass, loadGeneratorSet, type GeneratorSet } from '../gan/generator-set.js';
import { imageGrid } from '../report/image-grid.js';
import { svgToPng } from '../report/png.js';
import { openEncoder } from './encoder.js';
import { checkGenerator } from './figure4.js';
import { frechetDistance, momentsOf } from './frechet.js';
import { featuresOf, imagesOfClasses, type Walk } from './images.js';
import { nearestFeatures } from './neighbours.js';
import { loadTrainedRun } from './trained-run.js';

interface QualityOptions {
  /** Number of generated images. */
  readonly samples: number;
  /** Number of training images to compare with; default: all. */
  readonly images?: number;
  /** Number of samples in the grid, and of neighbours of each. */
  readonly rows: number;
  readonly neighbours: number;
  readonly seed: number;
  /** PNG file of the grid; without it no grid is drawn. */
  readonly out?: string;
}

interface QualityContext extends DataPlaces {
  readonly openEngine: (request: EngineRequest) => Promise<Engine>;
  readonly onImage: Walk['onImage'];
  readonly stopRequested: () => string | undefined;
  /** Prints a line about the picture, the images or their classes. */
  readonly warn: (line: string) => void;
}

interface QualityRow {
  /** Name of a class, or `all`. */
  readonly name: string;
  readonly images: number;
  readonly samples: number;
  readonly frechetDistance: number;
}

export interface Quality {
  readonly network: string;
  readonly featureSize: number;
  readonly rows: readonly QualityRow[];
  readonly out?: string;
}

/** Images per call when features are computed. */
const batchSize = 250;

/** Minimum number of images for a distance of a class. */
const fewest = 2;

/** Returns the classes that the generators were trained on, in ascending order. */
const classesOf = ({ generators }: GeneratorSet): number[] =>
  [...new Set(generators.flatMap(({ trainedClasses }) => trainedClasses))].sort((a, b) => a - b);

interface SampledLabels {
  /** The label that the generator is given for each sample. */
  readonly asked: Int32Array;
  /** The class of each sample; undefined if a generator without labels was trained on several classes. */
  readonly known: Int32Array | undefined;
}

/** Returns the labels of the samples, with equally many of each class. */
function sampleLabels(set: GeneratorSet, classes: readonly number[], samples: number): SampledLabels {
  const asked = balancedLabels(samples, classes.length).map((at) => classes[at]);
  const isKnown = classes.every((label) => generatorOfClass(set, label) !== undefined);
  return { asked, known: isKnown ? asked : undefined };
}

/** Returns the training images of the generators' classes. Errors: there are none. */
function comparedSource(
  whole: ImageSource,
  set: GeneratorSet,
  classes: readonly number[],
  warn: QualityContext['warn'],
) {
  const positions = imagesOfClasses(whole.labels, classes);
  const names = someNames(classes.map((label) => whole.classNames[label]));
  if (positions.length === 0) {
    throw cannot(
      'measure the generators',
      `they were trained on ${names}, but there are no training images of these classes`,
      {
        code: 'data/settings',
        place: set.path,
      },
    );
  }
  if (classes.length < whole.classes)
    warn(`only the classes that the generators were trained on are compared: ${names}`);
  return positions.length === whole.count ? whole : selectImages(whole, positions);
}

const rowsWhere = (features: Float32Array, size: number, isWanted: (row: number) => boolean): Float32Array => {
  const rows = Array.from({ length: features.length / size }, (_, row) => row).filter(isWanted);
  const chosen = new Float32Array(rows.length * size);
  rows.forEach((row, at) => chosen.set(features.subarray(row * size, (row + 1) * size), at * size));
  return chosen;
};

interface Compared {
  readonly source: ImageSource;
  /** Positions of the real images. */
  readonly indices: Uint32Array;
  readonly real: Float32Array;
  readonly samples: Float32Array;
  readonly pixels: Uint8Array;
  readonly labels: Int32Array | undefined;
  readonly featureSize: number;
}

/** Returns the distance of all images, and of each class if the classes of the samples are known. */
function distanceRows({ source, indices, real, samples, labels, featureSize: size }: Compared): QualityRow[] {
  const row = (name: string, own: Float32Array, made: Float32Array): QualityRow => ({
    name,
    images: own.length / size,
    samples: made.length / size,
    frechetDistance: frechetDistance(momentsOf(own, size), momentsOf(made, size)),
  });
  const classes =
    labels === undefined
      ? []
      : source.classNames.flatMap((name, label) => {
          const own = rowsWhere(real, size, (at) => source.labels[indices[at]] === label);
          const made = rowsWhere(samples, size, (at) => labels[at] === label);
          return Math.min(own.length, made.length) < fewest * size ? [] : [row(name, own, made)];
        });
  return [row('all', real, samples), ...classes];
}

async function drawNeighbours(
  compared: Compared,
  options: QualityOptions,
  title: string,
  { out, warn }: { readonly out: string; readonly warn: (line: string) => void },
): Promise<void> {
  const { source, indices, real, samples, pixels, labels, featureSize } = compared;
  const size = imageBytes(source);
  const rows = Math.min(options.rows, samples.length / featureSize);
  const found = nearestFeatures(samples.subarray(0, rows * featureSize), real, featureSize, options.neighbours);
  const { length } = found[0];
  const near = await readImages(
    source,
    found.flat().map(({ index }) => indices[index]),
  );
  const imageAt = (images: Uint8Array, at: number): Uint8Array => images.subarray(at * size, (at + 1) * size);
  const grid = {
    title,
    columns: ['sample', ...Array.from({ length }, (_, rank) => `nearest ${rank + 1}`)],
    rows: found.map((_, row) => ({
      label: labels === undefined ? `sample ${row + 1}` : source.classNames[labels[row]],
      images: [imageAt(pixels, row), ...Array.from({ length }, (_each, rank) => imageAt(near, row * length + rank))],
    })),
    ...{ height: source.height, width: source.width, enlargedTo: 112 },
    caption: [`Samples and the training images of the run that are nearest to them in the features of its network.`],
    groups: [1],
  };
  await makeFolder(dirname(out));
  await writeFileAtomically(out, svgToPng(await imageGrid(grid), warn, 1));
}

/**
 * Measures the generators at a path with a run's network, on the classes that they were trained on. Errors: either
 * cannot be loaded.
 */
export async function measureQuality(
  run: RunCheckpoint,
  generatorPath: string,
  options: QualityOptions,
  context: QualityContext,
): Promise<Quality> {
  const set = await loadGeneratorSet(generatorPath);
  const classes = classesOf(set);
  const { asked, known: labels } = sampleLabels(set, classes, options.samples);
  const trained = await loadTrainedRun(run, context, 'measure the generators with the run');
  for (const stored of set.generators) checkGenerator(stored, trained.splits.train);
  const source = comparedSource(trained.splits.train, set, classes, context.warn);
  const { training, dataset } = trained.config;
  const engine = await context.openEngine(training);
  const { name: network, featureSize } = trained.network;
  const { stopRequested, onImage } = context;
  const yieldToEventLoop = (): void => {
    const signal = stopRequested();
    if (signal !== undefined) throw stopped(signal, 'the generator is not measured');
  };
  const encoder = openEncoder(engine, trained, batchSize);
  try {
    const generatorFor = (label: number) => generatorOfClass(set, label) ?? set.generators[0];
    const pixels = await makeImages(generatorFor, asked, options.seed, { engine, stopRequested });
    const samples = encoder.features(pixels);
    const all = Uint32Array.from({ length: source.count }, (_, index) => index);
    const { images } = options;
    const chosen = images === undefined ? all : subset(source.labels, Math.min(images, source.count), splitSeed);
    const walk = { passOver: createPassOver(maxBrokenOf(dataset), context.warn), onImage, yieldToEventLoop };
    const { features: real, indices } = await featuresOf(source, chosen, encoder, walk);
    const compared = { source, indices, real, samples, pixels, labels, featureSize };
    const title = `${set.generators[0].options.name} of ${set.dataset}, by ${network}`;
    if (options.out !== undefined)
      await drawNeighbours(compared, options, title, { out: options.out, warn: context.warn });
    const out = options.out === undefined ? {} : { out: options.out };
    return { network, featureSize, rows: distanceRows(compared), ...out };
  } finally {
    encoder.close();
  }
}
