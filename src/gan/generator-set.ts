// The generators of a folder: one for all classes, or one per class.
import { cannot } from '../common/errors.js';
import { classDifference } from '../data/class-names.js';
import { generatorChecksum } from './generator-files.js';
import { makesKnownClasses } from './label-meaning.js';
import { loadGenerators, type LoadedGenerator } from './stored.js';

export interface GeneratorSet {
  /** The given path: a generator's file, or a folder of generators. */
  readonly path: string;
  /** In the order of their classes; not empty. */
  readonly generators: readonly LoadedGenerator[];
  /** For example `cifar10`. */
  readonly dataset: string;
  /** All classes of the data set. */
  readonly classNames: readonly string[];
  /** SHA-256 (hex) of all generator files. */
  readonly checksum: string;
}

/**
 * Loads the generators at a path. Errors: there are none; a file is not a generator; they belong to different data
 * sets.
 */
export async function loadGeneratorSet(path: string): Promise<GeneratorSet> {
  const generators = await loadGenerators(path);
  const [first] = generators;
  const { dataset, classNames } = first;
  for (const other of generators) {
    const difference =
      other.dataset === dataset
        ? classDifference({ classNames, owner: first.path }, { classNames: other.classNames, owner: other.path }, true)
        : `they were trained on different data sets, ${dataset} and ${other.dataset}`;
    if (difference === undefined) continue;
    throw cannot('load the generators', difference, { code: 'generator/unusable', place: path });
  }
  return { path, generators, dataset, classNames, checksum: generatorChecksum(path)! };
}

/** Returns the generator that creates images of a given class; undefined if there is none. */
export function generatorOfClass({ generators }: GeneratorSet, label: number): LoadedGenerator | undefined {
  return generators.find((each) => each.trainedClasses.includes(label) && makesKnownClasses(each));
}
