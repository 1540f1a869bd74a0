// The numbers of a table before measurement: the paper's values and their configs.
import { join } from 'node:path';
import { cannot } from '../../common/errors.js';
import { isFile, type ConfigPlaces } from '../../config/find.js';
import { loadConfig } from '../../config/load.js';
import { fingerprint } from '../../config/fingerprint.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { describeConfig } from '../../runs/description.js';
import type { Spread } from '../../common/statistics/samples.js';
import { gridCells } from '../../grids/rows.js';
import { table5Variants, withVariant } from '../../grids/variants.js';
import { configName, layouts } from './layout.js';
import { printedCells, type Address, type Metric, type PrintedNumbers, type TableNumber } from './printed.js';

/** A number of a table with the config that makes it. */
export interface TableItem extends Address {
  readonly metric: Metric;
  readonly printed?: Spread;
  /** The config's name, also if there is no such config. */
  readonly configName: string;
  /** Absent if there is no such file. */
  readonly config?: ExperimentConfig;
  /** Whether the config differs from the paper's for the same number. */
  readonly changed: boolean;
}

interface ItemPlaces extends ConfigPlaces {
  /** `KEY=VALUE`, applied to every config. */
  readonly overrides: readonly string[];
}

/** The config of a number under configs/, without overrides. */
function paperConfig(
  table: TableNumber,
  address: Address,
  { configsDirectory, workingDirectory }: ConfigPlaces,
): ExperimentConfig | undefined {
  const path = join(configsDirectory, `${configName(table, address)}.yaml`);
  return isFile(path) ? loadConfig(path, { configsDirectory, workingDirectory }).config : undefined;
}

/** Returns all numbers of the paper's table. Errors (usage): `overrides` that are invalid for a config. */
export function paperItems(table: TableNumber, numbers: PrintedNumbers, places: ItemPlaces): readonly TableItem[] {
  const loaded = new Map<string, Pick<TableItem, 'configName' | 'config' | 'changed'>>();
  return printedCells(numbers, table).map((cell) => {
    const name = configName(table, cell);
    const known = loaded.get(name);
    if (known !== undefined) return { ...cell, ...known };
    const paper = paperConfig(table, cell, places);
    const path = join(places.configsDirectory, `${name}.yaml`);
    const own = paper && places.overrides.length > 0 ? loadConfig(path, places).config : paper;
    const changed = own !== undefined && fingerprint(own) !== fingerprint(paper!);
    const made = { configName: name, config: own, changed };
    loaded.set(name, made);
    return { ...cell, ...made };
  });
}

/** The address of a config in a table: only Table 3 distinguishes networks with and without dropout. */
function addressIn(table: TableNumber, config: ExperimentConfig): Address {
  const { network, dataset, method, augmentation, dropout } = describeConfig(config);
  const suffix = table === 3 && dropout && ['basic', 'isda'].includes(method) ? '+dropout' : '';
  return { network, dataset, method: `${method}${suffix}`, augmentation };
}

const sameAddress = (a: Address, b: Address): boolean =>
  a.network === b.network && a.dataset === b.dataset && a.method === b.method && a.augmentation === b.augmentation;

/** The row and column of a number. Tables 1 and 5, for example, have none for the augmentation. */
const placeIn = (table: TableNumber, address: Address): string =>
  JSON.stringify([layouts[table].row(address, ''), layouts[table].column(address, 'top1')]);

/**
 * Returns the numbers of the user's own configs, in their order: the six variants of each config for Table 5, one per
 * config for the other tables. A number has the printed one if network, data set, augmentation and method are those of
 * a number in the paper's table. Errors (usage): two configs for one cell; configs that cannot be loaded.
 */
export function ownItems(
  table: TableNumber,
  files: readonly string[],
  numbers: PrintedNumbers,
  places: ItemPlaces,
): readonly TableItem[] {
  const printed = printedCells(numbers, table);
  const made = files.flatMap((file) => {
    const { config } = loadConfig(file, places);
    if (table !== 5) return [{ file, config, address: addressIn(table, config) }];
    const rows = table5Variants.map((name) => ({ name, config: withVariant(config, name) }));
    const cells = gridCells(config.experiment, rows, [config.training.seed]);
    return cells.map(({ row, config: variant }) => ({
      file,
      config: variant,
      address: { ...addressIn(table, config), method: row },
    }));
  });
  for (const [index, { file, address }] of made.entries()) {
    const first = made.findIndex((other) => placeIn(table, other.address) === placeIn(table, address));
    if (first === index) continue;
    const { network, dataset, method } = address;
    throw cannot(
      `lay out Table ${table}`,
      `${made[first].file} and ${file} have the same place: ${method} of ${network} on ${dataset}`,
      {
        code: 'option/conflict',
        kind: 'usage',
        hint: 'compare settings of one network with `isda study` or `isda sweep`',
      },
    );
  }
  return made.flatMap(({ config, address }) => {
    const metrics: readonly Metric[] = table === 4 ? ['top1', 'top5'] : ['top1'];
    const paper = printed.some((cell) => sameAddress(cell, address)) ? paperConfig(table, address, places) : undefined;
    return metrics.map((metric) => ({
      ...address,
      metric,
      printed: printed.find((cell) => sameAddress(cell, address) && cell.metric === metric)?.printed,
      configName: config.experiment,
      config,
      changed: paper === undefined || fingerprint(config) !== fingerprint(paper),
    }));
  });
}
