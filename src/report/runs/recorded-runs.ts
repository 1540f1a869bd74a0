// Stored runs with their config and their metrics: what figures and reports show.
import { cannot } from '../../common/errors.js';
import { isFile } from '../../config/find.js';
import { loadConfig } from '../../config/load.js';
import { fingerprint } from '../../config/print.js';
import type { ExperimentConfig } from '../../config/schema.js';
import type { StoredRun, StoredRuns } from '../../experiments/store/runs.js';
import { unreadableRun, type UnreadableRun } from '../../experiments/store/unreadable.js';
import type { MetricsRow } from '../../training/records/metrics-columns.js';
import { metricsDigest, readMetrics } from '../../training/records/metrics-csv.js';
import { runFolder } from '../../training/records/run-folder.js';

export interface RecordedRun extends StoredRun {
  readonly config: ExperimentConfig;
  /** Completed epochs, in order. */
  readonly rows: readonly MetricsRow[];
}

export interface RecordedRuns {
  readonly runs: readonly RecordedRun[];
  readonly unreadable: readonly UnreadableRun[];
}

/** Errors: config or metrics are not those that the run's summary is of. */
function checkOutcome({ folder, state, summary, config, rows }: RecordedRun): void {
  if (state !== 'done' || summary?.of === undefined) return;
  const changed = (file: string): Error =>
    cannot('use the run', `its ${file} was changed since the run ended, or is damaged`, { place: folder });
  if (fingerprint(config) !== summary.of.settings) throw changed('config.yaml');
  if (metricsDigest(rows) !== summary.of.metrics) throw changed('metrics.csv');
}

/** Reads config and metrics of stored runs, without those that never began; what cannot be read is listed beside. */
export async function recordedRuns(stored: StoredRuns): Promise<RecordedRuns> {
  const runs: RecordedRun[] = [];
  const unreadable = [...stored.unreadable];
  for (const run of stored.runs) {
    const { folder } = run;
    const files = runFolder(folder);
    if (!isFile(files.config)) continue;
    try {
      const { config } = loadConfig(files.config, { configsDirectory: folder, workingDirectory: folder });
      const recorded = { ...run, config, rows: isFile(files.metrics) ? await readMetrics(files.metrics) : [] };
      checkOutcome(recorded);
      runs.push(recorded);
    } catch (error) {
      unreadable.push(unreadableRun(folder, error));
    }
  }
  return { runs, unreadable };
}
