// The generators of a folder: one of all its classes, or one for each.
import { cannot } from '../common/errors.js';
import { classDifference } from '../data/class-names.js';
import { generatorChecksum } from './generator-files.js';
import { makesKnownClasses } from './label-meaning.js';
import { loadGenerators, type LoadedGenerator } from './stored.js';

export interface GeneratorSet {
  /** A generator's file, or a folder of them, as it was named. */
  readonly path: string;
  /** In the order of their classes; at least one. */
  readonly generators: readonly LoadedGenerator[];
  /** `cifar10`, … */
  readonly dataset: string;
  /** All classes of the data set. */
  readonly classNames: readonly string[];
  /** SHA-256 (hex) of all their files. */
  readonly checksum: string;
}

/** Loads the generators at a path. Errors: none there; not generators; of several data sets. */
export async function loadGeneratorSet(path: string): Promise<GeneratorSet> {
  const generators = await loadGenerators(path);
  const [first] = generators;
  const { dataset, classNames } = first;
  for (const other of generators) {
    const difference =
      other.dataset === dataset
        ? classDifference({ classNames, owner: first.path }, { classNames: other.classNames, owner: other.path }, true)
        : `they are of ${dataset} and of ${other.dataset}`;
    if (difference === undefined) continue;
    throw cannot('load the generators', difference, { code: 'generator/unusable', place: path });
  }
  return { path, generators, dataset, classNames, checksum: generatorChecksum(path)! };
}

/** The generator that makes images of one class on demand; undefined where the set has none. */
export function generatorOfClass({ generators }: GeneratorSet, label: number): LoadedGenerator | undefined {
  return generators.find((each) => each.trainedClasses.includes(label) && makesKnownClasses(each));
}
