// Finds the runs of a table's numbers by the fingerprint of their settings.
import { fingerprints } from '../../config/fingerprint.js';
import { averagedEpochs } from '../../grids/outcomes.js';
import type { StoredRun } from '../../grids/store/runs.js';
import type { RunSummary } from '../../records/summary.js';
import type { TableItem } from './numbers.js';
import type { Metric } from './printed.js';
import type { TableEntry } from './table.js';

/** A run that a table needs and that is not done. */
export interface OpenRun {
  readonly configName: string;
  readonly seed: number;
  /** What the stores have of it: a run that failed, was stopped, is planned or running; absent where there is none. */
  readonly found?: StoredRun;
}

export interface Measurement {
  readonly entries: readonly TableEntry[];
  /** Each run once, however many numbers need it; in the order of the items. */
  readonly open: readonly OpenRun[];
  /** The runs that are done and used. */
  readonly used: readonly StoredRun[];
}

/** The error that a table shows: the mean of the last ten epochs, the paper's protocol. */
function errorOf(summary: RunSummary | undefined, metric: Metric): number | undefined {
  return metric === 'top1' ? summary?.last10MeanTestErrorPercent : summary?.last10MeanTestErrorTop5Percent;
}

/** The best that there is of each fingerprint: what is done, else what a grid has that came first. */
function byFingerprint(runs: readonly StoredRun[]): ReadonlyMap<string, StoredRun> {
  const found = new Map<string, StoredRun>();
  for (const run of runs) {
    if (!run.ofGrid && run.summary === undefined) continue;
    const before = found.get(run.fingerprint);
    if (before === undefined || (before.summary === undefined && run.summary !== undefined)) {
      found.set(run.fingerprint, run);
    }
  }
  return found;
}

/** Fills the items with the runs of `seeds`; runs of stores that come first count where two have the same settings. */
export function measure(
  items: readonly TableItem[],
  seeds: readonly number[],
  runs: readonly StoredRun[],
): Measurement {
  const stored = byFingerprint(runs);
  const open = new Map<string, OpenRun>();
  const used = new Map<string, StoredRun>();
  const entries = items.map(({ configName, config, network, dataset, method, augmentation, metric, printed }) => {
    const found = seeds.flatMap((seed) => {
      if (config === undefined) return [];
      const prints = fingerprints({ ...config, training: { ...config.training, seed } });
      const runs = prints.flatMap((print) => stored.get(print) ?? []);
      const run = runs.find(({ summary }) => summary !== undefined) ?? runs.at(0);
      const error = errorOf(run?.summary, metric);
      if (run?.summary === undefined) open.set(prints[0], { configName, seed, found: run });
      else used.set(prints[0], run);
      if (run?.summary === undefined || error === undefined) return [];
      return [{ seed, error, averagedEpochs: averagedEpochs(run.summary.epochs) }];
    });
    return {
      ...{ network, dataset, method, augmentation, metric, printed },
      config: config && configName,
      runs: found,
      asked: seeds.length,
    };
  });
  return { entries, open: [...open.values()], used: [...used.values()] };
}
