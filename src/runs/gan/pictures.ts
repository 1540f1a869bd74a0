// Interface for drawing the samples and the losses of a generator's run.
import type { LossesRow } from '../../gan/trainer.js';
import type { ImageGrid } from '../image-grid.js';

export interface Pictures {
  /** Returns a grid as PNG. */
  grid(grid: ImageGrid): Promise<Uint8Array>;
  /** Returns the losses over the iterations as SVG; `names` are the means to draw. There is at least one row. */
  losses(title: string, rows: readonly LossesRow[], names: readonly string[]): string;
}
