// Words for where a result comes from: the images it was made on, and its first weights.
import { datasetTitles } from '../data/registry.js';
import type { DataFacts, WeightsFacts } from '../records/inputs.js';

/** `1f2e3d4c-5b6a7988`: enough of a checksum of two parts to tell data sets apart. */
export const shortChecksum = (checksum: string): string =>
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

/** `resnet.safetensors (sha256 1f2e3d4c)`. */
export const weightsText = ({ file, sha256 }: WeightsFacts): string => `${file} (sha256 ${sha256.slice(0, 8)})`;
