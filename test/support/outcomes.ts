// Outcomes of grids for tests.
import { experimentSchema } from '../../src/config/schema.js';
import type { CellOutcome } from '../../src/grids/executors/executor.js';
import { someCell, someSummary } from './cells.js';

/** A run of a row, failed if it has no error; `changes` replace sections of its config. */
export function someOutcome(row: string, seed: number, error?: number, changes: object = {}): CellOutcome {
  const cell = someCell(row, seed);
  const config = experimentSchema.parse({ ...cell.config, ...changes });
  return {
    cell: { ...cell, config, name: '', folder: '' },
    end: error === undefined ? { state: 'failed', reason: 'x' } : { state: 'done' },
    ...(error === undefined ? {} : { summary: someSummary(error) }),
  };
}

const row = (name: string, loss: object, errors: readonly number[]): CellOutcome[] =>
  errors.map((error, index) => someOutcome(name, index + 1, error, { loss }));

/** Cross entropy, ISDA and focal loss, three seeds each. */
export const comparedOutcomes: readonly CellOutcome[] = [
  ...row('basic', { name: 'cross-entropy' }, [23.69, 22.46, 21.74]),
  ...row('isda', { name: 'isda' }, [22.38, 22.34, 21.9]),
  ...row('focal', { name: 'focal' }, [25.1, 24.8, 24.2]),
];
