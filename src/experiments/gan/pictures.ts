// What a generator's run lets draw: pictures of samples and of losses.
import type { LossesRow } from '../../gan/trainer.js';

/** Images of 32x32 pixels side by side, in labelled rows. */
export interface ImageGrid {
  readonly title: string;
  readonly rows: readonly {
    /** Before the row; empty for none. */
    readonly label: string;
    /** Its images one after the other, uint8 [count, 32, 32, 3]. */
    readonly images: Uint8Array;
  }[];
}

export interface Pictures {
  /** The PNG of a grid. */
  grid(grid: ImageGrid): Promise<Uint8Array>;
  /** The SVG of the losses over the iterations; `names` are the means to draw. There is at least one row. */
  losses(title: string, rows: readonly LossesRow[], names: readonly string[]): string;
}
