// A grid as rows times seeds: each row is a config, each cell one of its seeds.
import { cannot } from '../common/errors.js';
import { experimentProblem, type ExperimentConfig } from '../config/schema.js';
import type { Cell } from './store/store.js';

/** A row of a grid: a variant, a loss, a value that is tried. */
export interface GridRow {
  readonly name: string;
  readonly config: ExperimentConfig;
}

/** `count` seeds from `first` on. */
export function seedsFrom(first: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => first + index);
}

/** Every row with every seed, seeds outermost, so that a grid that was stopped holds whole rounds. */
export function seededCells(rows: readonly GridRow[], seeds: readonly number[]): readonly Cell[] {
  return seeds.flatMap((seed) =>
    rows.map(({ name, config }) => ({
      row: name,
      config: {
        ...config,
        training: { ...config.training, seed },
        // Where a run of a grid lies is the store's to say.
        output: { ...config.output, dir: undefined },
      },
    })),
  );
}

/**
 * The cells of a grid, as `seededCells` orders them. Experiments are called `<grid>-<row>`.
 * Errors (usage): two rows of one name, or one that cannot be a folder's name.
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
