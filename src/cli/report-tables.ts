// The paper's tables for `isda report`: those with numbers from the runs of its stores.
import { resolve } from 'node:path';
import { isFile } from '../config/find.js';
import { fingerprint } from '../config/fingerprint.js';
import type { ExperimentConfig } from '../config/schema.js';
import { seedsFrom } from '../grids/rows.js';
import type { StoredRun } from '../grids/store/runs.js';
import { readLambda0Choices } from '../grids/sweep.js';
import { runFolder } from '../records/run-folder.js';
import { isComplete, type RecordedRun } from '../report/runs/recorded-runs.js';
import { measure, type Measurement } from '../report/tables/measure.js';
import type { TableItem } from '../report/tables/numbers.js';
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

/** Seeds per number in the paper, as by default in `isda table`. */
const paperSeeds = 3;

/** A text that is equal for configs that differ in the seed alone. */
const withoutSeed = (config: ExperimentConfig): string =>
  fingerprint({ ...config, training: { ...config.training, seed: 1 } });

/** The seeds of complete runs by `withoutSeed`. */
function seedsBySettings(recorded: readonly RecordedRun[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const { config } of recorded.filter(isComplete)) {
    const key = withoutSeed(config);
    found.set(key, [...(found.get(key) ?? []), config.training.seed]);
  }
  return found;
}

/** The seeds of a table: the paper's and those of all complete runs, which the page's other results are over. */
function tableSeeds(items: readonly TableItem[], found: ReadonlyMap<string, readonly number[]>): readonly number[] {
  const own = items.flatMap(({ config }) => (config && found.get(withoutSeed(config))) ?? []);
  return [...new Set([...seedsFrom(1, paperSeeds), ...own])].sort((a, b) => a - b);
}

/** Measures over `seeds`; runs are missing only on the seeds 1 to `count`, which `isda table --seeds` can ask for. */
function measureWith(
  items: readonly TableItem[],
  runs: readonly StoredRun[],
  seeds: readonly number[],
  count: number,
): Measurement {
  const isAsked = ({ seed }: { readonly seed: number }): boolean => seed >= 1 && seed <= count;
  const { entries, open, ...rest } = measure(items, seeds, runs);
  const more = (entry: (typeof entries)[number]): number => entry.runs.filter((run) => !isAsked(run)).length;
  return {
    ...rest,
    entries: entries.map((entry) => ({ ...entry, asked: count + more(entry) })),
    open: open.filter(isAsked),
  };
}

/**
 * The measured numbers of each table, from those `runs` of the stores that have the settings of the paper's configs.
 * `recorded`: those of them that have started.
 */
export async function storeTables(
  stores: readonly string[],
  { runs, recorded }: { readonly runs: readonly StoredRun[]; readonly recorded: readonly RecordedRun[] },
  context: CommandContext,
): Promise<readonly ReportTable[]> {
  const searched = await readLambda0Choices(stores.map((store) => resolve(context.workingDirectory, store)));
  const found = seedsBySettings(recorded);
  const { out, from } = storeOptions(stores, context);
  const places = [...from.flatMap((store) => ['--from', store]), ...(out === undefined ? [] : ['--out', out])];
  return tableNumbers.flatMap((number) => {
    const request = readTableRequest(String(number), { seeds: paperSeeds, set: [], only: [], out, from }, context);
    const seeds = tableSeeds(request.items, found);
    const count = seeds.filter((seed) => seed > 0).filter((seed, index) => seed === index + 1).length;
    const all = measureWith(request.items, runs, seeds, count);
    const shown = request.items.filter((_, index) => all.entries[index].runs.length > 0);
    if (shown.length === 0) return [];
    const chosen = measureWith(shown, runs, seeds, count);
    const asked = count === paperSeeds ? [] : ['--seeds', String(count)];
    const commands = tableCommands(number, [...asked, ...onlyWords(all, chosen), ...places]);
    return [reportTable({ ...request, seeds, chosen: shown }, { all, chosen, unreadable: [], searched }, commands)];
  });
}
