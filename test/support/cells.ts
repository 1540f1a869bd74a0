// Cells of grids for tests: tiny configs that are not trained.
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';
import type { Cell } from '../../src/grids/store/store.js';
import type { RunSummary } from '../../src/records/summary.js';

/** The schema's default config with two epochs. */
export function someConfig(experiment: string, seed = 1, lambda0 = 0.5): ExperimentConfig {
  return experimentSchema.parse({ experiment, loss: { name: 'isda', lambda0 }, training: { seed, epochs: 2 } });
}

export function someCell(row: string, seed = 1, lambda0 = 0.5): Cell {
  return { row, config: someConfig(`test-${row}`, seed, lambda0) };
}

/** A summary whose three errors are `error`, `error − 1` and `error + 1` percent. */
export function someSummary(error: number): RunSummary {
  const epoch = { epoch: 2, trainLoss: 1, trainErrorPercent: 50, testLoss: 1 };
  return {
    experiment: 'test',
    epochs: 2,
    last: { ...epoch, testErrorPercent: error + 1 },
    best: { ...epoch, testErrorPercent: error - 1 },
    last10MeanTestErrorPercent: error,
    parameters: 1,
    multiplyAdds: 1,
    seconds: 2,
  };
}
