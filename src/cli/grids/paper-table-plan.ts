// Selects the numbers of a paper table, finds their runs and names the missing ones (`isda table`, `isda plan table`).
import { resolve } from 'node:path';
import { Argument, Option, type Command } from 'commander';
import { cannot } from '../../common/errors.js';
import { isFolder } from '../../config/find.js';
import { seedsFrom } from '../../grids/rows.js';
import { readStoredRuns } from '../../grids/store/runs.js';
import { readLambda0Choices, type Lambda0Choice } from '../../grids/sweep.js';
import type { UnreadableRun } from '../../grids/store/unreadable.js';
import { chooseItems } from '../../report/tables/choose.js';
import { measure, type Measurement } from '../../report/tables/measure.js';
import { tableNotes } from '../../report/tables/notes.js';
import { ownItems, paperItems, type TableItem } from '../../report/tables/numbers.js';
import { printedParameters, readPrintedNumbers, tableNumbers, type TableNumber } from '../../report/tables/printed.js';
import { layTable, type ReportTable } from '../../report/tables/table.js';
import { lineOf } from '../command-line.js';
import type { CommandContext } from '../context.js';
import { storeOf, type GridOptions } from './grid.js';
import { withOptionRules } from '../option-rules.js';
import { collect, countUpTo, maxRuns, setOption } from '../options.js';
import { configsDirectory } from '../program.js';

export interface TableChoice extends Pick<GridOptions, 'out'> {
  readonly seeds: number;
  readonly config?: readonly string[];
  readonly set: readonly string[];
  readonly only: readonly string[];
  readonly from: readonly string[];
}

/** Adds the argument and the options that select a table. */
export function withTableChoice(command: Command): Command {
  const table = command
    .addArgument(new Argument('<number>', 'number of the table in the paper').choices(tableNumbers.map(String)))
    .option('--seeds <n>', 'runs per number, on seeds 1 to n', countUpTo(maxRuns), 3)
    .addOption(
      new Option(
        '--only <words>',
        'only these numbers, as in resnet-32,cifar10 or wrn-* (network, data set, method, augmentation, config); repeatable',
      )
        .argParser(collect)
        .default([], 'all'),
    )
    .option(
      '--config <files...>',
      "use these configs instead of the paper's: one row each (in Table 4 top-1 and top-5), for Table 5 the six variants of each",
    )
    .addOption(setOption())
    .addOption(
      new Option('--from <store>', 'also use the completed runs of this store; repeatable')
        .argParser(collect)
        .default([], 'none'),
    );
  return withOptionRules(table, { '--seeds': { fixes: 'training.seed' } });
}

/** The requested table, before its runs are looked up. */
export interface TableRequest {
  readonly table: TableNumber;
  /** All numbers, also those that are not shown, because others may be compared with them. */
  readonly items: readonly TableItem[];
  readonly chosen: readonly TableItem[];
  readonly seeds: readonly number[];
  /** Folder for missing runs, absolute. */
  readonly root: string;
  /** All stores that are read, `root` first. */
  readonly stores: readonly string[];
}

/** Resolves the folder of `--from`. Errors (usage): there is no such folder. */
function namedStore(store: string, workingDirectory: string): string {
  const path = resolve(workingDirectory, store);
  if (isFolder(path)) return path;
  throw cannot(`use the runs of ${store}`, 'there is no such folder', {
    code: 'store/missing',
    place: path,
    kind: 'usage',
    hint: '--from must be an existing folder of runs; --out sets the folder of new runs',
  });
}

/**
 * Reads the command line. Errors (usage): configs that cannot be loaded, words that fit nothing, a `--from` that is no
 * folder.
 */
export function readTableRequest(number: string, options: TableChoice, context: CommandContext): TableRequest {
  const table = Number(number) as TableNumber;
  const { workingDirectory } = context;
  const places = { workingDirectory, configsDirectory, overrides: options.set };
  const numbers = readPrintedNumbers();
  const items =
    options.config === undefined
      ? paperItems(table, numbers, places)
      : ownItems(table, options.config, numbers, places);
  const root = storeOf(`table${table}`, options, context);
  // The tables share runs: Table 3's basic networks are Table 1's.
  const others = options.out === undefined ? tableNumbers.map((other) => storeOf(`table${other}`, {}, context)) : [];
  const from = options.from.map((store) => namedStore(store, workingDirectory));
  return {
    ...{ table, items, chosen: chooseItems(options.only, items), root },
    seeds: seedsFrom(1, options.seeds),
    stores: [...new Set([root, ...from, ...others])],
  };
}

/** The runs in the stores for all numbers, and for the selected ones. */
export interface TableState {
  readonly all: Measurement;
  readonly chosen: Measurement;
  readonly unreadable: readonly UnreadableRun[];
  /** The choices of sweeps in the stores. */
  readonly searched: readonly Lambda0Choice[];
}

/** Looks up the runs. `now`: milliseconds since the Unix epoch. */
export async function readTableState(
  { items, chosen, seeds, stores }: TableRequest,
  { now }: Pick<CommandContext, 'now'>,
): Promise<TableState> {
  // Default stores, and the store for missing runs, need not exist yet.
  const folders = stores.filter(isFolder);
  const { runs, unreadable } = await readStoredRuns(folders, now);
  const searched = await readLambda0Choices(folders);
  return { searched, all: measure(items, seeds, runs), chosen: measure(chosen, seeds, runs), unreadable };
}

/** Returns the commands that estimate and that train the missing runs. `options`: the selection, as words. */
export function tableCommands(
  table: TableNumber,
  options: readonly string[],
  runOptions: readonly string[] = options,
): readonly string[] {
  return [
    lineOf(['isda', 'plan', 'table', String(table), ...options]),
    lineOf(['isda', 'table', String(table), '--run', ...runOptions]),
  ];
}

/** Creates the table of the runs that were found. `commands`: from `tableCommands`. */
export function reportTable(request: TableRequest, state: TableState, commands: readonly string[]): ReportTable {
  const { table, items, chosen, seeds } = request;
  const parameters = printedParameters(readPrintedNumbers());
  const isShown = new Set(chosen);
  return layTable(table, state.all.entries, {
    parameters: (network) => (parameters.has(network) ? `${parameters.get(network)!.toFixed(1)}M` : ''),
    shown: (_, index) => isShown.has(items[index]),
    notes: tableNotes({
      ...{
        table,
        items: chosen,
        open: state.chosen.open,
        root: request.root,
        used: state.chosen.used,
        unusual: state.chosen.unusual,
        leftOut: state.chosen.leftOut,
        unreadable: state.unreadable,
        searched: state.searched,
        seeds,
      },
      commands,
    }),
  });
}
