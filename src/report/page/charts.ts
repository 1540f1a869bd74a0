// Pictures of a group for the page, each in three widths: dots of all runs, and curves that show the values under
// the pointer.
import { twoDecimals } from '../../common/format.js';
import { drawChart } from '../chart/chart.js';
import { averageNotes, evaluatedEpochsNotes, withoutCrowdedBands, type Series } from '../chart/series.js';
import { page } from '../chart/style.js';
import { cutNotes, errorRange } from '../figures/range.js';
import { averagedSeries, seedsText } from '../runs/average.js';
import { drawDots } from '../chart/dots.js';
import { dotNotes, dotPanel } from '../figures/dots.js';
import type { ExperimentOutcome, GroupOutcomes } from '../runs/outcomes.js';
import { evaluationNames } from '../../runs/description.js';
import type { SeedRuns } from '../runs/groups.js';
import { html, raw, scriptJson, type Markup } from './html.js';

/** The maximum number of curves: more cannot be distinguished. */
const maxCurves = 12;
/** The maximum number of points per curve that are shown under the pointer. */
const maxPoints = 400;

const configsOf = ({ runs }: SeedRuns) => runs.map(({ config }) => config);

const errorOf = ({ last10 }: ExperimentOutcome): number => last10?.mean ?? Infinity;

/** The outcomes that have a curve: some run has completed an epoch. */
const begunOnes = (outcomes: readonly ExperimentOutcome[]): readonly ExperimentOutcome[] =>
  outcomes.filter(({ experiment }) => experiment.runs.some(({ rows }) => rows.length > 0));

/** The curves to draw: all, or those with the lowest errors if there are too many, in the table's order. */
function chosenCurves(begun: readonly ExperimentOutcome[]): readonly ExperimentOutcome[] {
  const best = [...begun].sort((a, b) => errorOf(a) - errorOf(b)).slice(0, maxCurves);
  return begun.filter((outcome) => best.includes(outcome));
}

function pointerPoints(points: Series['points']): number[][] {
  const stride = Math.ceil(points.length / maxPoints);
  // Counted from the last epoch, which is the one that is looked for.
  return points
    .filter((_, index) => (points.length - 1 - index) % stride === 0)
    .map(([x, y]) => [x, Number(twoDecimals(y))]);
}

/** The widths in which each picture is drawn, with the class that shows one of them. */
const widths = [
  ['wide', 1120],
  ['medium', 720],
  ['narrow', 360],
] as const;

const inWidths = (draw: (width: number) => string): readonly Markup[] =>
  widths.map(([name, width]) => html`<div class="${name}">${raw(draw(width))}</div>`);

/** The picture with the group at the start of its title. A function, because `$` in a replacement has a meaning. */
const withGroup = (svg: string, title: string): string =>
  svg.replace('<title>', () => `<title>${html`${title}: `.markup}`);

/** The dot plot of a group; undefined if no run is done. */
export function groupDots(group: GroupOutcomes): Markup | undefined {
  const panel = dotPanel(group);
  if (panel === undefined) return undefined;
  const notes = dotNotes([group]);
  const xLabel = `${evaluationNames(group.outcomes.flatMap(({ experiment }) => configsOf(experiment)))} error (%)`;
  const plot = { panels: [{ ...panel, title: undefined, xLabel }], notes, palette: page };
  const draw = (width: number): string => withGroup(drawDots({ ...plot, width }), group.group.title);
  return html`<div class="picture dots">${inWidths(draw)}</div>`;
}

/** The error curves of a group; undefined if no run has completed an epoch. */
export function groupChart({ group, outcomes }: GroupOutcomes): Markup | undefined {
  const begun = begunOnes(outcomes);
  const chosen = chosenCurves(begun);
  const all = chosen.map(({ experiment }): Series => {
    const curve = averagedSeries(experiment.runs, 'testError')!;
    return { ...curve, label: `${experiment.name} (${seedsText(experiment.runs)})` };
  });
  if (all.length === 0) return undefined;
  const series = withoutCrowdedBands(all);
  const range = errorRange(series);
  const notes = [
    ...averageNotes(all, series),
    ...cutNotes(range),
    ...evaluatedEpochsNotes(series),
    ...(chosen.length < begun.length ? [`${chosen.length} of ${begun.length} rows: those with the lowest errors.`] : []),
  ]; // prettier-ignore
  const panels = [{ series, yRange: range }];
  const yLabel = `${evaluationNames(chosen.flatMap(({ experiment }) => configsOf(experiment)))} error (%)`;
  const common = { panels, xLabel: 'epoch', yLabel, notes, palette: page, frames: true };
  const draw = (width: number): string => withGroup(drawChart({ ...common, width }), group.title);
  const numbers = series.map(({ label, points }) => ({ label, points: pointerPoints(points) }));
  return html`<div class="picture chart">
    ${inWidths(draw)}
    <script type="application/json">
      ${scriptJson(numbers)}
    </script>
  </div>`;
}
