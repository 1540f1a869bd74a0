// Results of a grid as a text table, CSV and Markdown.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { writeFileAtomically } from '../common/files.js';
import { formatInterval, formatP, formatPaired, formatSpread, meanIntervalNote } from '../common/statistics/texts.js';
import { lastEpochs } from '../records/metrics-columns.js';
import { brokenNotes, type RowOutcome } from './outcomes.js';

/** The fields of rows, of a grid or a report, for tables and notes. */
export type TableOutcome = Pick<
  RowOutcome,
  | 'row'
  | 'seeds'
  | 'last10'
  | 'interval'
  | 'averagedEpochs'
  | 'baseline'
  | 'otherChanges'
  | 'comparison'
  | 'origin'
  | 'leftOut'
  | 'broken'
  | 'failed'
>;

/** Returns the name of the baseline, `cross entropy` if there are several; undefined if nothing is compared. */
function comparedWith(rows: readonly TableOutcome[]): string | undefined {
  const names = [...new Set(rows.flatMap(({ baseline }) => baseline ?? []))];
  return names.length > 1 ? 'cross entropy' : names.at(0);
}

/** Lists the baseline of each row if there are several; undefined if all have the same. */
function baselineNote(rows: readonly TableOutcome[]): string | undefined {
  const names = [...new Set(rows.flatMap(({ baseline }) => baseline ?? []))];
  if (names.length < 2) return undefined;
  const withName = (name: string): readonly string[] =>
    rows.filter(({ baseline }) => baseline === name).map(({ row }) => row);
  return `Compared with ${names.map((name) => `${name}: ${withName(name).join(', ')}`).join('; with ')}.`;
}

/** Lists the rows that differ from their baseline in more than the method; undefined if there are none. */
function otherChangesNote(rows: readonly TableOutcome[]): string | undefined {
  const changed = rows.flatMap(({ row, baseline, otherChanges }) =>
    baseline === undefined || otherChanges === undefined ? [] : [`${baseline} to ${row} (${otherChanges})`],
  );
  return changed.length === 0 ? undefined : `More than the method differs: ${changed.join('; ')}.`;
}

/** Returns the titles of the comparison columns; empty if nothing is compared. */
export function comparisonTitles(rows: readonly TableOutcome[]): readonly string[] {
  const baseline = comparedWith(rows);
  return baseline === undefined ? [] : [`minus ${baseline}`, 'p', 'p (Holm)'];
}

/** Returns the cells for `comparisonTitles`; `decimals`: those of the difference. */
export function comparisonTexts({ seeds, baseline, comparison }: TableOutcome, decimals = 2): readonly string[] {
  if (baseline === undefined || seeds.length === 0) return ['', '', ''];
  const { paired, welch, holmP } = comparison ?? {};
  return [formatPaired(paired, decimals), ...[welch?.p, holmP].map((p) => (p === undefined ? '-' : formatP(p)))];
}

/** Returns titles and cells of the text table; errors in percent. `first` is the title of the column of row names. */
export function outcomeTable(rows: readonly RowOutcome[], first: string) {
  const compared = comparisonTitles(rows);
  return {
    header: [first, 'last 10 %', '95 %', ...compared, 'best %', 'last %', 'seeds'],
    rows: rows.map((row) => [
      row.row,
      formatSpread(row.last10),
      formatInterval(row.interval, row.seeds.length),
      ...(compared.length === 0 ? [] : comparisonTexts(row)),
      formatSpread(row.best),
      formatSpread(row.last),
      row.seeds.length === row.asked ? String(row.asked) : `${row.seeds.length} of ${row.asked}`,
    ]),
  };
}

/** Lists the means over fewer than ten epochs; undefined if there are none. */
export function shortNote(rows: readonly TableOutcome[]): string | undefined {
  const short = rows.flatMap(({ row, averagedEpochs = lastEpochs }) =>
    averagedEpochs < lastEpochs ? [{ row, epochs: averagedEpochs }] : [],
  );
  if (short.length === 0) return undefined;
  const counts = [...new Set(short.map(({ epochs }) => epochs))].sort((a, b) => a - b);
  const parts = counts.map((count) => {
    const names = short.filter(({ epochs }) => epochs === count).map(({ row }) => row);
    const which = names.length === rows.length && rows.length > 1 ? 'all rows' : names.join(', ');
    return `${which} (${count === 1 ? 'one epoch' : `all ${count} epochs`})`;
  });
  return `The mean of fewer than ten epochs: ${parts.join('; ')}.`;
}

/** Returns a note about runs that are excluded from the means, by name and reason; empty without such runs. */
export const leftOutNotes = (runs: readonly string[]): readonly string[] =>
  runs.length === 0 ? [] : [`Left out of the means: ${runs.join(', ')}.`];

/** At most this many failed runs are named. */
const namedFailures = 6;

/** Names the failed runs: a mean over the others may be lower because of them. Undefined if there are none. */
function failedNote(rows: readonly TableOutcome[]): string | undefined {
  const failed = rows.flatMap(({ row, failed: runs = [] }) =>
    runs.map(({ seed, reason }) => `${row}, seed ${seed} (${reason})`),
  );
  if (failed.length === 0) return undefined;
  const more = failed.length > namedFailures ? `; and ${failed.length - namedFailures} more` : '';
  return `Failed, and not included in any mean: ${failed.slice(0, namedFailures).join('; ')}${more}.`;
}

/**
 * Returns notes about rows with unofficial images or given weights, about runs excluded from the means, and about runs
 * whose errors are of fewer images.
 */
export function originNotes(rows: readonly TableOutcome[]): readonly string[] {
  const origins = [...new Set(rows.flatMap(({ origin }) => origin ?? []))];
  return [
    ...origins.map((origin) => {
      const names = rows.filter((row) => row.origin === origin).map(({ row }) => row);
      return `${names.length === rows.length ? 'All rows' : names.join(', ')}: ${origin}.`;
    }),
    ...leftOutNotes(rows.flatMap((row) => row.leftOut ?? [])),
    ...brokenNotes(rows.flatMap((row) => row.broken ?? [])),
  ];
}

/** Returns the notes that explain the numbers; `measured`: the images of the errors, if the notes should name them. */
export function outcomeNotes(rows: readonly TableOutcome[], measured?: string): readonly string[] {
  const baseline = comparedWith(rows);
  const family = rows.filter(({ comparison }) => comparison?.welch !== undefined).length;
  const short = shortNote(rows);
  const several = baselineNote(rows);
  const changes = otherChangesNote(rows);
  const failed = failedNote(rows);
  const over = family === 1 ? 'the one row that has' : `the ${family} rows that have`;
  return [
    `"last 10" is the mean error of the last ten epochs${measured === undefined ? '' : ` on ${measured}`}; ± is the sample standard deviation over the seeds. ` +
      meanIntervalNote,
    ...(rows.some(({ interval }) => interval !== undefined && (interval.low < 0 || interval.high > 100))
      ? ['Intervals are not clipped at 0 or 100 %: with so few seeds the mean is uncertain.']
      : []),
    ...(baseline === undefined
      ? []
      : [
          `minus ${baseline}: mean difference by seed, of the seeds that both have, with its 95 % interval. p: Welch's t-test against ${baseline} over all seeds of both, two-sided` +
            (family === 0
              ? '; it needs two runs of each, and errors that differ.'
              : `; p (Holm): with Holm's correction over ${over} a p.`),
        ]),
    ...(several === undefined ? [] : [several]),
    ...(changes === undefined ? [] : [changes]),
    ...(short === undefined ? [] : [short]),
    ...(failed === undefined ? [] : [failed]),
    ...originNotes(rows),
  ];
}

/** Formats the outcome as CSV, unrounded. */
export function outcomeCsv(rows: readonly RowOutcome[]): string {
  const columns = ['last10', 'best', 'last'] as const;
  const header = [
    ...['row', ...columns.flatMap((name) => [`${name}_mean`, `${name}_std`]), 'seeds_done', 'seeds_asked'],
    ...['last10_low', 'last10_high', 'averaged_epochs', 'baseline', 'pairs', 'difference', 'difference_low'],
    ...['difference_high', 't', 'degrees_of_freedom', 'p', 'p_holm', 'seeds_failed'],
  ];
  const lines = rows.map((row) => {
    const { paired, welch, holmP } = row.comparison ?? {};
    return [
      ...[row.row, ...columns.flatMap((name) => [row[name]?.mean, row[name]?.std]), row.seeds.length, row.asked],
      ...[row.interval?.low, row.interval?.high, row.averagedEpochs, row.baseline],
      ...[paired?.pairs, paired?.mean, paired?.interval?.low, paired?.interval?.high],
      ...[welch?.t, welch?.degrees, welch?.p, holmP, row.failed?.length ?? 0],
    ];
  });
  return stringify([header, ...lines]);
}

/** Titles of a table of outcomes. */
interface OutcomeTitles {
  readonly title: string;
  /** Title of the column of row names. */
  readonly first: string;
  /** The images that the errors were measured on. */
  readonly measured: string;
}

/** Formats the outcome as a Markdown table with notes. */
export function outcomeMarkdown({ title, first, measured }: OutcomeTitles, rows: readonly RowOutcome[]): string {
  const table = outcomeTable(rows, first);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    `# ${title}`,
    '',
    `Error in percent on ${measured}.`,
    '',
    line(table.header),
    line(table.header.map((_, column) => (column === 0 ? '---' : '--:'))),
    ...table.rows.map(line),
    '',
    ...outcomeNotes(rows).flatMap((note) => [note, '']),
  ].join('\n');
}

const outcomePaths = (root: string, stem: string) => ({
  csv: join(root, `${stem}.csv`),
  markdown: join(root, `${stem}.md`),
});

/** Deletes the files of `writeOutcomes` if they exist. Errors: they cannot be deleted. */
export async function removeOutcomes(root: string, stem: string): Promise<void> {
  for (const path of Object.values(outcomePaths(root, stem))) await rm(path, { force: true });
}

/** Writes `<stem>.csv` and `<stem>.md` into a store. */
export async function writeOutcomes(
  root: string,
  stem: string,
  titles: OutcomeTitles,
  rows: readonly RowOutcome[],
): Promise<void> {
  const { csv, markdown } = outcomePaths(root, stem);
  await writeFileAtomically(csv, outcomeCsv(rows));
  await writeFileAtomically(markdown, outcomeMarkdown(titles, rows));
}
