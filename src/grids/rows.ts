// A grid of rows and seeds: each row is a config, each cell one seed of a row.
import { cannot } from '../common/errors.js';
import { experimentProblem, type ExperimentConfig } from '../config/schema.js';
import type { Cell } from './store/store.js';

/** A row of a grid: a variant, a loss or a value. */
export interface GridRow {
  readonly name: string;
  readonly config: ExperimentConfig;
}

/** Returns `count` seeds, starting at `first`. */
export function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Returns every row with every seed, seed by seed, so that a stopped grid has complete rounds. */
export function seededCells(rows: readonly GridRow[], seeds: readonly number[]): readonly Cell[] {
  return seeds.flatMap((seed) =>
    rows.map(({ name, config }) => ({
      row: name,
      config: {
        ...config,
        training: { ...config.training, seed },
        // The store decides where the run of a cell is.
        output: { ...config.output, dir: undefined },
      },
    })),
  );
}

/**
 * Returns the cells of a grid in the order of `seededCells`. Experiments are named `<grid>-<row>`.
 * Errors (usage): two rows with the same name, or a name that cannot be a folder name.
 */
export function gridCells(grid: string, rows: readonly GridRow[], seeds: readonly number[]): readonly Cell[] {
  for (const [index, { name }] of rows.entries()) {
    const problem = experimentProblem(`${grid}-${name}`);
    if (problem !== undefined) {
      throw cannot(`name the runs of ${grid}-${name}`, problem, {
        code: 'grid/rows',
        kind: 'usage',
      });
    }
    if (rows.findIndex((row) => row.name === name) !== index) {
      throw cannot(`create the grid ${grid}`, `two rows are called ${name}`, {
        code: 'grid/rows',
        kind: 'usage',
        hint: 'give each its own name',
      });
    }
  }
  const named = rows.map(({ name, config }) => ({ name, config: { ...config, experiment: `${grid}-${name}` } }));
  return seededCells(named, seeds);
}
