// What runs the cells of a grid: on this machine, or elsewhere.
import type { CellEnd } from '../store/claim.js';
import type { StoredCell } from '../store/store.js';

export interface Executor {
  /** How many cells it takes at once. */
  readonly slots: number;
  /**
   * Runs a cell, whose folder holds its config.yaml, to its end; `slot` counts from 0. Once `stop` is aborted the run is
   * asked to write a checkpoint and end. A run that fails is an answer; errors: its files cannot be written.
   */
  run(cell: StoredCell, slot: number, stop: AbortSignal): Promise<CellEnd>;
}
