// The paper's printed numbers, read and validated from printed-numbers.json.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Spread } from '../../common/statistics/samples.js';
import { cifarNames } from '../../data/datasets/cifar/format.js';

export const tableNumbers = [1, 2, 3, 4, 5] as const;
export type TableNumber = (typeof tableNumbers)[number];

/** Mean and standard deviation over three runs in percent; `std: null` if the paper gives one number. */
const spread = z.strictObject({ mean: z.number(), std: z.number().nullable() });
const pair = z.strictObject({ basic: spread, isda: spread });
const datasets = z.strictObject({ cifar10: spread.nullable(), cifar100: spread.nullable() });
const top = z.strictObject({ top1: z.number(), top5: z.number() });

const printedNumbers = z.strictObject({
  about: z.string(),
  table1: z.array(z.strictObject({ network: z.string(), paramsMillions: z.number(), cifar10: pair, cifar100: pair })),
  table2: z.array(
    z.strictObject({ dataset: z.enum(cifarNames), network: z.string(), cutout: pair, autoaugment: pair }),
  ),
  table3: z.array(z.strictObject({ method: z.string(), 'resnet-110': datasets, 'wrn-28-10': datasets })),
  table4: z.array(z.strictObject({ network: z.string(), basic: top, isda: top })),
  table5: z.array(z.strictObject({ variant: z.string(), cifar10: spread, cifar100: spread })),
});
export type PrintedNumbers = z.output<typeof printedNumbers>;

/** Identifies a number of a table, with the names of configs: `resnet-32`, `cifar10`, `isda+dropout`, `cutout`. */
export interface Address {
  readonly network: string;
  readonly dataset: string;
  /** A loss, a generator or a variant of ISDA; `basic` is cross entropy. */
  readonly method: string;
  /** The augmentation that Table 2 adds to the standard one. */
  readonly augmentation?: string;
}

/** `top1`, and the `top5` error that Table 4 prints too. */
export type Metric = 'top1' | 'top5';

/** One number of the paper. */
interface PrintedCell extends Address {
  readonly metric: Metric;
  readonly printed: Spread;
}

const file = fileURLToPath(new URL('../printed-numbers.json', import.meta.url));

/** Reads the paper's numbers. Throws if the file, which is part of the program, is not valid. */
export function readPrintedNumbers(): PrintedNumbers {
  return printedNumbers.parse(JSON.parse(readFileSync(file, 'utf8')));
}

const spreadOf = ({ mean, std }: z.output<typeof spread>): Spread => (std === null ? { mean } : { mean, std });

const methods = ['basic', 'isda'] as const;

/** Returns the numbers of one table in the paper's order, row by row. */
export function printedCells(numbers: PrintedNumbers, table: TableNumber): readonly PrintedCell[] {
  const cell = (address: Address, value: z.output<typeof spread> | null): PrintedCell[] =>
    value === null ? [] : [{ ...address, metric: 'top1', printed: spreadOf(value) }];
  switch (table) {
    case 1:
      return numbers.table1.flatMap(({ network, ...row }) =>
        cifarNames.flatMap((dataset) =>
          methods.flatMap((method) => cell({ network, dataset, method }, row[dataset][method])),
        ),
      );
    case 2:
      return numbers.table2.flatMap(({ dataset, network, ...row }) =>
        (['cutout', 'autoaugment'] as const).flatMap((augmentation) =>
          methods.flatMap((method) => cell({ network, dataset, method, augmentation }, row[augmentation][method])),
        ),
      );
    case 3:
      return numbers.table3.flatMap(({ method, ...row }) =>
        (['resnet-110', 'wrn-28-10'] as const).flatMap((network) =>
          cifarNames.flatMap((dataset) => cell({ network, dataset, method }, row[network][dataset])),
        ),
      );
    case 4:
      return numbers.table4.flatMap(({ network, ...row }) =>
        methods.flatMap((method) =>
          (['top1', 'top5'] as const).map((metric) => ({
            ...{ network, dataset: 'imagenet', method, metric },
            printed: { mean: row[method][metric] },
          })),
        ),
      );
    case 5:
      return numbers.table5.flatMap(({ variant, ...row }) =>
        cifarNames.flatMap((dataset) => cell({ network: 'wrn-28-10', dataset, method: variant }, row[dataset])),
      );
  }
}

/** The number of parameters of each network in millions, as printed in Table 1. */
export function printedParameters(numbers: PrintedNumbers): ReadonlyMap<string, number> {
  return new Map(numbers.table1.map(({ network, paramsMillions }) => [network, paramsMillions]));
}
