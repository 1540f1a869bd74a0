// Display titles of networks, data sets, methods and augmentations.
import { datasetTitles } from '../data/registry.js';
import { lossTitles } from '../losses/registry.js';
import { networkTitle } from '../models/registry.js';

/** The methods of the paper's tables that are not losses: generators and variants of ISDA. */
const otherMethods: ReadonlyMap<string, string> = new Map(
  Object.entries({
    wgan: 'WGAN',
    cgan: 'CGAN',
    acgan: 'ACGAN',
    infogan: 'infoGAN',
    identity: 'identity matrix',
    diagonal: 'diagonal matrix',
    single: 'single matrix',
    'constant-lambda': 'constant lambda',
    sketch: 'sketched matrix',
  }),
);

const augmentations: ReadonlyMap<string, string> = new Map([
  ['cutout', 'Cutout'],
  ['autoaugment', 'AutoAugment'],
  ['mixup', 'mixup'],
  ['cutmix', 'CutMix'],
]);

/** `ISDA + dropout` for `isda+dropout`. */
const titleOfParts = (name: string, titleOfPart: (part: string) => string | undefined): string =>
  name
    .split('+')
    .map((part) => titleOfPart(part) ?? part)
    .join(' + ');

/** Each takes a name as in a `Description`; an unknown name, as of a user's own file, is returned unchanged. */
export const titleOf = {
  network: networkTitle,
  dataset: (name: string): string => datasetTitles.get(name) ?? name,
  method: (name: string): string => titleOfParts(name, (part) => lossTitles.get(part) ?? otherMethods.get(part)),
  augmentation: (name: string): string => titleOfParts(name, (part) => augmentations.get(part)),
} as const;
