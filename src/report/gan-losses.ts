// Draws the losses of training a generator.
import type { LossesRow } from '../gan/trainer.js';
import { curveFigure } from './curve.js';

/** `real class loss` for realClassLoss. */
const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

/** Draws the columns `names` of the rows over the iterations, as SVG. Errors: there are no rows. */
export function lossesFigure(title: string, rows: readonly LossesRow[], names: readonly string[]): string {
  const curves = names.map((name) => ({
    label: words(name),
    points: rows.map(({ iteration, means }) => [iteration, means[name]] as const),
  }));
  return curveFigure({ title, curves, xLabel: 'iteration', yLabel: 'loss' });
}
