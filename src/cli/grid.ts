// What the commands that run grids share: their options, running with progress, the table, the last word.
import { relative, resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { cannot } from '../common/errors.js';
import { mapInTurns } from '../common/in-turns.js';
import { displayPath } from '../config/find.js';
import { errorsPath } from '../experiments/executors/local.js';
import { outcomeTable, rowOutcomes, writeOutcomes } from '../experiments/grid/outcomes.js';
import type { CellOutcome } from '../experiments/executors/executor.js';
import { runGrid } from '../experiments/grid/run-grid.js';
import { cellName, findCell, type Cell } from '../experiments/store/store.js';
import { viewCell } from '../experiments/store/view.js';
import type { CommandContext } from './context.js';
import { executorNames, lookOnce, openExecutors, type ExecutorOptions } from './grid-executor.js';
import { gridProgress, type GridProgress } from './grid-progress.js';
import { countArgument } from './options.js';
import { watchSignals, type SignalWatch } from './signals.js';
import { formatTable } from './table.js';

export interface GridOptions extends ExecutorOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

function secondsArgument(value: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : 0;
  if (seconds < 0.1 || seconds > 3600) throw new InvalidArgumentError('Expected seconds from 0.1 to 3600.');
  return seconds;
}

/** Adds the options that every command with a grid takes. */
export function withGridOptions(command: Command): Command {
  return command
    .option('--out <store>', 'folder of the runs; default: under runs/')
    .option('--jobs <n>', 'runs at once; default: 1 here, as many as Slurm starts there', countArgument)
    .addOption(
      new Option('--executor <name>', 'local: processes of this machine; slurm: jobs of a cluster (docs/slurm.md)')
        .choices(executorNames)
        .default('local'),
    )
    .option('--detach', 'with Slurm: submit and return; the same command without it follows the jobs')
    .addOption(
      new Option('--poll <seconds>', 'how often to look after what runs elsewhere; default: 2, Slurm 10').argParser(
        secondsArgument,
      ),
    )
    .option('--dry-run', 'only show what would be run')
    .option('--json', 'print the outcome as JSON; everything else goes to stderr');
}

/** The store of a command: `--out`, else runs/<name>. */
export function storeOf(name: string, { out }: Pick<GridOptions, 'out'>, context: CommandContext): string {
  return resolve(context.workingDirectory, out ?? `runs/${name}`);
}

export interface GridRunner {
  /** Runs a grid in a store. */
  readonly run: (cells: readonly Cell[], root: string) => Promise<readonly CellOutcome[]>;
  readonly signals: SignalWatch;
  readonly progress: GridProgress;
}

/** Gives `work` what it needs to run grids, and gives signals and terminal back when it ends. */
export async function withGridRunner<Result>(
  options: GridOptions,
  context: CommandContext,
  work: (runner: GridRunner) => Promise<Result>,
): Promise<Result> {
  const { now } = context;
  const progress = gridProgress({ stream: options.json === true ? context.stderr : context.stdout, now });
  const { executorFor, lookup, pollMilliseconds } = await openExecutors(options, context, progress.note);
  const signals = watchSignals(context);
  const going = options.executor === 'slurm' ? 'the jobs go on' : 'the running ones write their checkpoints';
  const asked = (): void => progress.note(`${signals.requested()}: ${going}`);
  signals.aborted.addEventListener('abort', asked);
  try {
    const around = { now, stop: signals.aborted, events: progress.events, pollMilliseconds, jobs: lookup };
    const run: GridRunner['run'] = (cells, root) => runGrid(cells, root, executorFor(cells, root), around);
    return await work({ run, signals, progress });
  } finally {
    signals.aborted.removeEventListener('abort', asked);
    progress.stop();
    signals.stop();
  }
}

/** The numbers of the jobs that runs were left to, as scancel takes them: `12` for `12_0` and `12_1`. */
function queuedJobs(outcomes: readonly CellOutcome[]): readonly string[] {
  const jobs = outcomes.flatMap(({ end }) => (end.state === 'queued' ? (/^\d+(?=_)/.exec(end.job) ?? []) : []));
  return [...new Set(jobs)];
}

/** What is said of runs that `--detach` has left to the queue; undefined where there are none. */
export function detachedLine(outcomes: readonly CellOutcome[], root: string, workingDirectory: string) {
  const count = outcomes.filter(({ end }) => end.state === 'queued').length;
  if (count === 0) return undefined;
  const shown = displayPath(root, workingDirectory);
  return `${count} of ${outcomes.length} runs are left to the queue: \`isda runs ${shown}\` shows them, the same command without --detach follows them`;
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
  const left = queuedJobs(outcomes);
  if (signal !== undefined && left.length > 0) {
    return cannot('finish all runs', `${signal} came; ${done}, and ${count('queued')} are left to the queue`, {
      kind: 'stopped',
      place: shown,
      hint: `the same command follows them again; \`scancel ${left.join(' ')}\` ends them`,
    });
  }
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
  if (count('done') + count('queued') === outcomes.length) return undefined;
  const stopped = outcomes
    .filter(({ end }) => end.state !== 'done' && end.state !== 'queued')
    .map(({ cell }) => cell.name);
  return cannot('finish all runs', `${done}; others were stopped`, {
    kind: 'stopped',
    place: stopped.join('\n'),
    hint: 'the same command goes on from there',
  });
}

/** Shows what a command would run, and how far each of it is. */
export async function showPlan(cells: readonly Cell[], root: string, json: boolean, context: CommandContext) {
  const lookup = lookOnce(context);
  const rows = await mapInTurns(cells, async (cell) => {
    const stored = await findCell(root, cell);
    const view = stored && (await viewCell(root, stored.name, context.now, lookup));
    const { epochs, seed } = cell.config.training;
    const [name, state, done] = [stored?.name ?? cellName(cell), view?.state ?? 'planned', view?.epochsDone ?? 0];
    return { name, row: cell.row, seed, state, epochsDone: done, epochs };
  });
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
  const left = signal === undefined ? detachedLine(outcomes, root, context.workingDirectory) : undefined;
  if (left !== undefined) (options.json === true ? context.stderr : context.stdout).write(`${left}\n`);
  const failure = gridFailure(outcomes, root, signal, context.workingDirectory);
  if (failure !== undefined) throw failure;
}
