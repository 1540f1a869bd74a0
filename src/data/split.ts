// Class-balanced, deterministic subsets and hold-out sets, and the splits of a run.
import { cannot, type IsdaError } from '../common/errors.js';
import { counted, someNames } from '../common/format.js';
import { permutation, randomStream } from '../common/random.js';
import type { DatasetOptions } from './options.js';
import { selectImages, type ImageSource } from './source.js';

/** The seed of the splits of all runs: runs of a study must be compared on the same images, whatever their own seed. */
export const splitSeed = 20190914;

/** Returns the positions of each class that occurs, classes ascending. */
function positionsByClass(labels: Int32Array): Map<number, number[]> {
  const byClass = new Map<number, number[]>();
  for (const label of [...new Set(labels)].sort((a, b) => a - b)) byClass.set(label, []);
  labels.forEach((label, position) => byClass.get(label)!.push(position));
  return byClass;
}

interface Choice {
  readonly count: number;
  readonly seed: number;
  readonly purpose: 'subset' | 'holdout';
  /** Minimum number of images per class that are not chosen. */
  readonly kept: number;
}

/**
 * Returns `count` positions of `labels`, ascending, equally many per class. If the number of classes does not divide
 * `count`, the rest is taken from classes chosen by the seed; the other classes make up for those that are too small.
 * With the same seed and purpose, a larger choice contains every smaller one.
 */
function chooseBalanced(labels: Int32Array, { count, seed, purpose, kept }: Choice): Uint32Array {
  const groups = [...positionsByClass(labels)];
  const rank = permutation(groups.length, randomStream(seed, purpose, 'classes'));
  const order = groups.map((group, index) => ({ label: group[0], positions: group[1], rank: rank[index] }));
  // Small classes first, so that the images they lack are spread over the following ones.
  order.sort((a, b) => a.positions.length - b.positions.length || a.rank - b.rank);
  const chosen: number[] = [];
  order.forEach(({ label, positions }, index) => {
    const share = Math.floor((count - chosen.length) / (order.length - index));
    const shuffled = permutation(positions.length, randomStream(seed, purpose, 'images', label));
    for (let i = 0; i < Math.min(share, positions.length - kept); i++) chosen.push(positions[shuffled[i]]);
  });
  return Uint32Array.from(chosen).sort();
}

function tooMany(action: string, count: number, available: number, key: string): IsdaError {
  return cannot(action, `${key} is ${count}, but there are only ${available} images`, {
    code: 'data/settings',
    kind: 'usage',
    hint: `choose a ${key} of at most ${available}`,
  });
}

const singleImages = (): IsdaError =>
  cannot('hold out images', 'no class has more than one image, and one per class must remain for training', {
    code: 'data/settings',
    kind: 'usage',
    hint: 'add images, or put evaluation images into val/ instead of setting dataset.holdout or dataset.validationFraction',
  });

/** Returns `count` class-balanced positions of `labels`, ascending. Errors (usage): there are fewer images. */
export function subset(labels: Int32Array, count: number, seed: number): Uint32Array {
  if (count > labels.length) throw tooMany('choose a subset', count, labels.length, 'subset');
  return chooseBalanced(labels, { count, seed, purpose: 'subset', kept: 0 });
}

interface Holdout {
  /** Positions held out, ascending. */
  readonly holdout: Uint32Array;
  /** All other positions, ascending. */
  readonly remainder: Uint32Array;
}

/**
 * Holds out `count` class-balanced positions of `labels` and leaves at least one image of each class. Errors (usage):
 * there are fewer images.
 */
export function holdout(labels: Int32Array, count: number, seed: number): Holdout {
  const classes = new Set(labels).size;
  const available = labels.length - classes;
  if (count > 0 && available === 0) throw singleImages();
  if (count > available) {
    const left = labels.length - count;
    const remaining = `${left === 0 ? 'none' : left} of ${labels.length} images ${left <= 1 ? 'remains' : 'remain'}`;
    const tooFew = `with holdout ${count}, ${remaining} for training, fewer than the ${classes} classes`;
    const reason = left < 0 ? `holdout is ${count}, but there are only ${labels.length} images` : tooFew;
    throw cannot('hold out images', reason, {
      code: 'data/settings',
      kind: 'usage',
      hint: `choose a holdout of at most ${available}, which leaves one image of each class`,
    });
  }
  const held = chooseBalanced(labels, { count, seed, purpose: 'holdout', kept: 1 });
  const isHeld = new Uint8Array(labels.length);
  for (const position of held) isHeld[position] = 1;
  const remainder = new Uint32Array(labels.length - held.length);
  let next = 0;
  for (let position = 0; position < labels.length; position++) if (isHeld[position] === 0) remainder[next++] = position;
  return { holdout: held, remainder };
}

/** Returns how many images of a class a fraction holds out: at least one if there are several, and never all. */
export const heldOutOf = (images: number, fraction: number): number =>
  Math.min(images - 1, Math.max(1, Math.round(fraction * images)));

/**
 * Holds out a fraction of the images of each class: at least one if there are several, and never all. The positions of
 * a larger fraction contain those of a smaller one.
 */
export function holdoutFraction(labels: Int32Array, fraction: number, seed: number): Holdout {
  const isHeld = new Uint8Array(labels.length);
  for (const [label, positions] of positionsByClass(labels)) {
    const count = heldOutOf(positions.length, fraction);
    const shuffled = permutation(positions.length, randomStream(seed, 'holdout', 'images', label));
    for (let i = 0; i < count; i++) isHeld[positions[shuffled[i]]] = 1;
  }
  const where = (held: number): Uint32Array =>
    Uint32Array.from(labels.keys()).filter((position) => isHeld[position] === held);
  return { holdout: where(1), remainder: where(0) };
}

/** The images with which a run is evaluated: the test set, or held-out training images. */
export type EvaluationName = 'test' | 'holdout';

export interface Splits {
  readonly train: ImageSource;
  readonly evaluation: ImageSource;
  readonly evaluationName: EvaluationName;
  /** Messages about skipped files and folders, and about classes without images. */
  readonly notes?: readonly string[];
}

function labelsAt(labels: Int32Array, positions: Uint32Array): Int32Array {
  return Int32Array.from(positions, (position) => labels[position]);
}

/** Maximum number of class names in a note. */
const notedNames = 5;

/** Returns notes about classes without images, which the loss, including ISDA's covariances, never sees. */
function classNotes({ train, evaluation, evaluationName }: Splits): string[] {
  const all = new Set(train.classNames.keys());
  const [trained, evaluated] = [new Set(train.labels), new Set(evaluation.labels)];
  const few = (
    part: string,
    { count }: ImageSource,
    found: ReadonlySet<number>,
    wanted: ReadonlySet<number>,
  ): string[] => {
    const missing = [...wanted].filter((label) => !found.has(label)).sort((a, b) => a - b);
    if (missing.length === 0) return [];
    const names = someNames(
      missing.map((label) => train.classNames[label]),
      notedNames,
    );
    const images = counted(count, `${part} image`);
    return [
      `the ${images} ${count === 1 ? 'covers' : 'cover'} ${wanted.size - missing.length} of the ${wanted.size} classes; classes without images: ${names}`,
    ];
  };
  return [...few('training', train, trained, all), ...few(evaluationName, evaluation, evaluated, trained)];
}

/** Returns the training and evaluation images of a run (`chooseSplits`), and notes about classes without images. */
export function buildSplits(
  ...choice: Parameters<typeof chooseSplits>
): Splits & { readonly notes: readonly string[] } {
  const splits = chooseSplits(...choice);
  return { ...splits, notes: classNotes(splits) };
}

type SplitOptions = Pick<DatasetOptions, 'subset' | 'testSubset' | 'holdout' | 'validationFraction' | 'validationSeed'>;

/**
 * Returns the training and evaluation images of a run. With `validationFraction`, a fraction of the training images
 * replaces the test set. With `holdout`, the evaluation uses held-out training images, `subset` is taken from the
 * others, and the test set (with `testSubset`) is not used.
 * Errors (usage): the numbers exceed those of the available images.
 */
function chooseSplits(
  { validationFraction, validationSeed, ...options }: SplitOptions,
  train: ImageSource,
  test: ImageSource,
  seed: number = splitSeed,
): Splits {
  if (validationFraction !== undefined) {
    const { holdout: held, remainder } = holdoutFraction(train.labels, validationFraction, validationSeed ?? seed);
    if (held.length === 0) throw singleImages();
    const splits = chooseSplits(options, selectImages(train, remainder), selectImages(train, held), seed);
    return { ...splits, evaluationName: 'holdout' };
  }
  const held = options.holdout > 0 ? holdout(train.labels, options.holdout, seed) : undefined;
  let positions = held?.remainder;
  if (options.subset !== undefined) {
    const available = positions ?? Uint32Array.from(train.labels.keys());
    if (options.subset > available.length) {
      const what = held === undefined ? 'choose training images' : `choose training images in addition to a holdout`;
      throw tooMany(what, options.subset, available.length, 'subset');
    }
    positions = subset(labelsAt(train.labels, available), options.subset, seed).map((position) => available[position]);
  }
  const training = positions === undefined ? train : selectImages(train, positions);
  if (held !== undefined) {
    return { train: training, evaluation: selectImages(train, held.holdout), evaluationName: 'holdout' };
  }
  if (options.testSubset === undefined) return { train: training, evaluation: test, evaluationName: 'test' };
  if (options.testSubset > test.count) {
    throw tooMany('choose test images', options.testSubset, test.count, 'testSubset');
  }
  const evaluation = selectImages(test, subset(test.labels, options.testSubset, seed));
  return { train: training, evaluation, evaluationName: 'test' };
}
