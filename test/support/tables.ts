// Entries of tables for tests.
import type { TableEntry } from '../../src/report/tables/table.js';

/** A number of ResNet-32 on CIFAR-10 whose runs, of seeds 1, 2, …, have these errors; three seeds are asked for. */
export function someEntry(method: string, errors: readonly number[], more: Partial<TableEntry> = {}): TableEntry {
  return {
    network: 'resnet-32',
    dataset: 'cifar10',
    method,
    metric: 'top1',
    runs: errors.map((error, index) => ({ seed: index + 1, error, averagedEpochs: 10 })),
    asked: 3,
    ...more,
  };
}

/** Half of a row of Table 1: cross entropy with three runs, ISDA with two. */
export const someEntries: readonly TableEntry[] = [
  someEntry('basic', [7.3, 7.41, 7.46], { printed: { mean: 7.39, std: 0.1 }, config: 'table1/resnet32-cifar10-basic' }),
  someEntry('isda', [7.01, 7.05], { printed: { mean: 7.09, std: 0.12 }, config: 'table1/resnet32-cifar10-isda' }),
];
