// Texts for the origin of a result: its images and its first weights.
import { isCifar } from '../data/datasets/cifar/format.js';
import { datasetTitles } from '../data/registry.js';
import type { DataFacts, WeightsFacts } from '../records/inputs.js';

/** `1f2e3d4c-5b6a7988`: enough of a checksum of two parts to tell data sets apart. */
const shortChecksum = (checksum: string): string =>
  checksum
    .split('-')
    .map((part) => part.slice(0, 8))
    .join('-');

/** `not the official CIFAR-10`; undefined of official images, of data of one's own, and where nothing is recorded. */
export function unofficialText(dataset: string, data: Pick<DataFacts, 'official'> | undefined): string | undefined {
  return data?.official === false ? `not the official ${datasetTitles.get(dataset) ?? dataset}` : undefined;
}

/** `10 training and 10 test images, checksum 1f2e3d4c-5b6a7988`. */
export const dataText = ({ trainImages, testImages, checksum }: DataFacts): string =>
  `${trainImages} training and ${testImages} test images, checksum ${shortChecksum(checksum)}`;

/** `resnet.safetensors (sha256 1f2e3d4c)`, with a last layer of its own `…, fresh head)`. */
export const weightsText = ({ file, sha256, head }: WeightsFacts): string =>
  `${file} (sha256 ${sha256.slice(0, 8)}${head === undefined ? '' : ', fresh head'})`;

/** Where a run's numbers come from: the images, and the file of its first weights; less in runs of earlier versions. */
export interface Origin {
  readonly data?: DataFacts | undefined;
  readonly weights?: WeightsFacts | undefined;
}

/**
 * Runs of equal keys may be averaged. Empty: from scratch, on the official images of CIFAR or on images not recorded.
 */
function keyOf(dataset: string, { data, weights }: Origin): string {
  const images = isCifar(dataset) && data?.official !== false ? '' : (data?.checksum ?? '');
  return `${images}${weights === undefined ? '' : `+${weights.sha256}${weights.head ?? ''}`}`;
}

/**
 * A key for each of some runs on one data set, equal for those that may be averaged. Images that were not recorded
 * count as CIFAR's official ones; of other data, as those of the recorded runs where these all have the same.
 */
export function originKeys(dataset: string, origins: readonly Origin[]): readonly string[] {
  const known = [
    ...new Map(origins.flatMap(({ data }) => (data === undefined ? [] : [[data.checksum, data] as const]))),
  ];
  const common = !isCifar(dataset) && known.length === 1 ? known[0][1] : undefined;
  return origins.map((origin) => keyOf(dataset, { ...origin, data: origin.data ?? common }));
}

/**
 * Of some runs on one data set those that may be averaged: of CIFAR the ones from scratch on official images, else
 * those of the origin that most have; of equally many, the first. The others are left out.
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
 * `not the official CIFAR-10: 10 training and 10 test images, checksum …; weights from x.safetensors …`; undefined of
 * usual runs.
 */
export function originText(dataset: string, { data, weights }: Origin): string | undefined {
  const unofficial = unofficialText(dataset, data);
  const words = [
    ...(unofficial === undefined || data === undefined ? [] : [`${unofficial}: ${dataText(data)}`]),
    ...(weights === undefined ? [] : [`first weights from ${weightsText(weights)}`]),
  ];
  return words.length === 0 ? undefined : words.join('; ');
}

/** Why a run is left out beside those that are averaged. */
export function leftOutText(dataset: string, origin: Origin): string {
  const { data } = origin;
  return (
    originText(dataset, origin) ?? (data === undefined ? 'images not recorded' : `other images: ${dataText(data)}`)
  );
}
