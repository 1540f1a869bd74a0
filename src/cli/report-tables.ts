// The paper's tables for `isda report`: those with numbers from the runs of its stores.
import { resolve } from 'node:path';
import type { StoredRun } from '../grids/store/runs.js';
import { readLambda0Choices } from '../grids/sweep.js';
import { measure } from '../report/tables/measure.js';
import { tableNumbers } from '../report/tables/printed.js';
import type { ReportTable } from '../report/tables/table.js';
import type { CommandContext } from './context.js';
import { readTableRequest, reportTable, tableCommands } from './grids/paper-table-plan.js';

/**
 * The measured numbers of each table, from those `runs` of the stores that have the settings of the paper's configs.
 */
export async function storeTables(
  stores: readonly string[],
  runs: readonly StoredRun[],
  context: CommandContext,
): Promise<readonly ReportTable[]> {
  const searched = await readLambda0Choices(stores.map((store) => resolve(context.workingDirectory, store)));
  return tableNumbers.flatMap((number) => {
    const [out, ...from] = stores;
    const request = readTableRequest(String(number), { seeds: 3, set: [], only: [], out, from }, context);
    const words = [...from.flatMap((store) => ['--from', store]), '--out', out];
    const all = measure(request.items, request.seeds, runs);
    const chosen = request.items.filter((_, index) => all.entries[index].runs.length > 0);
    if (chosen.length === 0) return [];
    const state = { all, chosen: measure(chosen, request.seeds, runs), unreadable: [], searched };
    return [reportTable({ ...request, chosen }, state, tableCommands(number, words))];
  });
}
