// Finds the runs of a table's numbers by the fingerprints of their settings.
import { decidingSettings, fingerprintAnywhere, fingerprints } from '../../config/fingerprint.js';
import type { ExperimentConfig } from '../../config/schema.js';
import { otherThanTestImages } from '../../grids/measured-images.js';
import { averagedEpochs } from '../../grids/outcomes.js';
import type { StoredRun } from '../../grids/store/runs.js';
import type { RunSummary } from '../../records/summary.js';
import {
  averageable,
  leftOutText,
  originBesideConfig,
  originKeys,
  originText,
  type Origin,
} from '../../runs/origin.js';
import { secondRunName } from '../runs/names.js';
import type { TableItem } from './numbers.js';
import type { Metric } from './printed.js';
import type { TableEntry } from './table.js';

/** A run that a table needs and that is not done or not used. */
export interface OpenRun {
  readonly configName: string;
  readonly seed: number;
  /** The run in the stores: failed, stopped, planned or running; absent if there is none. */
  readonly found?: StoredRun;
  /** A run that is done but not used: on other images than those used, or started from imported weights. */
  readonly unused?: StoredRun;
}

export interface Measurement {
  readonly entries: readonly TableEntry[];
  /** Each run once, even if several numbers need it; in the order of the items. */
  readonly open: readonly OpenRun[];
  /** The runs that are done and used. */
  readonly used: readonly StoredRun[];
  /** The numbers on other images than the official ones: their config and the images. */
  readonly unusual: readonly string[];
  /**
   * Descriptions of the runs that are done but not used: on other images than those used, started from imported
   * weights, or with another error than the run that is used instead.
   */
  readonly leftOut: readonly string[];
}

/** The error that a table shows: the mean of the last ten epochs, as in the paper. */
function errorOf(summary: RunSummary | undefined, metric: Metric): number | undefined {
  return metric === 'top1' ? summary?.last10MeanTestErrorPercent : summary?.last10MeanTestErrorTop5Percent;
}

/** The runs by fingerprint; unfinished runs that belong to no grid are left out. */
function byFingerprint(runs: readonly StoredRun[]): ReadonlyMap<string, readonly StoredRun[]> {
  const found = new Map<string, StoredRun[]>();
  for (const run of runs) {
    if (!run.ofGrid && run.summary === undefined) continue;
    const prints = [run.fingerprint, ...(run.anywhere === undefined ? [] : [run.anywhere])];
    for (const print of prints) found.set(print, [...(found.get(print) ?? []), run]);
  }
  return found;
}

/** The runs of one number by seed. */
interface Candidates {
  readonly seed: number;
  readonly prints: readonly string[];
  readonly runs: readonly StoredRun[];
}

/** Selects the finished runs that a number is made of: from scratch or the config's weights, all on the same images. */
function usable(dataset: string, config: ExperimentConfig | undefined, candidates: readonly Candidates[]) {
  const done = candidates.flatMap(({ runs }) => runs.filter(({ summary }) => summary !== undefined));
  const originOf = ({ summary }: StoredRun): Origin => (config ? originBesideConfig(config, summary!) : summary!);
  const isOwn = (run: StoredRun): boolean => originOf(run).weights === undefined;
  const { kept, left } = averageable(dataset, done.filter(isOwn), originOf);
  const leftOut = [...done.filter((run) => !isOwn(run)), ...left];
  return { kept: new Set(kept), leftOut };
}

/**
 * Key of the images that a config trains and is evaluated on; generated images belong to the method instead.
 */
const dataKeyOf = (config: ExperimentConfig): string =>
  JSON.stringify({ ...decidingSettings(config)['dataset'], synthetic: undefined });

/**
 * Fills the items with the runs of `seeds`. If runs of several stores have the same settings, the first store's is
 * used. A number is never made of runs on different images, nor of runs from weights that its config does not name.
 */
export function measure(
  items: readonly TableItem[],
  seeds: readonly number[],
  runs: readonly StoredRun[],
): Measurement {
  const stored = byFingerprint(runs);
  const open = new Map<string, OpenRun>();
  const used = new Map<string, StoredRun>();
  const left = new Set<string>();
  const unusual = new Set<string>();
  const entries = items.map(({ configName, config, network, dataset, method, augmentation, metric, printed }) => {
    const candidates = (config === undefined ? [] : seeds).map((seed) => {
      const seeded = { ...config!, training: { ...config!.training, seed } };
      const prints = fingerprints(seeded);
      const anywhere = fingerprintAnywhere(seeded);
      const all = [...prints, ...(anywhere === undefined ? [] : [anywhere])];
      return { seed, prints, runs: [...new Set(all.flatMap((print) => stored.get(print) ?? []))] };
    });
    const name = config?.dataset.name ?? dataset;
    const { kept, leftOut } = usable(name, config, candidates);
    for (const { name: run, summary } of leftOut) left.add(`${run} (${leftOutText(name, summary!)})`);
    const origin = [...kept].map(({ summary }) => originText(name, summary!)).at(0);
    if (origin !== undefined) unusual.add(`${configName}, ${origin}`);
    const [key] = originKeys(
      name,
      [...kept].slice(0, 1).map(({ summary }) => summary!),
    );
    const found = candidates.flatMap(({ seed, prints, runs: same }) => {
      const run = same.find((each) => kept.has(each)) ?? same.find(({ summary }) => summary === undefined);
      const error = errorOf(run?.summary, metric);
      for (const other of same) {
        if (error === undefined || !kept.has(other) || errorOf(other.summary, metric) === error) continue;
        left.add(secondRunName(other, seed, 'another error'));
      }
      const unused = run === undefined ? same.find((each) => leftOut.includes(each)) : undefined;
      if (run?.summary === undefined) open.set(prints[0], { configName, seed, found: run, ...(unused && { unused }) });
      else used.set(prints[0], run);
      if (run?.summary === undefined || error === undefined) return [];
      return [{ seed, error, averagedEpochs: averagedEpochs(run.summary.epochs) }];
    });
    return {
      ...{ network, dataset, method, augmentation, metric, printed },
      config: config && configName,
      runs: found,
      asked: seeds.length,
      ...(origin !== undefined && { origin }),
      ...(key !== undefined && { originKey: key }),
      ...(config !== undefined && { dataKey: dataKeyOf(config), measuredOn: otherThanTestImages(config) }),
    };
  });
  return { entries, open: [...open.values()], used: [...used.values()], unusual: [...unusual], leftOut: [...left] };
}
