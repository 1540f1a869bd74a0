// `isda runs`: lists the runs in a folder, and why a run failed.
import { basename, resolve } from 'node:path';
import { Option } from 'commander';
import { cannot } from '../../common/errors.js';
import { counted, formatDuration, twoDecimals } from '../../common/format.js';
import { didYouMean } from '../../common/nearest.js';
import { shellWord } from '../../common/shell.js';
import { displayPath } from '../../config/find.js';
import { cellStates, type CellState } from '../../grids/store/cell.js';
import { readLogEnds } from '../../grids/store/log-ends.js';
import { storeCommands } from '../../grids/store/store.js';
import { listRuns } from '../../grids/store/list.js';
import type { ListedCell } from '../../grids/store/view.js';
import { asCalled } from '../as-called.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { lookOnce } from '../grids/executor.js';
import { columnsOf, foldedTable, widthOf, wrapText } from '../terminal/fold.js';
import { formatTable, printJson } from '../terminal/table.js';

interface RunsOptions {
  readonly state?: CellState;
  readonly json?: boolean;
  readonly log?: string;
}

const logLines = 30;

/** The end of a run's log and what it wrote to stderr. */
async function showLog(
  views: readonly ListedCell[],
  name: string,
  root: string,
  context: CommandContext,
): Promise<void> {
  const view = views.find((candidate) => candidate.name === basename(name));
  if (view === undefined) {
    const known = views.map((candidate) => candidate.name);
    throw cannot(`show the log of ${name}`, 'the folder has no such run', {
      code: 'run/missing',
      place: displayPath(root, context.workingDirectory),
      hint: didYouMean(name, known) ?? '`isda runs FOLDER` lists them',
      kind: 'usage',
    });
  }
  const write = (text: string): void => void context.stdout.write(`${text}\n`);
  write(`${view.name}: ${view.state}${view.reason === undefined ? '' : `, ${view.reason}`}`);
  for (const { path, before, lines } of await readLogEnds(view.folder, logLines)) {
    write(`\n${displayPath(path, context.workingDirectory)}`);
    if (before > 0) write(`… ${before} lines before`);
    write(lines.join('\n'));
  }
}

/** `12 done, 1 failed, 3 planned`. */
function totals(views: readonly ListedCell[]): string {
  const counts = cellStates.map((state) => [state, views.filter((view) => view.state === state).length] as const);
  return counts.flatMap(([state, count]) => (count === 0 ? [] : [`${count} ${state}`])).join(', ');
}

/** The fewest characters of a reason that say something. */
const shortestReason = 24;

/** A line for each run, its reason cut off at the end; or the reasons below, where there is no room for them. */
function runsTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  reasons: readonly string[],
  width: number,
): string {
  const longest = Math.max(...reasons.map((reason) => reason.length));
  const left = width - 2 - widthOf(formatTable(header, rows));
  if (left < Math.min(Math.max(longest, 'reason'.length), shortestReason))
    return foldedTable(header, rows, width, reasons.map((reason) => (reason === '' ? [] : [reason]))); // prettier-ignore
  const cut = (line: string): string => (line.length > width ? `${line.slice(0, width - 1)}…` : line);
  const lines = formatTable(
    [...header, 'reason'],
    rows.map((row, index) => [...row, reasons[index]]),
  );
  return lines.split('\n').map(cut).join('\n');
}

/** What is said below the runs: how many there are, and which folders of runs lie beside them. */
function footOf(
  all: readonly ListedCell[],
  stores: readonly string[],
  { workingDirectory }: CommandContext,
): readonly string[] {
  const show = (path: string): string => shellWord(displayPath(path, workingDirectory));
  const count = all.length === 0 ? 'no runs' : `${counted(all.length, 'run')}: ${totals(all)}`;
  if (stores.length > 0)
    return [
      count,
      `this folder contains folders of runs: ${stores.map(show).join(', ')}; \`isda runs ${show(stores[0])}\` lists one of them`,
    ];
  return all.length > 0 ? [count] : [count, `runs are made by \`isda train\`, ${storeCommands}`];
}

/** How far a run is: `3/160`, of a generator `500/50000 iterations`. */
const lengthOf = ({ epochs, epochsDone, iterations, iterationsDone }: ListedCell): string => {
  if (iterations !== undefined) return `${iterationsDone}/${iterations} iterations`;
  return epochs === undefined ? '-' : `${epochsDone}/${epochs}`;
};

async function listFolder(named: string, options: RunsOptions, context: CommandContext): Promise<void> {
  const root = resolve(context.workingDirectory, named);
  const { runs: all, stores } = await listRuns(root, context.now, lookOnce(context));
  if (options.log !== undefined) return showLog(all, options.log, root, context);
  const views = all.filter(({ state }) => options.state === undefined || state === options.state);
  if (options.json === true) return printJson(context, views);
  const age = (since: string): string => formatDuration((context.now() - Date.parse(since)) / 1000);
  const percent = (error: number | undefined): string => (error === undefined ? '-' : `${twoDecimals(error)} %`);
  const inQueue = views.some(({ jobName }) => jobName !== undefined);
  const rows = views.map((view) => [
    view.name,
    view.state,
    ...(inQueue ? [view.jobName ?? ''] : []),
    lengthOf(view),
    percent(view.last10MeanTestErrorPercent),
    percent(view.testErrorPercent),
    view.since === undefined ? '-' : age(view.since),
  ]);
  const width = columnsOf(context);
  if (rows.length > 0) {
    const header = ['run', 'state', ...(inQueue ? ['job'] : []), 'epochs', 'last 10', 'last', 'since'];
    const reasons = views.map(({ reason = '' }) => reason);
    context.stdout.write(`${runsTable(header, rows, reasons, width)}\n\n`);
  }
  const foot = footOf(all, stores, context);
  context.stdout.write(`${foot.map((line) => wrapText(asCalled(line, context), width)).join('\n')}\n`);
}

export const registerRuns: RegisterCommand = (program, context) => {
  const command = program
    .command('runs')
    .addHelpText('after', example('runs --state done'))
    .description('list the runs in a folder: state, epochs, error (mean of the last ten epochs, last epoch)')
    .argument('<folder>', `folder of runs: runs/, or a folder made by ${storeCommands}`)
    .addOption(new Option('--state <state>', 'only runs in this state').choices(cellStates))
    .option('--log <run>', 'show the end of the log of one run')
    .option('--json', 'print as JSON');
  withOptionRules(command, { '--log': { excludes: ['--json', '--state'] } }).action(
    (folder: string, options: RunsOptions) => listFolder(folder, options, context),
  );
};
