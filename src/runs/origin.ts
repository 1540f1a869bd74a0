// Texts about the origin of a result: its images and its initial weights.
import type { ExperimentConfig } from '../config/schema.js';
import { isCifar } from '../data/datasets/cifar/format.js';
import { datasetTitles } from '../data/registry.js';
import type { DataFacts, WeightsFacts } from '../records/inputs.js';

/** Shortens both parts of a checksum, enough to distinguish data sets: `1f2e3d4c-5b6a7988`. */
const shortChecksum = (checksum: string): string =>
  checksum
    .split('-')
    .map((part) => part.slice(0, 8))
    .join('-');

/** Returns `not the official CIFAR-10`; undefined for official images, for custom data, and if nothing is recorded. */
export function unofficialText(dataset: string, data: Pick<DataFacts, 'official'> | undefined): string | undefined {
  return data?.official === false ? `not the official ${datasetTitles.get(dataset) ?? dataset}` : undefined;
}

/** Returns `10 training and 10 test images, checksum 1f2e3d4c-5b6a7988`. */
export const dataText = ({ trainImages, testImages, checksum }: DataFacts): string =>
  `${trainImages} training and ${testImages} test images, checksum ${shortChecksum(checksum)}`;

/** Returns `resnet.safetensors (sha256 1f2e3d4c)`, with a fresh last layer `…, fresh head)`. */
export const weightsText = ({ file, sha256, head }: WeightsFacts): string =>
  `${file} (sha256 ${sha256.slice(0, 8)}${head === undefined ? '' : ', fresh head'})`;

/** The origin of a run's results: images, and file of the initial weights; incomplete in runs of earlier versions. */
export interface Origin {
  readonly data?: DataFacts | undefined;
  readonly weights?: WeightsFacts | undefined;
}

/** Returns the origin without the weights that the config of the run names: they are a setting of its experiment. */
export function originBesideConfig({ model }: ExperimentConfig, { data, weights }: Origin): Origin {
  const isOwn = model.weights !== undefined && (model.weightsSha256 ?? weights?.sha256) === weights?.sha256;
  return isOwn ? { data } : { data, weights };
}

/**
 * Returns a key, equal for runs that may be averaged. Empty: from scratch, on unrecorded images or CIFAR's official
 * ones.
 */
function keyOf(dataset: string, { data, weights }: Origin): string {
  const images = isCifar(dataset) && data?.official !== false ? '' : (data?.checksum ?? '');
  return `${images}${weights === undefined ? '' : `+${weights.sha256}${weights.head ?? ''}`}`;
}

/**
 * Returns a key for each of several runs on one data set, equal for those that may be averaged. Unrecorded images
 * count as the official ones of CIFAR; on other data, as those of the recorded runs if these are all the same.
 */
export function originKeys(dataset: string, origins: readonly Origin[]): readonly string[] {
  const known = [
    ...new Map(origins.flatMap(({ data }) => (data === undefined ? [] : [[data.checksum, data] as const]))),
  ];
  const common = !isCifar(dataset) && known.length === 1 ? known[0][1] : undefined;
  return origins.map((origin) => keyOf(dataset, { ...origin, data: origin.data ?? common }));
}

/**
 * Selects the runs on one data set that may be averaged: on CIFAR those from scratch on official images, else those of
 * the most frequent origin; of equally frequent ones, the first. The others are in `left`.
 */
export function averageable<Item>(
  dataset: string,
  items: readonly Item[],
  originOf: (item: Item) => Origin,
): { readonly kept: readonly Item[]; readonly left: readonly Item[] } {
  const keys = originKeys(dataset, items.map(originOf));
  const count = (key: string): number => keys.filter((each) => each === key).length;
  const most = keys.reduce<string | undefined>(
    (best, key) => (best === undefined || count(key) > count(best) ? key : best),
    undefined,
  );
  const chosen = isCifar(dataset) && keys.includes('') ? '' : most;
  return {
    kept: items.filter((_, index) => keys[index] === chosen),
    left: items.filter((_, index) => keys[index] !== chosen),
  };
}

/**
 * Returns `not the official CIFAR-10: 10 training and 10 test images, checksum …; first weights from x.safetensors …`;
 * undefined for usual runs.
 */
export function originText(dataset: string, { data, weights }: Origin): string | undefined {
  const unofficial = unofficialText(dataset, data);
  const words = [
    ...(unofficial === undefined || data === undefined ? [] : [`${unofficial}: ${dataText(data)}`]),
    ...(weights === undefined ? [] : [`first weights from ${weightsText(weights)}`]),
  ];
  return words.length === 0 ? undefined : words.join('; ');
}

/** Returns the reason why a run is excluded from a mean. */
export function leftOutText(dataset: string, origin: Origin): string {
  const { data } = origin;
  return (
    originText(dataset, origin) ?? (data === undefined ? 'images not recorded' : `other images: ${dataText(data)}`)
  );
}
