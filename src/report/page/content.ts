// Reads the content of a store's report from its runs.
import { readFile } from 'node:fs/promises';
import { isPlainObject } from '../../common/plain-object.js';
import { printConfig } from '../../config/print.js';
import { readLogEnds, type LogEnd } from '../../grids/store/log-ends.js';
import { runFolder } from '../../records/run-folder.js';
import { groupOutcomes, type GroupOutcomes } from '../runs/outcomes.js';
import type { RecordedRun, RecordedRuns } from '../runs/recorded-runs.js';

interface FailedRun {
  readonly run: RecordedRun;
  readonly logs: readonly LogEnd[];
}

/** The number of runs made with the same versions on the same machine. */
interface EnvironmentShare {
  readonly facts: Readonly<Record<string, string>>;
  readonly runs: number;
}

export interface ReportContent extends RecordedRuns {
  readonly groups: readonly GroupOutcomes[];
  readonly failed: readonly FailedRun[];
  readonly environments: readonly EnvironmentShare[];
  /** The resolved config, as YAML, of one run of each experiment. */
  readonly configs: readonly { readonly name: string; readonly yaml: string }[];
}

/** The facts of a run's environment.json by which runs are grouped; undefined if there is no such file. */
async function environmentOf({ folder }: RecordedRun): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(runFolder(folder).environment, 'utf8'));
    if (!isPlainObject(parsed)) return undefined;
    const facts = Object.entries(parsed).filter(([key, value]) => key !== 'started' && value !== null);
    return Object.fromEntries(facts.map(([key, value]) => [key, String(value)]));
  } catch {
    return undefined;
  }
}

async function environmentsOf(runs: readonly RecordedRun[]): Promise<readonly EnvironmentShare[]> {
  const shares = new Map<string, EnvironmentShare>();
  for (const run of runs) {
    const facts = await environmentOf(run);
    if (facts === undefined) continue;
    const key = JSON.stringify(facts);
    shares.set(key, { facts, runs: (shares.get(key)?.runs ?? 0) + 1 });
  }
  return [...shares.values()].sort((a, b) => b.runs - a.runs);
}

/** The number of log lines shown for a run. */
const logLines = 30;
/** The maximum number of failed runs whose logs are shown. */
const maxLogs = 50;

/** Reads the content of the report. `baseline`: see `groupOutcomes`. */
export async function reportContent(recorded: RecordedRuns, baseline?: string): Promise<ReportContent> {
  const { runs } = recorded;
  const groups = groupOutcomes(runs, baseline);
  const failed: FailedRun[] = [];
  for (const run of runs.filter(({ state }) => state === 'failed')) {
    failed.push({ run, logs: failed.length < maxLogs ? await readLogEnds(run.folder, logLines) : [] });
  }
  const configs = groups.flatMap(({ group }) =>
    group.experiments.map(({ name, runs: [{ config }] }) => ({
      name: `${name}: ${group.title}`,
      yaml: printConfig(config),
    })),
  );
  return { ...recorded, groups, failed, configs, environments: await environmentsOf(runs) };
}
