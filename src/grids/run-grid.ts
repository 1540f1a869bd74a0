// Runs the cells of a grid until all have ended; used by ablations, sweeps, studies and tables.
import type { CellOutcome, Executor, GridContext } from './executors/executor.js';
import { placeCell, type Cell, type StoredCell } from './store/store.js';

/**
 * Finds or plans the cells in the store `root` (absolute), runs those that are not done by `executor`, and returns the
 * outcome of each, in the order of `cells`. Errors: the store cannot be read or written; those of the executor.
 */
export async function runGrid(
  cells: readonly Cell[],
  root: string,
  executor: Executor,
  context: GridContext,
): Promise<readonly CellOutcome[]> {
  const stored: StoredCell[] = [];
  for (const cell of cells) stored.push(await placeCell(root, cell, context.now));
  context.events.planned(stored);
  const outcomes = await executor.run(stored, context);
  return stored.map((cell) => outcomes.get(cell) ?? { cell, end: { state: 'planned' } });
}
