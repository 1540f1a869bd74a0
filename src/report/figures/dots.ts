// The dot plot of stored runs: a panel for each group of experiments, a row for each experiment.
import { leftOutNotes, shortNote } from '../../grids/outcome-table.js';
import type { DotPanel } from '../chart/dots.js';
import type { ExperimentOutcome, GroupOutcomes } from '../runs/outcomes.js';

/** The sentences below a plot. */
export function dotNotes(outcomes: readonly ExperimentOutcome[]): readonly string[] {
  const sizes = outcomes.map(({ seeds }) => seeds.length);
  const names = [...new Set(outcomes.flatMap(({ baseline }) => baseline ?? []))];
  const short = shortNote(outcomes);
  const band = names.length === 1 ? ` Band and dashed line: interval and mean of ${names[0]}.` : '';
  return [
    `Dots: runs. Below them: mean over the seeds and its 95 % interval (Student's t).${band}`,
    ...(short === undefined ? [] : [short]),
    ...(sizes.includes(1) ? ['One run (n = 1) has no interval.'] : []),
    ...leftOutNotes(outcomes.flatMap(({ leftOut = [] }) => leftOut)),
  ];
}

/** A group as a panel, its rows in the order of the table; undefined where no run is done. */
export function dotPanel({ group, outcomes }: GroupOutcomes): DotPanel | undefined {
  if (outcomes.every(({ seeds }) => seeds.length === 0)) return undefined;
  const names = [...new Set(outcomes.flatMap(({ baseline }) => baseline ?? []))];
  const baseline = outcomes.findIndex(({ row }) => names.length === 1 && row === names[0]);
  return {
    title: group.title,
    baseline: baseline < 0 ? undefined : baseline,
    rows: outcomes.map(({ row, bySeed, last10, interval }) => ({
      label: row,
      values: [...bySeed.values()],
      mean: last10?.mean,
      interval,
    })),
  };
}
