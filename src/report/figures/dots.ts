// The dot plot of stored runs: one panel per group of experiments, one row per experiment.
import { andList } from '../../common/format.js';
import { leftOutNotes, shortNote } from '../../grids/outcome-table.js';
import { evaluationNames } from '../../runs/description.js';
import type { DotPanel } from '../chart/dots.js';
import type { ExperimentOutcome, GroupOutcomes } from '../runs/outcomes.js';

/**
 * The row whose interval is drawn as a band: the one that all others are compared with; undefined if they are compared
 * with different ones.
 */
function bandRow({ outcomes }: GroupOutcomes): ExperimentOutcome | undefined {
  const names = [...new Set(outcomes.flatMap(({ baseline }) => baseline ?? []))];
  return names.length === 1 ? outcomes.find(({ row }) => row === names[0]) : undefined;
}

/** Explains the bands and dashed lines of a plot; undefined if there are none. */
function bandText(groups: readonly GroupOutcomes[]): string | undefined {
  const rows = groups.flatMap((group) => bandRow(group) ?? []).filter(({ seeds }) => seeds.length > 0);
  if (rows.length === 0) return undefined;
  const names = [...new Set(rows.map(({ row }) => row))];
  const [band, line, those] = rows.length === 1 ? ['Band', 'line', ''] : ['Bands', 'lines', ', in grey'];
  return rows.some(({ interval }) => interval !== undefined)
    ? `${band} and dashed ${line}: interval and mean of ${andList(names)}${those}.`
    : `Dashed ${line}: mean of ${andList(names)}${those}.`;
}

/** The sentences below a plot of some groups. */
export function dotNotes(groups: readonly GroupOutcomes[]): readonly string[] {
  const outcomes = groups.flatMap((group) => group.outcomes);
  const short = shortNote(outcomes);
  const band = bandText(groups);
  return [
    `Dots: runs. Below them: mean over the seeds and its 95 % interval (Student's t).${band === undefined ? '' : ` ${band}`}`,
    ...(short === undefined ? [] : [short]),
    ...(outcomes.some(({ seeds }) => seeds.length === 1) ? ['One run (n = 1) has no interval.'] : []),
    ...leftOutNotes(outcomes.flatMap(({ leftOut = [] }) => leftOut)),
  ];
}

/**
 * A group as a panel, its rows in the order of the table; undefined if no run is done. The axis label names the images
 * that the errors were measured on.
 */
export function dotPanel(group: GroupOutcomes): DotPanel | undefined {
  const { outcomes } = group;
  if (outcomes.every(({ seeds }) => seeds.length === 0)) return undefined;
  const baseline = outcomes.findIndex((outcome) => outcome === bandRow(group));
  const configs = outcomes.flatMap(({ experiment }) => experiment.runs.map(({ config }) => config));
  return {
    title: group.group.title,
    xLabel: `${evaluationNames(configs)} error, mean of the last ten epochs (%)`,
    baseline: baseline < 0 ? undefined : baseline,
    rows: outcomes.map(({ row, bySeed, last10, interval, failed = [] }) => ({
      label: row,
      values: [...bySeed.values()],
      mean: last10?.mean,
      interval,
      failed: failed.length,
    })),
  };
}
