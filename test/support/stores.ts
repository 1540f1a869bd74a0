// Stores of runs that were not trained: each has config, metrics and record, with errors from a formula.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../../src/config/fingerprint.js';
import { printConfig } from '../../src/config/print.js';
import { experimentSchema, type ExperimentConfig } from '../../src/config/schema.js';
import { formatCell, type CellState } from '../../src/grids/store/cell.js';
import { readStoredRuns } from '../../src/grids/store/runs.js';
import { recordedRuns, type RecordedRuns } from '../../src/report/runs/recorded-runs.js';
import { evaluationDue } from '../../src/training/cadence.js';
import type { MetricsRow } from '../../src/records/metrics-columns.js';
import { knownMetrics, metricsOf } from '../../src/training/metrics/registry.js';
import { formatSummary, summarize } from '../../src/records/summary.js';

interface MadeRun {
  readonly row: string;
  readonly seed?: number;
  readonly config?: Record<string, unknown> | ExperimentConfig;
  /** The number of completed epochs, of about 20. */
  readonly epochs?: number;
  readonly state?: CellState;
  readonly reason?: string;
  /** Test error of the last epoch in percent. */
  readonly error?: number;
  readonly log?: string;
  readonly environment?: Record<string, unknown>;
}

/** The first `epochs` rows of a run whose errors fall from 90 % to `error` in `whole` epochs. */
function madeRows(epochs: number, whole: number, error: number): MetricsRow[] {
  return Array.from({ length: epochs }, (_, index) => ({
    epoch: index + 1,
    iteration: 10 * (index + 1),
    learningRate: 0.1,
    lambda: 0,
    trainLoss: 1,
    trainError: error / 2 + 40 * (1 - index / (whole - 1)),
    testLoss: 1,
    testError: error + (90 - error) * (1 - index / (whole - 1)) ** 4,
    seconds: 2,
    imagesPerSecond: 100,
  }));
}

function metricsText(rows: readonly MetricsRow[]): string {
  const columns = metricsOf({ classes: 10, recordedScalars: [] });
  const lines = rows.map((row) => columns.map(({ name }) => row[name]).join(','));
  return [columns.map(({ column }) => column).join(','), ...lines, ''].join('\n');
}

const wholeConfig = (config: MadeRun['config'], experiment: string, seed: number): ExperimentConfig => {
  const parsed = experimentSchema.parse({ training: { epochs: 20 }, ...config, experiment });
  return { ...parsed, training: { ...parsed.training, seed } };
};

/** Writes a run of a grid into a store; returns its folder. */
export function makeStoredRun(store: string, run: MadeRun): string {
  const { row, seed = 1, state = 'done', error = 20, reason } = run;
  const config = wholeConfig(run.config, `test-${row.replaceAll(/[^A-Za-z0-9.-]/g, '_')}`, seed);
  const { epochs: whole } = config.training;
  const rows = madeRows(run.epochs ?? whole, whole, error).map((made) =>
    evaluationDue(config.training, made.epoch) ? made : { ...made, testLoss: undefined, testError: undefined },
  );
  const folder = join(store, `${config.experiment}-seed${seed}`);
  mkdirSync(folder, { recursive: true });
  const record = { row, seed, experiment: config.experiment, fingerprint: fingerprint(config), epochs: whole };
  const since = new Date(0).toISOString();
  writeFileSync(join(folder, 'cell.json'), formatCell({ ...record, state, since, attempts: 1, reason }));
  writeFileSync(join(folder, 'config.yaml'), printConfig(config));
  writeFileSync(join(folder, 'metrics.csv'), metricsText(rows));
  if (state === 'done') {
    const facts = { experiment: config.experiment, parameters: 1, multiplyAdds: 1, settings: record.fingerprint };
    writeFileSync(join(folder, 'summary.json'), formatSummary(summarize(facts, rows, knownMetrics)));
  }
  if (run.log !== undefined) writeFileSync(join(folder, 'log.txt'), run.log);
  if (run.environment !== undefined) writeFileSync(join(folder, 'environment.json'), JSON.stringify(run.environment));
  return folder;
}

/** Reads the runs of a store, as figures and reports do. */
export async function recordedRunsIn(store: string): Promise<RecordedRuns> {
  return recordedRuns(await readStoredRuns([store], () => 0));
}
