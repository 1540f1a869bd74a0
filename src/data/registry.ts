// The data sets by name: image shape, loading and splitting.
import { cannot } from '../common/errors.js';
import { cacheHome, type Environment } from '../common/home.js';
import { loadCifar } from './datasets/cifar/cifar.js';
import { cifarChannels, cifarFormats, cifarMean, cifarSide, cifarStd } from './datasets/cifar/format.js';
import { loadCustom, loadCustomPart } from './datasets/custom/source.js';
import type { ImageFormat } from './image-format.js';
import { folderClasses, folderFormat, loadImageFolder } from './datasets/image-folder/sources.js';
import { dataDirectories, locateDataset } from './locate.js';
import { identityOf, type DataIdentity, type DataParts } from './identity.js';
import type { DatasetOptions, FolderOptions } from './options.js';
import { buildSplits, type Splits } from './split.js';

/** Titles of the data sets; data sets without a title are called by their name in the config. */
export const datasetTitles: ReadonlyMap<string, string> = new Map([
  ...Object.values(cifarFormats).map(({ name, title }): [string, string] => [name, title]),
  ['imagenet', 'ImageNet'],
]);

export interface DatasetShape extends ImageFormat {
  readonly classes: number;
}

/** Where to search for data sets if a config does not name a folder. */
export interface DataPlaces {
  readonly environment: Environment;
  readonly workingDirectory: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Returns the format of a data set's images and its number of classes, without reading images. For image folders the
 * number is `dataset.classes`, else that of the folder found in `places`, else 1000 for ImageNet; a custom module is
 * loaded. Errors: the module or folder cannot be used; an image folder is not found and `dataset.classes` is not set.
 */
export async function datasetShape(options: DatasetOptions, places?: DataPlaces): Promise<DatasetShape> {
  switch (options.name) {
    case 'cifar10':
    case 'cifar100': {
      const { classes } = cifarFormats[options.name].label;
      return { classes, height: cifarSide, width: cifarSide, channels: cifarChannels, mean: cifarMean, std: cifarStd };
    }
    case 'imagenet':
    case 'image-folder':
      return { ...folderFormat(options), classes: options.classes ?? (await classesOfFolder(options, places)) };
    case 'custom':
      return loadCustomPart(options, 'train');
  }
}

async function classesOfFolder(options: FolderOptions, places: DataPlaces | undefined): Promise<number> {
  const directories = places === undefined ? [] : dataDirectories({ dir: options.dir, ...places });
  const found = places && (await folderClasses(options, directories, cacheHome(places.environment), places.now));
  if (found !== undefined) return found;
  if (options.name === 'imagenet') return 1000;
  throw cannot('build the network', 'its number of classes is not known without the images', {
    code: 'data/settings',
    kind: 'usage',
    ...(places && { place: directories.map((folder) => `looked in ${folder}`).join('\n') }),
    hint: 'set dataset.classes, or dataset.dir to the folder of the images',
  });
}

/** Loads both complete parts of a data set. Errors: missing or damaged files. */
async function loadParts(options: DatasetOptions, places: DataPlaces): Promise<DataParts> {
  switch (options.name) {
    case 'cifar10':
    case 'cifar100': {
      const { name, dir } = options;
      const directory = await locateDataset(name, { dir, ...places });
      const [train, test] = await Promise.all(
        (['train', 'test'] as const).map((part) => loadCifar({ name, directory, part })),
      );
      return { train, test, folder: directory };
    }
    case 'imagenet':
    case 'image-folder': {
      const directories = dataDirectories({ dir: options.dir, ...places });
      return loadImageFolder(options, directories, cacheHome(places.environment), places.now);
    }
    case 'custom':
      return loadCustom(options);
  }
}

export interface LoadedSplits extends Splits {
  /** Identity of the whole data set. */
  readonly data: DataIdentity;
  /** Identity of the data set in checkpoints of earlier versions, if they had one. */
  readonly earlierChecksum?: string;
}

export type LoadedIdentity = Pick<LoadedSplits, 'data' | 'earlierChecksum'>;

/**
 * Loads a data set and splits it by its config section, or by the options that `choose` returns for the data set that
 * is found. Errors: missing or damaged files, too large subsets.
 */
export async function loadSplits(
  options: DatasetOptions,
  places: DataPlaces,
  choose: (found: LoadedIdentity) => DatasetOptions = () => options,
): Promise<LoadedSplits> {
  const parts = await loadParts(options, places);
  const { train, test } = parts;
  const isKnown = train.checksum !== undefined && test.checksum !== undefined;
  const found: LoadedIdentity = {
    data: identityOf(parts),
    ...(isKnown && { earlierChecksum: `${train.checksum}-${test.checksum}` }),
  };
  const chosen = buildSplits(choose(found), train, test);
  return { ...chosen, ...found, notes: [...(parts.notes ?? []), ...chosen.notes] };
}
