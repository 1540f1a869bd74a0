// The layout of the paper's five tables: row, column and config of each number.
import { titleOf } from '../titles.js';
import type { Address, Metric, TableNumber } from './printed.js';

/** A column of numbers; `group` is the title that it shares with adjacent columns. */
export interface Column {
  readonly group?: string;
  readonly name: string;
}

interface Layout {
  readonly title: string;
  /** Titles of the columns that name a row. */
  readonly labels: readonly string[];
  /** The texts that name the row of a number, one for each of `labels`. */
  readonly row: (address: Address, parameters: string) => readonly string[];
  readonly column: (address: Address, metric: Metric) => Column;
}

const augmentationTitle = ({ augmentation }: Address): string =>
  titleOf.augmentation(augmentation ?? 'standard augmentation');

export const layouts: Readonly<Record<TableNumber, Layout>> = {
  1: {
    title: 'Networks on CIFAR',
    labels: ['network', 'params'],
    row: ({ network }, parameters) => [titleOf.network(network), parameters],
    column: ({ dataset, method }) => ({ group: titleOf.dataset(dataset), name: titleOf.method(method) }),
  },
  2: {
    title: 'Strong augmentation on CIFAR',
    labels: ['data set', 'network'],
    row: ({ dataset, network }) => [titleOf.dataset(dataset), titleOf.network(network)],
    column: ({ method, ...address }) => ({
      group: augmentationTitle({ method, ...address }),
      name: titleOf.method(method),
    }),
  },
  3: {
    title: 'ISDA compared with other methods',
    labels: ['method'],
    row: ({ method }) => [titleOf.method(method)],
    column: ({ network, dataset }) => ({ group: titleOf.network(network), name: titleOf.dataset(dataset) }),
  },
  4: {
    title: 'ImageNet',
    labels: ['network'],
    row: ({ network }) => [titleOf.network(network)],
    column: ({ method }, metric) => ({ group: titleOf.method(method), name: metric === 'top1' ? 'top-1' : 'top-5' }),
  },
  5: {
    title: 'Ablation of ISDA',
    labels: ['variant'],
    row: ({ method }) => [titleOf.method(method)],
    column: ({ network, dataset }) => ({ group: titleOf.network(network), name: titleOf.dataset(dataset) }),
  },
};

/** The config under configs/ that makes a number of the paper. Table 3 shares some configs with Table 1. */
export function configName(table: TableNumber, { network, dataset, method, augmentation }: Address): string {
  const stem = `${network.replace(/-(?=\d)/, '')}-${dataset}`;
  switch (table) {
    case 1:
    case 4:
      return `table${table}/${stem}-${method}`;
    case 2:
      return `table2/${stem}-${augmentation}-${method}`;
    case 3: {
      // In Table 1, WRN-28-10 has dropout and ResNet-110 does not.
      const [loss, dropout] = method.split('+');
      const shared = ['basic', 'isda'].includes(loss) && (dropout !== undefined) === network.startsWith('wrn');
      return shared ? `table1/${stem}-${loss}` : `table3/${stem}-${method.replace('+', '-')}`;
    }
    case 5:
      return `table5/${stem}-${['basic', 'isda'].includes(method) ? 'ablation-' : ''}${method}`;
  }
}

/**
 * The method that a number is compared with: cross entropy, with dropout if the number has it or if there is no cross
 * entropy without it. Undefined for cross entropy itself. `there`: the methods with the same network, data set and
 * augmentation.
 */
export function baselineOf(method: string, there: readonly string[]): string | undefined {
  const candidates = method.endsWith('+dropout') ? ['basic+dropout'] : ['basic', 'basic+dropout'];
  const found = candidates.find((candidate) => there.includes(candidate));
  return found === method ? undefined : found;
}
