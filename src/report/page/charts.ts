// Error curves of a group for the page: a wide and a narrow picture, and the values under the pointer.
import { drawChart } from '../chart/chart.js';
import type { Series } from '../chart/series.js';
import { page } from '../chart/style.js';
import { errorRange } from '../figures/range.js';
import { averagedSeries, seedsText } from '../runs/average.js';
import type { ExperimentOutcome, ReportGroup } from './content.js';
import { html, raw, scriptJson, type Markup } from './html.js';

/** More curves than these cannot be told apart. */
const maxCurves = 12;
/** Points of a curve under the pointer. */
const maxPoints = 400;

const errorOf = ({ last10 }: ExperimentOutcome): number => last10?.mean ?? Infinity;

/** The curves that are drawn: all, or those with the lowest errors, in the table's order. */
function chosenCurves(outcomes: readonly ExperimentOutcome[]): readonly ExperimentOutcome[] {
  const begun = outcomes.filter(({ experiment }) => experiment.runs.some(({ rows }) => rows.length > 0));
  const best = [...begun].sort((a, b) => errorOf(a) - errorOf(b)).slice(0, maxCurves);
  return begun.filter((outcome) => best.includes(outcome));
}

function pointerPoints(points: Series['points']): number[][] {
  const stride = Math.ceil(points.length / maxPoints);
  return points.filter((_, index) => index % stride === 0).map(([x, y]) => [x, Number(y.toFixed(2))]);
}

/** The chart of a group; undefined where no run has an epoch. */
export function groupChart({ group, outcomes }: ReportGroup): Markup | undefined {
  const chosen = chosenCurves(outcomes);
  const series = chosen.map(({ experiment }): Series => {
    const curve = averagedSeries(experiment.runs, 'testError')!;
    return { ...curve, label: `${experiment.name} (${seedsText(experiment.runs)})` };
  });
  if (series.length === 0) return undefined;
  const { low, high, cut } = errorRange(series);
  const several = chosen.some(({ experiment }) => experiment.runs.length > 1);
  const notes = [
    ...(several ? ['Lines: mean over the seeds. Bands: ± sample standard deviation, of two seeds from one to the other.'] : []),
    ...(cut ? ['Errors of early epochs above the axis are cut off.'] : []),
    ...(chosen.length < outcomes.length ? [`${chosen.length} of ${outcomes.length} rows: those with the lowest errors.`] : []),
  ]; // prettier-ignore
  const panels = [{ series, yRange: { low, high } }];
  const common = { panels, xLabel: 'epoch', yLabel: 'test error (%)', notes, palette: page, frames: true };
  const draw = (width: number): Markup =>
    raw(drawChart({ ...common, width }).replace('<title>', `<title>${html`${group.title}: `.markup}`));
  const numbers = series.map(({ label, points }) => ({ label, points: pointerPoints(points) }));
  return html`<div class="chart">
    <div class="wide">${draw(760)}</div>
    <div class="narrow">${draw(360)}</div>
    <script type="application/json">
      ${scriptJson(numbers)}
    </script>
  </div>`;
}
