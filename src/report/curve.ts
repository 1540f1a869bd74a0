// A line chart of one or several curves over a common axis.
import { drawChart, type Panel } from './chart/chart.js';
import type { Series } from './chart/series.js';

export type Curve = Series;

interface CurveFigure {
  readonly curves: readonly Curve[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly title?: string;
  readonly yRange?: Panel['yRange'];
  /** The width of the picture in pixels; default 640. */
  readonly width?: number;
}

/** Draws the chart as an SVG document. Errors: no curve, or a curve without points. */
export function curveFigure({ curves, yRange, ...rest }: CurveFigure): string {
  return drawChart({ ...rest, panels: [{ series: curves, yRange }] });
}
