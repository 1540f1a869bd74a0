// Reads stored runs with their config and metrics for figures and reports.
import { cannot } from '../../common/errors.js';
import { isFile } from '../../config/find.js';
import { loadConfig } from '../../config/load.js';
import { isFingerprintOf } from '../../config/fingerprint.js';
import type { ExperimentConfig } from '../../config/schema.js';
import type { CellState } from '../../grids/store/cell.js';
import type { StoredRun, StoredRuns } from '../../grids/store/runs.js';
import { runHolder } from '../../grids/store/view.js';
import { unreadableRun, type UnreadableRun } from '../../grids/store/unreadable.js';
import type { MetricsRow } from '../../records/metrics-columns.js';
import { metricsDigest, readMetrics } from '../../records/metrics-csv.js';
import { runFolder } from '../../records/run-folder.js';
import { readInputs } from '../../records/inputs.js';
import { evaluationNames } from '../../runs/description.js';
import type { Origin } from '../../runs/origin.js';
import { knownMetrics } from '../../training/metrics/registry.js';
import { readSummary, type RunSummary } from '../../records/summary.js';

export interface RecordedRun extends StoredRun {
  readonly config: ExperimentConfig;
  /** Completed epochs, in order. */
  readonly rows: readonly MetricsRow[];
  /** Its images and first weights; incomplete in runs of earlier versions. */
  readonly origin?: Origin;
}

/** Whether a run is done, as tables and studies count it, and all of its epochs are recorded. */
export const isComplete = ({ state, rows, config }: RecordedRun): boolean =>
  state === 'done' && rows.length >= config.training.epochs;

export interface RecordedRuns {
  readonly runs: readonly RecordedRun[];
  readonly unreadable: readonly UnreadableRun[];
}

const loadOwnConfig = (folder: string): ExperimentConfig =>
  loadConfig(runFolder(folder).config, { configsDirectory: folder, workingDirectory: folder }).config;

const refuse = (folder: string, reason: string): Error =>
  cannot('use the run', reason, { code: 'run/changed', place: folder });

/** Errors: the config or the metrics of a run that is done do not belong to its summary. */
function checkOutcome(
  { folder, rows }: Pick<RecordedRun, 'folder' | 'rows'>,
  config: ExperimentConfig | undefined,
  { of, epochs }: RunSummary,
): void {
  if (of !== undefined && config !== undefined && !isFingerprintOf(config, of.settings)) {
    throw refuse(
      folder,
      'its config.yaml does not match its summary: it was changed since, or another version of isda reads it differently',
    );
  }
  // Summaries of earlier versions have no digests.
  if (rows.length !== epochs || (of !== undefined && metricsDigest(rows, knownMetrics) !== of.metrics)) {
    throw refuse(folder, 'its metrics.csv was changed since the run ended, or is damaged');
  }
}

/** Reads the rows of a run. Errors: as of `readMetrics`; an epoch is missing or occurs twice. */
async function readEpochs(path: string): Promise<readonly MetricsRow[]> {
  const rows = await readMetrics(path, knownMetrics);
  const wrong = rows.findIndex(({ epoch }, index) => epoch !== index + 1);
  if (wrong < 0) return rows;
  throw cannot('read the metrics', `expected epoch ${wrong + 1}, got ${rows[wrong].epoch}`, {
    code: 'metrics/damaged',
    place: `${path}:${wrong + 2}`,
  });
}

/**
 * Reads the metrics in a run folder (absolute); the run may be running, and its other files may be missing.
 * Errors: the metrics cannot be read; for a run that is done, also if they or its config do not belong to its summary.
 */
export async function recordedRows(folder: string, now: () => number): Promise<readonly MetricsRow[]> {
  const files = runFolder(folder);
  const held = (await runHolder(folder, now)) !== undefined;
  const summary = held ? undefined : await readSummary(files.summary);
  const rows = await readEpochs(files.metrics);
  if (summary !== undefined) {
    checkOutcome({ folder, rows }, isFile(files.config) ? loadOwnConfig(folder) : undefined, summary);
  }
  return rows;
}

/** The images that a run was evaluated on, `test` or `holdout`; `test` if its config cannot be read. */
export function evaluatedImages(folder: string): string {
  try {
    return evaluationNames([loadOwnConfig(folder)]);
  } catch {
    return evaluationNames([]);
  }
}

/** The states of runs that have ended, whose config was written when they started. */
const endStates: readonly CellState[] = ['done', 'failed', 'stopped'];

/** Reads config and metrics of stored runs that have started; unreadable ones are returned separately. */
export async function recordedRuns(stored: StoredRuns): Promise<RecordedRuns> {
  const runs: RecordedRun[] = [];
  const unreadable = [...stored.unreadable];
  for (const run of stored.runs) {
    const { folder } = run;
    const files = runFolder(folder);
    const isThere = isFile(files.config);
    if (!isThere && !endStates.includes(run.state)) continue;
    try {
      if (!isThere) throw refuse(folder, 'its config.yaml is missing');
      const config = loadOwnConfig(folder);
      const origin = run.summary ?? (await readInputs(files.inputs)) ?? {};
      const recorded = {
        ...run,
        config,
        origin: { data: origin.data, weights: origin.weights },
        rows: isFile(files.metrics) ? await readEpochs(files.metrics) : [],
      };
      if (run.state === 'done' && run.summary !== undefined) checkOutcome(recorded, config, run.summary);
      runs.push(recorded);
    } catch (error) {
      unreadable.push(unreadableRun(folder, error));
    }
  }
  return { runs, unreadable };
}
