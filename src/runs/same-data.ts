// Compares the images of a checkpoint with those that are present now.
import { cannot } from '../common/errors.js';
import { someNames } from '../common/format.js';
import { classChanges, classDifference, lackNames, type ClassChanges } from '../data/class-names.js';
import { isImageFolder, type DatasetOptions } from '../data/options.js';
import { loadSplits, type DataPlaces, type LoadedIdentity, type LoadedSplits } from '../data/registry.js';
import type { RunInputs } from '../records/inputs.js';
import { parseProgress } from '../training/state.js';
import type { RunCheckpoint } from './run-checkpoint.js';

/** The images recorded in a checkpoint; empty in checkpoints of earlier versions. */
interface TrainedOn {
  /** Checksum of the data set. */
  readonly data?: string | undefined;
  readonly classNames?: readonly string[] | undefined;
}

/**
 * Whether the images are those of a checkpoint. If it does not record them, such as that of an imported network, only
 * the order of the classes is compared. The checksum of earlier versions does not include CIFAR's class names, so these
 * are compared separately.
 */
function isSameData(trainedOn: TrainedOn, now: LoadedSplits): boolean {
  const { data } = trainedOn;
  if (data === undefined) return changedClasses(trainedOn, now)?.moved !== true;
  if (data === now.data.checksum) return true;
  return data === now.earlierChecksum && changedClasses(trainedOn, now) === undefined;
}

/**
 * Errors: the images are not those that a checkpoint was trained on. `inputs`: those of its run, if known; `place`:
 * path of the checkpoint.
 */
export function requireSameData(
  trainedOn: TrainedOn,
  now: LoadedSplits,
  inputs: RunInputs | undefined,
  place: string,
): void {
  if (isSameData(trainedOn, now)) return;
  throw otherData(dataChangesText(trainedOn, now, inputs), place);
}

/**
 * Returns a warning if a network that was trained on unknown images has classes of other names. They may be the same
 * classes: ImageNet's have identifiers and readable names. `owner` has the names; `otherwise` is what follows if not.
 */
export function otherNamesText(
  classNames: readonly string[] | undefined,
  { data }: Pick<LoadedSplits, 'data'>,
  owner: string,
  otherwise: string,
): string | undefined {
  if (classNames === undefined) return undefined;
  const difference = classDifference({ classNames, owner }, { classNames: data.classNames, owner: 'the images' });
  return difference && `warning: ${difference}; if these are not the same classes, ${otherwise}`;
}

/**
 * Errors (usage): the last layer of a file of initial weights has classes in another order than the images, so that its
 * outputs would mean other classes. `classNames`: those of the file, if known; `place`: its path.
 */
export function requireClassOrder(
  classNames: readonly string[] | undefined,
  now: Pick<LoadedSplits, 'data'>,
  place: string,
): void {
  const classes = changedClasses({ classNames }, now);
  if (classes?.moved !== true) return;
  throw cannot('use the weights', `the order of the classes differs from that of the images: ${classes.text}`, {
    code: 'data/changed',
    kind: 'usage',
    place,
    hint: 'model.head: fresh (--set model.head=fresh) starts with a new last layer',
  });
}

/** Returns the error for images that are not those of a checkpoint. */
export const otherData = (difference: string, place: string): Error =>
  cannot('resume', `the images are not those that the checkpoint was trained on: ${difference}`, {
    code: 'data/changed',
    place,
    hint: 'check dataset.dir, and its files with `isda data verify`; or choose another folder with --out',
  });

/** Errors: the images have another number of classes than the network; `known`: the names of its classes. */
function requireClassCount(
  { classes, known }: { readonly classes: number; readonly known: readonly string[] | undefined },
  { data: { classNames, folder } }: LoadedSplits,
  action: string,
): void {
  if (classNames.length === classes) return;
  const text = known && classChanges(known, classNames)?.text;
  const changes = text === undefined ? '' : `: ${text}`;
  throw cannot(action, `the images have ${classNames.length} classes, the network has ${classes}${changes}`, {
    code: 'data/changed',
    ...(folder !== undefined && { place: folder }),
    hint: `choose images of the classes of the network${known === undefined ? '' : `: ${someNames(known)}`}`,
  });
}

/**
 * Loads the images for evaluating or inspecting a run. `action`: for the message, such as `evaluate the run`;
 * `choose`: as for `loadSplits`. Other images cause a warning. Errors: the images have another number of classes than
 * the network, or the classes in another order.
 */
export async function loadRunSplits(
  { config, checkpoint, inputs }: RunCheckpoint,
  { warn, ...places }: DataPlaces & { readonly warn: (line: string) => void },
  action: string,
  choose?: (found: LoadedIdentity) => DatasetOptions,
): Promise<LoadedSplits> {
  const { progress, path } = checkpoint;
  const trainedOn = parseProgress(progress, path);
  const { dataset } = config;
  const recorded = 'classes' in dataset ? dataset.classes : undefined;
  // The config of a run has the number of classes of its network, which is no setting of the user.
  const free = isImageFolder(dataset) ? { ...dataset, classes: undefined } : dataset;
  const splits = await loadSplits(free, places, choose);
  const known = trainedOn.classNames ?? inputs?.data?.classNames;
  const count = known?.length ?? recorded;
  if (count !== undefined) requireClassCount({ classes: count, known }, splits, action);
  const classes = changedClasses(trainedOn, splits);
  if (classes?.moved === true) {
    throw cannot(action, `the order of the classes differs from that of the run: ${classes.text}`, {
      code: 'data/changed',
      place: splits.data.folder ?? path,
      hint: 'restore the names of the class folders, or set the folder of the images with --set dataset.dir=DIR',
    });
  }
  if (!isSameData(trainedOn, splits)) {
    warn(`warning: the images are not those of the run: ${dataChangesText(trainedOn, splits, inputs)}`);
  } else if (trainedOn.data === undefined) {
    const text = otherNamesText(trainedOn.classNames, splits, 'the network', 'the error means nothing');
    if (text !== undefined) warn(text);
  }
  return splits;
}

/** Returns how the classes differ. CIFAR's have no names if a file is missing: then they are not compared. */
function changedClasses({ classNames }: TrainedOn, { data }: Pick<LoadedSplits, 'data'>): ClassChanges | undefined {
  if (classNames === undefined) return undefined;
  const isCifar = data.official !== undefined;
  if (isCifar && [classNames, data.classNames].some(lackNames)) return undefined;
  return classChanges(classNames, data.classNames);
}

/** Describes how images differ from those of a checkpoint; `inputs`: those of its run, if known. */
export function dataChangesText(trainedOn: TrainedOn, now: LoadedSplits, inputs: RunInputs | undefined): string {
  const classes = changedClasses(trainedOn, now);
  if (classes !== undefined) return `the classes differ: ${classes.text}`;
  const count = ({ trainImages, testImages }: { readonly trainImages: number; readonly testImages: number }): string =>
    `${trainImages} training and ${testImages} test images`;
  const before = inputs?.data;
  if (before === undefined) return 'their checksum differs';
  const [was, is] = [count(before), count(now.data)];
  return was === is
    ? `the number of images is the same, but their checksum differs`
    : `there are ${is} now, and there were ${was}`;
}
