// How the paper lays its five tables out: which row and column a number is in, and which config makes it.
import type { Address, Metric, TableNumber } from './printed.js';

/** A column of numbers, under the title of several where there is one. */
export interface Column {
  readonly group?: string;
  readonly name: string;
}

export interface Layout {
  readonly title: string;
  /** Titles of the columns that name a row. */
  readonly labels: readonly string[];
  /** What names the row of a number, a text for each of `labels`. */
  readonly row: (address: Address, parameters: string) => readonly string[];
  readonly column: (address: Address, metric: Metric) => Column;
}

const titles: Readonly<Record<string, string>> = {
  cifar10: 'CIFAR-10',
  cifar100: 'CIFAR-100',
  imagenet: 'ImageNet',
  basic: 'basic',
  isda: 'ISDA',
  'basic+dropout': 'basic + dropout',
  'isda+dropout': 'ISDA + dropout',
  cutout: 'Cutout',
  autoaugment: 'AutoAugment',
  'large-margin': 'large margin',
  'disturb-label': 'DisturbLabel',
  lq: 'L_q',
  wgan: 'WGAN',
  cgan: 'CGAN',
  acgan: 'ACGAN',
  infogan: 'infoGAN',
  identity: 'identity matrix',
  diagonal: 'diagonal matrix',
  single: 'single matrix',
  'constant-lambda': 'constant lambda',
};

const networkWords: Readonly<Record<string, string>> = {
  resnet: 'ResNet',
  resnext: 'ResNeXt',
  densenet: 'DenseNet',
  pyramidnet: 'PyramidNet',
  shake: 'Shake',
  se: 'SE',
  wrn: 'WRN',
  bc: 'BC',
};

/** `SE-ResNet-110` for `se-resnet-110`. */
function networkTitle(network: string): string {
  return network
    .split('-')
    .map((word) => networkWords[word] ?? word)
    .join('-');
}

/** The word for people of a method, a data set or an augmentation. */
export const titleOf = (word: string): string => titles[word] ?? word;

const augmentationTitle = ({ augmentation }: Address): string => titleOf(augmentation ?? 'standard augmentation');

export const layouts: Readonly<Record<TableNumber, Layout>> = {
  1: {
    title: 'Networks on CIFAR',
    labels: ['network', 'params'],
    row: ({ network }, parameters) => [networkTitle(network), parameters],
    column: ({ dataset, method }) => ({ group: titleOf(dataset), name: titleOf(method) }),
  },
  2: {
    title: 'Strong augmentation on CIFAR',
    labels: ['data set', 'network'],
    row: ({ dataset, network }) => [titleOf(dataset), networkTitle(network)],
    column: ({ method, ...address }) => ({ group: augmentationTitle({ method, ...address }), name: titleOf(method) }),
  },
  3: {
    title: 'ISDA beside other methods',
    labels: ['method'],
    row: ({ method }) => [titleOf(method)],
    column: ({ network, dataset }) => ({ group: networkTitle(network), name: titleOf(dataset) }),
  },
  4: {
    title: 'ImageNet',
    labels: ['network'],
    row: ({ network }) => [networkTitle(network)],
    column: ({ method }, metric) => ({ group: titleOf(method), name: metric === 'top1' ? 'top-1' : 'top-5' }),
  },
  5: {
    title: 'Ablation of ISDA',
    labels: ['variant'],
    row: ({ method }) => [titleOf(method)],
    column: ({ network, dataset }) => ({ group: networkTitle(network), name: titleOf(dataset) }),
  },
};

/** The config under configs/ that makes a number of the paper. Table 3 shares some of Table 1. */
export function configName(table: TableNumber, { network, dataset, method, augmentation }: Address): string {
  const stem = `${network.replace(/-(?=\d)/, '')}-${dataset}`;
  switch (table) {
    case 1:
    case 4:
      return `table${table}/${stem}-${method}`;
    case 2:
      return `table2/${stem}-${augmentation}-${method}`;
    case 3: {
      // Table 1's ResNet-110 has no dropout and its WRN-28-10 has.
      const [loss, dropout] = method.split('+');
      const shared = ['basic', 'isda'].includes(loss) && (dropout !== undefined) === network.startsWith('wrn');
      return shared ? `table1/${stem}-${loss}` : `table3/${stem}-${method.replace('+', '-')}`;
    }
    case 5:
      return `table5/${stem}-${['basic', 'isda'].includes(method) ? 'ablation-' : ''}${method}`;
  }
}

/**
 * The method that a number is to be compared with: cross entropy, with dropout where it has that, or where there is
 * none without. Undefined for cross entropy itself. `there`: the methods with the same network, data set, augmentation.
 */
export function baselineOf(method: string, there: readonly string[]): string | undefined {
  const candidates = method.endsWith('+dropout') ? ['basic+dropout'] : ['basic', 'basic+dropout'];
  const found = candidates.find((candidate) => there.includes(candidate));
  return found === method ? undefined : found;
}
