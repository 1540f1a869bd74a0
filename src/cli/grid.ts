// What the commands that run grids share: their options, running with progress, the table, the last word.
import { availableParallelism } from 'node:os';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option, type Command } from 'commander';
import { cannot } from '../common/errors.js';
import { displayPath } from '../config/find.js';
import { listGpus } from '../engine/devices.js';
import { errorsPath, localExecutor } from '../experiments/executors/local.js';
import { outcomeTable, rowOutcomes, writeOutcomes } from '../experiments/grid/outcomes.js';
import { runGrid, type CellOutcome } from '../experiments/grid/run-grid.js';
import { cellName, findCell, type Cell } from '../experiments/store/store.js';
import { viewCell } from '../experiments/store/view.js';
import type { CommandContext } from './context.js';
import { gridProgress, type GridProgress } from './grid-progress.js';
import { countArgument } from './options.js';
import { watchSignals, type SignalWatch } from './signals.js';
import { formatTable } from './table.js';

export interface GridOptions {
  readonly out?: string;
  readonly jobs: number;
  readonly executor: 'local';
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

/** Adds the options that every command with a grid takes. */
export function withGridOptions(command: Command): Command {
  return command
    .option('--out <store>', 'folder of the runs; default: under runs/')
    .option('--jobs <n>', 'runs at once, each with its share of the cores, or a GPU of its own', countArgument, 1)
    .addOption(new Option('--executor <name>', 'where runs are computed').choices(['local']).default('local'))
    .option('--dry-run', 'only show what would be run')
    .option('--json', 'print the outcome as JSON; everything else goes to stderr');
}

/** The store of a command: `--out`, else runs/<name>. */
export function storeOf(name: string, { out }: Pick<GridOptions, 'out'>, context: CommandContext): string {
  return resolve(context.workingDirectory, out ?? `runs/${name}`);
}

/** The GPUs as CUDA_VISIBLE_DEVICES names them, where a config may use one. */
function gpusFor(cells: readonly Cell[], { environment }: CommandContext): readonly string[] {
  if (cells.every(({ config }) => config.training.device === 'cpu')) return [];
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible !== undefined) return visible.split(',').filter((name) => name !== '' && name !== '-1');
  return listGpus(environment).map((_, index) => String(index));
}

export interface GridRunner {
  /** Runs a grid in a store. */
  readonly run: (cells: readonly Cell[], root: string) => Promise<readonly CellOutcome[]>;
  readonly signals: SignalWatch;
  readonly progress: GridProgress;
}

/** Gives `work` what it needs to run grids, and gives signals and terminal back when it ends. */
export async function withGridRunner<Result>(
  { jobs, json }: GridOptions,
  context: CommandContext,
  work: (runner: GridRunner) => Promise<Result>,
): Promise<Result> {
  const { now, environment, workingDirectory } = context;
  const launcher = fileURLToPath(new URL('../../bin/isda.js', import.meta.url));
  const signals = watchSignals(context);
  const progress = gridProgress({ stream: json === true ? context.stderr : context.stdout, now });
  const asked = (): void => progress.note(`${signals.requested()}: the running ones write their checkpoints`);
  signals.aborted.addEventListener('abort', asked);
  try {
    const run: GridRunner['run'] = (cells, root) => {
      const executor = localExecutor({
        jobs,
        command: [process.execPath, launcher],
        workingDirectory,
        environment,
        cores: availableParallelism(),
        gpus: jobs === 1 ? [] : gpusFor(cells, context),
      });
      return runGrid(cells, root, executor, { now, stop: signals.aborted, events: progress.events });
    };
    return await work({ run, signals, progress });
  } finally {
    signals.aborted.removeEventListener('abort', asked);
    progress.stop();
    signals.stop();
  }
}

/** The error of a grid that was stopped, or some of whose runs failed; undefined where all are done. */
export function gridFailure(
  outcomes: readonly CellOutcome[],
  root: string,
  signal: string | undefined,
  workingDirectory: string,
): Error | undefined {
  const count = (state: string): number => outcomes.filter(({ end }) => end.state === state).length;
  const done = `${count('done')} of ${outcomes.length} are done`;
  const shown = displayPath(root, workingDirectory);
  if (signal !== undefined && count('done') < outcomes.length) {
    return cannot('finish all runs', `${signal} came; ${done}`, {
      kind: 'stopped',
      place: shown,
      hint: 'the same command goes on from there',
    });
  }
  const failed = outcomes.flatMap(({ cell, end }) => (end.state === 'failed' ? [{ cell, reason: end.reason }] : []));
  if (failed.length > 0) {
    const lines = failed.map(({ cell, reason }) => `${cell.name}: ${reason}`);
    const [{ cell }] = failed;
    return cannot('finish all runs', `${failed.length} of ${outcomes.length} failed`, {
      place: [...lines.slice(0, 10), ...(lines.length > 10 ? [`… and ${lines.length - 10} more`] : [])].join('\n'),
      hint: `\`isda runs ${shown} --log ${cell.name}\` shows why (${relative(root, errorsPath(cell.folder))}); the same command tries again`,
    });
  }
  if (count('done') === outcomes.length) return undefined;
  const stopped = outcomes.filter(({ end }) => end.state !== 'done').map(({ cell }) => cell.name);
  return cannot('finish all runs', `${done}; others were stopped`, {
    kind: 'stopped',
    place: stopped.join('\n'),
    hint: 'the same command goes on from there',
  });
}

/** Shows what a command would run, and how far each of it is. */
export async function showPlan(cells: readonly Cell[], root: string, json: boolean, context: CommandContext) {
  const rows = await Promise.all(
    cells.map(async (cell) => {
      const stored = await findCell(root, cell);
      const view = stored && (await viewCell(root, stored.name, context.now));
      const { epochs, seed } = cell.config.training;
      const [name, state, done] = [stored?.name ?? cellName(cell), view?.state ?? 'planned', view?.epochsDone ?? 0];
      return { name, row: cell.row, seed, state, epochsDone: done, epochs };
    }),
  );
  if (json) {
    context.stdout.write(`${JSON.stringify({ store: root, runs: rows }, undefined, 2)}\n`);
    return;
  }
  const lines = rows.map(({ name, state, epochsDone, epochs }) => [name, state, `${epochsDone}/${epochs}`]);
  const left = rows.filter(({ state }) => state !== 'done').length;
  context.stdout.write(`${formatTable(['run', 'state', 'epochs'], lines)}\n`);
  context.stdout.write(
    `${rows.length} runs, ${left} not done yet, in ${displayPath(root, context.workingDirectory)}\n`,
  );
}

/** A grid that ends with a table. */
export interface GridPlan {
  /** Title of outcomes.md. */
  readonly title: string;
  /** Title of the column with the rows' names. */
  readonly first: string;
  readonly cells: readonly Cell[];
  readonly root: string;
}

/** What a grid's errors were measured on. */
export function measuredOn(cells: readonly Cell[]): string {
  const { holdout } = cells[0].config.dataset;
  return holdout > 0 ? `${holdout} held-out training images` : 'the test images';
}

/** The runs of a grid for `--json`. */
export function runsOf(outcomes: readonly CellOutcome[]) {
  return outcomes.map(({ cell, end, summary }) => ({
    ...{ name: cell.name, row: cell.row, seed: cell.config.training.seed, ...end },
    ...(summary === undefined ? {} : { summary }),
  }));
}

/** Runs a grid, writes outcomes.csv and outcomes.md, prints the table. Errors: runs that failed, or a signal. */
export async function runPlan(plan: GridPlan, options: GridOptions, context: CommandContext): Promise<void> {
  const { title, first, cells, root } = plan;
  if (options.dryRun === true) return showPlan(cells, root, options.json === true, context);
  const { outcomes, signal } = await withGridRunner(options, context, async ({ run, signals }) => ({
    outcomes: await run(cells, root),
    signal: signals.requested(),
  }));
  const rows = rowOutcomes(outcomes);
  await writeOutcomes(root, 'outcomes', { title, first, measured: measuredOn(cells) }, rows);
  if (options.json === true) {
    context.stdout.write(`${JSON.stringify({ store: root, rows, runs: runsOf(outcomes) }, undefined, 2)}\n`);
  } else if (outcomes.some(({ summary }) => summary !== undefined)) {
    const table = outcomeTable(rows, first);
    context.stdout.write(`\n${formatTable(table.header, table.rows)}\n`);
    context.stdout.write(`\nrun store  ${displayPath(root, context.workingDirectory)} (outcomes.csv, outcomes.md)\n`);
  }
  const failure = gridFailure(outcomes, root, signal, context.workingDirectory);
  if (failure !== undefined) throw failure;
}
