// Figure 4: images, their reconstructions, and images of ISDA's augmented features (paper, section 6; supplement C).
import { cannot } from '../common/errors.js';
import { randomStream } from '../common/random.js';
import { someNames } from '../common/format.js';
import { classDifference } from '../data/class-names.js';
import { imageBytes } from '../data/image-format.js';
import type { PassOver } from '../data/loader/broken-images.js';
import { readReadableImages } from '../data/plain-images.js';
import type { ImageSource } from '../data/source.js';
import { splitSeed, subset } from '../data/split.js';
import type { Engine } from '../engine/index.js';
import { sizeDifference } from '../gan/generator.js';
import type { LoadedGenerator } from '../gan/stored.js';
import { drawAround, movedAlong, principalDirections, type FeatureCovariance } from './covariance.js';
import { descend, type Recorded } from './descent.js';
import type { Encoder } from './encoder.js';
import { imagesOfClasses } from './images.js';
import { openInversion, type InversionProblem, type LoadedModel } from './inversion.js';

export interface Figure4Options {
  /** Number of images, unless `indices` selects them. */
  readonly images: number;
  readonly indices?: readonly number[];
  /** `random`: draws from N(a, lambda Sigma); `pca`: along the largest principal components, in both directions. */
  readonly directions: 'random' | 'pca';
  readonly draws: number;
  readonly lambda: number;
  readonly components: number;
  /** In standard deviations. */
  readonly strength: number;
  readonly iterations: number;
  /** Learning rates of step I and step II. */
  readonly learningRates: readonly [number, number];
  readonly decayEvery: number;
  readonly eta: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly seed: number;
  readonly recordEvery: number;
}

interface Figure4Parts {
  /** Indices of the images, from `chooseImages`. */
  readonly indices: readonly number[];
  /** Called with the error if an image cannot be read; the image is then left out. */
  readonly passOver: PassOver;
  readonly engine: Engine;
  readonly model: LoadedModel;
  readonly source: ImageSource;
  readonly encoder: Encoder;
  readonly covariance: FeatureCovariance;
  /** Called after each iteration of a step; throws to end the search. */
  readonly progress: (step: 1 | 2, iteration: number) => void;
}

interface Figure4Image {
  readonly index: number;
  readonly label: number;
  readonly original: Uint8Array;
  readonly reconstruction: Uint8Array;
  readonly augmentations: readonly Uint8Array[];
}

export interface Figure4 {
  readonly images: readonly Figure4Image[];
  /** Names of the augmentations. */
  readonly columns: readonly string[];
  /** Step I: one distance per image. Step II: all augmentations of the first image, then those of the second, … */
  readonly steps: readonly [readonly Recorded[], readonly Recorded[]];
}

/**
 * Returns the indices of the images to show: the requested ones, or a class-balanced choice from the generator's
 * classes. Errors (usage): an index out of range; an image of a class that the generator was not trained on.
 */
export function chooseImages(
  source: ImageSource,
  { trainedClasses, path }: Pick<LoadedGenerator, 'trainedClasses' | 'path'>,
  { images, indices }: Figure4Options,
): readonly number[] {
  const refuse = (reason: string, detail: { readonly place?: string; readonly hint?: string } = {}): Error =>
    cannot('show the images', reason, { code: 'option/invalid', kind: 'usage', ...detail });
  const known = imagesOfClasses(source.labels, trainedClasses);
  const named = `the generator was trained only on ${someNames(trainedClasses.map((label) => source.classNames[label]))}`;
  if (indices === undefined) {
    if (known.length === 0) throw refuse(`${named}, but there are no images of these classes`, { place: path });
    const labels = Int32Array.from(known, (index) => source.labels[index]);
    return Array.from(subset(labels, Math.min(images, known.length), splitSeed), (at) => known[at]);
  }
  const stray = indices.find((index) => index >= source.count);
  if (stray !== undefined) throw refuse(`there is no image ${stray}; the images are numbered 0 … ${source.count - 1}`);
  const foreign = indices.find((index) => !trainedClasses.includes(source.labels[index]));
  if (foreign === undefined) return indices;
  throw refuse(`image ${foreign} is of class ${source.classNames[source.labels[foreign]]}: ${named}`, {
    place: path,
    hint: 'choose images of its classes, or a generator of all classes',
  });
}

/** Errors (usage): more principal components than features. */
export function requireComponents({ directions, components }: Figure4Options, featureSize: number): void {
  if (directions !== 'pca' || components <= featureSize) return;
  throw cannot(
    'move along the principal components',
    `there are only ${featureSize}, one per feature, not ${components}`,
    {
      code: 'option/invalid',
      kind: 'usage',
      hint: `--components must be at most ${featureSize}`,
    },
  );
}

/** Returns the features that step II maps back to images, and the names of the augmentations. */
function augmentedFeatures(
  features: readonly Float32Array[],
  labels: Int32Array,
  covariance: FeatureCovariance,
  options: Figure4Options,
): { readonly targets: Float32Array[][]; readonly columns: string[] } {
  const { directions: kind, draws, lambda, components, strength, seed } = options;
  const ofClass = new Map([...new Set(labels)].map((label) => [label, principalDirections(covariance, label)]));
  if (kind === 'random') {
    return {
      columns: Array.from({ length: draws }, (_, draw) => `augmented ${draw + 1}`),
      targets: features.map((feature, row) =>
        Array.from({ length: draws }, (_, draw) =>
          drawAround(feature, ofClass.get(labels[row])!, lambda, randomStream(seed, 'augmented feature', row, draw)),
        ),
      ),
    };
  }
  const moves = Array.from({ length: components }, (_, k) => [-strength, strength].map((by) => ({ k, by }))).flat();
  return {
    columns: moves.map(({ k, by }) => `PC ${k + 1}, ${by < 0 ? '−' : '+'}${Math.abs(by)} σ`),
    targets: features.map((feature, row) =>
      moves.map(({ k, by }) => movedAlong(feature, ofClass.get(labels[row])!, k, by)),
    ),
  };
}

const repeated = <T>(list: readonly T[], times: number): T[] => list.flatMap((item) => Array<T>(times).fill(item));

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

const rowsOf = <T extends Uint8Array | Float32Array>(values: T, size: number): T[] =>
  Array.from({ length: values.length / size }, (_, row) => values.subarray(row * size, (row + 1) * size) as T);

/** Runs both steps. Errors: a search that diverges; what `progress` throws. */
export async function drawFigure4(parts: Figure4Parts, options: Figure4Options): Promise<Figure4> {
  const { engine, model, source, passOver, encoder, covariance, progress } = parts;
  const { generator, network } = model;
  const { iterations, decayEvery, eta, recordEvery, learningRates, seed } = options;
  const size = imageBytes(source);
  const { images: pixels, indices: found } = await readReadableImages(source, parts.indices, passOver);
  if (found.length === 0) throw cannot('show the images', 'none of them can be read', { code: 'data/damaged' });
  const indices = [...found];
  const labels = Int32Array.from(indices, (index) => source.labels[index]);
  const features = encoder.features(pixels);
  const course = { iterations, decayEvery, recordEvery };

  const run = async (problem: InversionProblem, step: 1 | 2) => {
    const search = openInversion(engine, model, problem, options);
    try {
      const [learningRate, pixelWeight] = [learningRates[step - 1], step === 1 ? eta : 0];
      const recorded = await descend(search, { ...course, learningRate, pixelWeight }, (done) => progress(step, done));
      return { recorded, noise: search.noise(), images: rowsOf(search.images(), size) };
    } finally {
      search.close();
    }
  };

  const original = Float32Array.from(pixels, (value) => value / 127.5 - 1);
  const noise = joined(
    indices.map((_, row) => {
      const random = randomStream(seed, 'noise', row);
      return Float32Array.from({ length: generator.noise }, () => random.normal());
    }),
  );
  const first = await run({ noise, labels, features, images: original }, 1);

  const { targets, columns } = augmentedFeatures(rowsOf(features, network.featureSize), labels, covariance, options);
  const times = columns.length;
  const second = await run(
    {
      noise: joined(repeated(rowsOf(first.noise, generator.noise), times)),
      labels: Int32Array.from(repeated([...labels], times)),
      features: joined(targets.flat()),
      images: joined(repeated(rowsOf(original, size), times)),
    },
    2,
  );
  return {
    columns,
    images: indices.map((index, row) => ({
      index,
      label: labels[row],
      original: pixels.subarray(row * size, (row + 1) * size),
      reconstruction: first.images[row],
      augmentations: second.images.slice(row * times, (row + 1) * times),
    })),
    steps: [first.recorded, second.recorded],
  };
}

/** Errors: the generator's noise is a single number, which has no standard deviation to be divided by. */
export function requireNoise({ generator: { noise }, path }: Pick<LoadedGenerator, 'generator' | 'path'>): void {
  if (noise > 1) return;
  throw cannot('use the generator', 'its noise is a single number, and z^ = (z − mean z) / std z needs at least two', {
    code: 'generator/unusable',
    place: path,
    hint: 'train one with a larger gan.noise',
  });
}

/** Checks that a generator fits the images of a classifier. Errors: another image size; other classes. */
export function checkGenerator(
  { classNames, path }: Pick<LoadedGenerator, 'classNames' | 'path'>,
  source: Pick<ImageSource, 'name' | 'height' | 'width' | 'classNames'>,
): void {
  const refuse = (reason: string): Error =>
    cannot('use the generator', reason, { code: 'generator/unusable', place: path });
  const otherSize = sizeDifference(source);
  if (otherSize !== undefined) throw refuse(otherSize);
  // Checked for generators without labels too, because the classes they were trained on are stored as numbers.
  const difference = classDifference({ classNames, owner: 'the generator' }, { ...source, owner: source.name });
  if (difference !== undefined) throw refuse(`the classes differ: ${difference}`);
}
