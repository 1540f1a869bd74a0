// The paper's tables for `isda report`: those with numbers from the runs of its stores.
import { resolve } from 'node:path';
import type { StoredRun } from '../grids/store/runs.js';
import { readLambda0Choices } from '../grids/sweep.js';
import { isFile } from '../config/find.js';
import { runFolder } from '../records/run-folder.js';
import { measure, type Measurement } from '../report/tables/measure.js';
import { tableNumbers } from '../report/tables/printed.js';
import type { ReportTable } from '../report/tables/table.js';
import type { CommandContext } from './context.js';
import { readTableRequest, reportTable, tableCommands } from './grids/paper-table-plan.js';

/** The options of `isda table` that read `stores`; a folder of one run can be read, but is no store for new runs. */
function storeOptions(stores: readonly string[], { workingDirectory }: CommandContext) {
  const out = stores.find((store) => !isFile(runFolder(resolve(workingDirectory, store)).config));
  return { out, from: stores.filter((store) => store !== out) };
}

/** The words of `--only` that select the numbers with missing runs; none if these are all that the table misses. */
function onlyWords(all: Measurement, { open }: Measurement): readonly string[] {
  if (open.length === all.open.length) return [];
  return [...new Set(open.map(({ configName }) => configName))].flatMap((name) => ['--only', name]);
}

/**
 * The measured numbers of each table, from those `runs` of the stores that have the settings of the paper's configs.
 */
export async function storeTables(
  stores: readonly string[],
  runs: readonly StoredRun[],
  context: CommandContext,
): Promise<readonly ReportTable[]> {
  const searched = await readLambda0Choices(stores.map((store) => resolve(context.workingDirectory, store)));
  const { out, from } = storeOptions(stores, context);
  const places = [...from.flatMap((store) => ['--from', store]), ...(out === undefined ? [] : ['--out', out])];
  return tableNumbers.flatMap((number) => {
    const request = readTableRequest(String(number), { seeds: 3, set: [], only: [], out, from }, context);
    const all = measure(request.items, request.seeds, runs);
    const shown = request.items.filter((_, index) => all.entries[index].runs.length > 0);
    if (shown.length === 0) return [];
    const chosen = measure(shown, request.seeds, runs);
    const commands = tableCommands(number, [...onlyWords(all, chosen), ...places]);
    return [reportTable({ ...request, chosen: shown }, { all, chosen, unreadable: [], searched }, commands)];
  });
}
