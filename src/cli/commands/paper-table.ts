// `isda table`: measured beside printed numbers; --run trains the missing runs.
import { dirname, extname, join, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { cannot } from '../../common/errors.js';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { displayPath } from '../../config/find.js';
import { tableCsv } from '../../report/tables/csv.js';
import { tablePage } from '../../report/tables/html.js';
import { tableMarkdown } from '../../report/tables/markdown.js';
import type { ReportTable } from '../../report/tables/table.js';
import { commandAsCalled } from '../as-called.js';
import { optionWords } from '../command-line.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { withOptionRules } from '../option-rules.js';
import { columnsOf } from '../terminal/fold.js';
import { gridFailure } from '../grids/end.js';
import { listGrid, withGridOptions, withGridRunner, type GridOptions } from '../grids/grid.js';
import { tableCells } from '../grids/paper-table-cells.js';
import {
  readTableRequest,
  readTableState,
  reportTable,
  tableCommands,
  withTableChoice,
  type TableChoice,
  type TableRequest,
  type TableState,
} from '../grids/paper-table-plan.js';
import { refuseForeignFile, refuseSpecialFile } from '../terminal/replaceable.js';
import { terminalTable } from '../terminal/table-terminal.js';

const formats = ['terminal', 'markdown', 'csv', 'html'] as const;
type Format = (typeof formats)[number];

interface TableOptions extends TableChoice, GridOptions {
  readonly run?: boolean;
  readonly format?: Format;
  readonly to?: string;
}

const formatOfEnding: Readonly<Record<string, Format>> = { md: 'markdown', csv: 'csv', html: 'html', txt: 'terminal' };

/** The format that is asked for, by the file's ending where it is not said. Errors (usage): the ending says nothing. */
function formatOf({ format, to, json }: TableOptions): Format {
  if (format !== undefined || to === undefined) return format ?? 'terminal';
  const found = formatOfEnding[extname(to).slice(1).toLowerCase()];
  if (json === true && found === undefined) return 'terminal';
  if (json === true)
    throw cannot(`write ${to}`, `its extension selects ${found}, but --json writes JSON`, {
      code: 'option/conflict',
      kind: 'usage',
      hint: 'use the extension .json, or leave out --json',
    });
  if (found !== undefined) return found;
  throw cannot(`write ${to}`, 'its extension does not determine the format', {
    code: 'option/invalid',
    kind: 'usage',
    hint: `use one of the extensions ${Object.keys(formatOfEnding).map((ending) => `.${ending}`).join(', ')}, or set --format`, // prettier-ignore
  });
}

function render(table: ReportTable, format: Format, width: number): string {
  switch (format) {
    case 'terminal':
      return `${terminalTable(table, width)}\n`;
    case 'markdown':
      return tableMarkdown(table);
    case 'csv':
      return tableCsv(table);
    case 'html':
      return tablePage(table);
  }
}

/** The table for programs: its cells in a list, with the runs that are missing. */
function tableJson(table: ReportTable, { stores }: TableRequest, { chosen }: TableState): string {
  const cells = table.rows.flatMap(({ labels, cells: row }) =>
    row.flatMap((cell, index) => {
      if (cell === undefined) return [];
      const { group, name } = table.columns[index];
      return [{ row: labels, column: group === undefined ? [name] : [group, name], ...cell, dataKey: undefined }];
    }),
  );
  const missing = chosen.open.map(({ configName, seed, found }) => ({
    ...{ config: configName, seed, state: found?.state ?? 'planned', run: found?.name, reason: found?.reason },
  }));
  const { table: number, title, notes } = table;
  return `${JSON.stringify({ table: number, title, stores, cells, missing, notes }, undefined, 2)}\n`;
}

/** Makes the missing runs of a table; the error of what could not be made, if any. */
async function makeRuns(
  request: TableRequest,
  options: TableOptions,
  context: CommandContext,
  command: Command,
): Promise<Error | undefined> {
  const cells = await tableCells(request, await readTableState(request, context));
  if (cells.length === 0) return undefined;
  const { outcomes, signal } = await withGridRunner(options, context, async ({ run, signals }) => ({
    outcomes: await run(cells, request.root),
    signal: signals.requested(),
  }));
  return gridFailure(outcomes, request.root, signal, { command, workingDirectory: context.workingDirectory });
}

/** Options that say how a table is shown, and nothing of its runs. */
const showing = ['run', 'format', 'to', 'json', 'dryRun'];
/** Options that say how runs are made, and nothing of what they take. */
const making = ['executor', 'detach', 'poll'];

async function showTable(
  number: string,
  options: TableOptions,
  context: CommandContext,
  command: Command,
): Promise<void> {
  const { stdout, workingDirectory } = context;
  const request = readTableRequest(number, options, context);
  const purpose = ['write the table', '--to'] as const;
  const to = options.to === undefined ? undefined : resolve(workingDirectory, options.to);
  if (to !== undefined) refuseSpecialFile(to, ...purpose);
  const format = formatOf(options);
  if (to !== undefined) refuseForeignFile(to, ['table'], ...purpose);
  if (options.dryRun === true) {
    const cells = await tableCells(request, await readTableState(request, context));
    return listGrid({ cells, root: request.root, json: options.json }, context);
  }
  // What programs read keeps stdout to itself.
  const alone = options.json === true || (format !== 'terminal' && to === undefined);
  const failure =
    options.run === true ? await makeRuns(request, { ...options, json: alone }, context, command) : undefined;
  const state = await readTableState(request, context);
  const commands = tableCommands(
    request.table,
    optionWords(command, [...showing, ...making]),
    optionWords(command, showing),
  );
  const tableWith = (lines: readonly string[]): ReportTable => reportTable(request, state, lines);
  const table = tableWith(commands);
  if (options.run === true && state.chosen.used.length > 0) {
    await makeFolder(request.root);
    await writeFileAtomically(join(request.root, `table${number}.md`), tableMarkdown(table));
    await writeFileAtomically(join(request.root, `table${number}.csv`), tableCsv(table));
  }
  const width = to === undefined ? columnsOf(context) : Infinity;
  const isForTerminal = format === 'terminal' && to === undefined;
  const shown = isForTerminal ? tableWith(commands.map((line) => commandAsCalled(line, context))) : table;
  const text = options.json === true ? tableJson(table, request, state) : render(shown, format, width);
  if (to === undefined) stdout.write(options.run === true && !alone ? `\n${text}` : text);
  else {
    await makeFolder(dirname(to));
    await writeFileAtomically(to, text);
    stdout.write(`${displayPath(to, workingDirectory)}\n`);
  }
  if (failure !== undefined) throw failure;
}

export const registerPaperTable: RegisterCommand = (program, context) => {
  const command = program
    .command('table')
    .addHelpText('after', example('1 --only resnet-32,cifar10 --run'))
    .description('show a table of the paper, measured beside printed numbers; --run trains the missing runs')
    .option('--run', 'train the missing runs; resumes where it stopped')
    .addOption(
      new Option('--format <format>', 'format of the table; default: terminal, or by the extension of --to').choices(
        formats,
      ),
    )
    .option('--to <file>', 'write the table to this file instead of stdout');
  withGridOptions(withTableChoice(command));
  withOptionRules(command, {
    '--json': { excludes: ['--format'] },
    '--dry-run': { excludes: ['--to', '--format'] },
  }).action((number: string, options: TableOptions, parsed: Command) => showTable(number, options, context, parsed));
};
