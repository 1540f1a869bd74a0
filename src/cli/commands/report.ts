// `isda report`: one HTML page about the runs of stores.
import { dirname, extname, join, resolve } from 'node:path';
import { cannot } from '../../common/errors.js';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { counted, formatBytes } from '../../common/format.js';
import { displayPath } from '../../config/find.js';
import { readStoredRuns } from '../../grids/store/runs.js';
import { reportContent } from '../../report/page/content.js';
import { reportPage } from '../../report/page/page.js';
import { recordedRuns, type RecordedRuns } from '../../report/runs/recorded-runs.js';
import type { CommandContext, RegisterCommand } from '../context.js';
import { example } from '../help.js';
import { baselineOption, storesHelp, storesOption } from '../options.js';
import { outputFolder } from '../terminal/output.js';
import { refuseForeignFile, refuseSpecialFile } from '../terminal/replaceable.js';
import { storeTables } from '../report-tables.js';

interface ReportOptions {
  readonly store: readonly string[];
  readonly out: string;
  readonly title?: string;
  readonly baseline?: string;
}

/** The error of folders without a run to report on. */
function noRuns({ unreadable }: RecordedRuns, stores: readonly string[]): Error {
  const leftOut = unreadable.map(({ name, reason }) => `left out: ${name}, ${reason}`);
  return cannot('write the report', 'there is no usable run that has started', {
    code: 'figure/empty',
    place: [...stores, ...leftOut.slice(0, 10)].join('\n'),
    hint: `--store names ${storesHelp}`,
  });
}

async function writeReport(options: ReportOptions, context: CommandContext): Promise<void> {
  const isPage = ['.html', '.htm'].includes(extname(options.out).toLowerCase());
  const named = resolve(context.workingDirectory, options.out);
  refuseSpecialFile(named, 'write the report');
  const out = isPage
    ? named
    : join(
        outputFolder(options.out, 'write the report', '--out must end with .html or be a folder', context),
        'index.html',
      );
  refuseForeignFile(out, ['page'], 'write the report');
  const show = (path: string): string => displayPath(path, context.workingDirectory);
  const stores = options.store.map((store) => resolve(context.workingDirectory, store));
  const stored = await readStoredRuns(stores, context.now);
  const recorded = await recordedRuns(stored);
  if (recorded.runs.length === 0) throw noRuns(recorded, stores.map(show));
  const content = await reportContent(recorded, options.baseline);
  const title = options.title ?? `Report on ${stores.map(show).join(', ')}`;
  const leftOut = new Set(recorded.unreadable.map(({ folder }) => folder));
  const usable = stored.runs.filter(({ folder }) => !leftOut.has(folder));
  const tables = await storeTables(options.store, { runs: usable, recorded: recorded.runs }, context);
  const page = reportPage(content, { title, tables, stores: stores.map(show), now: context.now() });
  await makeFolder(dirname(out));
  await writeFileAtomically(out, page);
  context.stdout.write(`${out} (${counted(content.runs.length, 'run')}, ${formatBytes(Buffer.byteLength(page))})\n`);
}

export const registerReport: RegisterCommand = (program, context) => {
  program
    .command('report')
    .addHelpText('after', example('--store runs --out report.html'))
    .description('write one HTML page about runs: results, curves, configs, failures, environment')
    .addOption(storesOption())
    .requiredOption('--out <path>', 'file to write (.html), or a folder for its index.html')
    .option('--title <text>', "the page's title")
    .addOption(baselineOption())
    .action((options: ReportOptions) => writeReport(options, context));
};
