// The runs that `isda table --run` makes, finds or resumes: those of the selected numbers.
import pMap from 'p-map';
import { maxOpenFiles } from '../../common/files.js';
import { fingerprint, fingerprintAnywhere, fingerprints } from '../../config/fingerprint.js';
import { seededCells, type GridRow } from '../../grids/rows.js';
import type { StoredRun } from '../../grids/store/runs.js';
import { findCell, type Cell } from '../../grids/store/store.js';
import type { TableItem } from '../../report/tables/numbers.js';
import type { TableRequest, TableState } from './paper-table-plan.js';

/** Returns a row for each config of the numbers, named after its experiment and, if that is ambiguous, its settings. */
function tableRows(items: readonly TableItem[]): readonly GridRow[] {
  const made = items.flatMap((item) => (item.config ? [{ ...item, config: item.config }] : []));
  // The numbers of a config share one place in the table.
  const own = [...new Map(made.map((item) => [fingerprint(item.config), item])).values()];
  return own.map(({ config, ...item }) => {
    const namesakes = own.filter((other) => other.config.experiment === config.experiment);
    const keys = (['network', 'dataset', 'method', 'augmentation'] as const).filter((key) =>
      namesakes.some((other) => other[key] !== item[key]),
    );
    const apart = keys.map((key) => item[key] ?? 'no augmentation').join(', ');
    return { name: apart === '' ? config.experiment : `${config.experiment} (${apart})`, config };
  });
}

/** Returns the run that the table uses for a cell. */
function usedRun({ config }: Cell, used: readonly StoredRun[]): StoredRun | undefined {
  const anywhere = fingerprintAnywhere(config);
  const prints = [...fingerprints(config), ...(anywhere === undefined ? [] : [anywhere])];
  return used.find((run) => [run.fingerprint, run.anywhere].some((each) => each && prints.includes(each)));
}

/**
 * Returns a cell as the store `root` is asked for it; undefined if the table uses a run that the store would not find,
 * because it is in another store, has another name or was started with `isda train`: it would be trained again.
 */
async function cellBeside(run: StoredRun | undefined, cell: Cell, root: string): Promise<Cell | undefined> {
  if (run === undefined) return cell;
  const data = run.summary?.data;
  const own = { ...cell, data };
  if (run.store !== root || (await findCell(root, own))?.folder !== run.folder) return undefined;
  // Where the official images count, a run on others that are here now would not be used.
  return data?.official === true ? own : cell;
}

/** Returns the cells of the selected numbers that have a config, except those whose run `root` would not find. */
export async function tableCells(
  { chosen, seeds, root }: Pick<TableRequest, 'chosen' | 'seeds' | 'root'>,
  { chosen: { used } }: Pick<TableState, 'chosen'>,
): Promise<readonly Cell[]> {
  const cells = await pMap(
    seededCells(tableRows(chosen), seeds),
    (cell) => cellBeside(usedRun(cell, used), cell, root),
    { concurrency: maxOpenFiles },
  );
  return cells.flatMap((cell) => cell ?? []);
}
