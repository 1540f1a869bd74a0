// What the stores under results/ hold: runs, outcomes, machine and hours of each study.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadStudy } from '../../dist/grids/study.js';
import { readStoredRuns } from '../../dist/grids/store/runs.js';
import { groupOutcomes } from '../../dist/report/runs/outcomes.js';
import { recordedRuns } from '../../dist/report/runs/recorded-runs.js';

const noTime = () => 0;

/** The runs that a study's files ask for: `{ row, seeds }`. */
function askedRows({ runs }, results, places) {
  return runs.flatMap(([file, count]) => {
    const study = loadStudy(join(results, file), { ...places, overrides: [] });
    const seeds = count === undefined ? study.seeds.length : count;
    return study.rows.map(({ name }) => ({ row: name, seeds }));
  });
}

/** What is recorded of the machine in a run's folder; nothing of runs that are older than environment.json. */
function machineOf({ folder }) {
  const path = join(folder, 'environment.json');
  if (!existsSync(path)) return undefined;
  const facts = JSON.parse(readFileSync(path, 'utf8'));
  const { cpu, cores, intraOpThreads, memoryBytes, engine, node, device, gitRevision } = facts;
  return {
    cpu,
    cores,
    // Unknown in runs of earlier versions.
    threads: intraOpThreads ?? undefined,
    gigabytes: Math.round(memoryBytes / 1e9),
    engine,
    node,
    device,
    revision: gitRevision?.slice(0, 7),
  };
}

/** The runs of a store that are done or have failed. */
async function runsOf(folder) {
  const stored = existsSync(folder) ? await readStoredRuns([folder], noTime) : { runs: [], unreadable: [] };
  const { runs, unreadable } = await recordedRuns(stored);
  if (unreadable.length > 0) throw new Error(`${unreadable[0].folder}: ${unreadable[0].reason}`);
  return runs.filter(({ summary, state }) => summary !== undefined || state === 'failed');
}

/** A study with what was asked and what is there; its groups also hold the asked rows of `beside`. */
export async function measureStudy(study, projectRoot) {
  const results = join(projectRoot, 'results');
  const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
  const partOf = async (one) => ({
    asked: askedRows(one, results, places),
    runs: await runsOf(join(results, one.store)),
  });
  const { asked: own, runs: ended } = await partOf(study);
  const runs = ended.filter(({ summary }) => summary !== undefined);
  const beside = study.beside === undefined ? { asked: [], runs: [] } : await partOf(study.beside);
  const asked = [...beside.asked, ...own];
  const order = ({ row }) => asked.findIndex((one) => one.row === row);
  const shown = [...beside.runs.filter((run) => order(run) >= 0), ...ended].sort((a, b) => order(a) - order(b));
  const groups = groupOutcomes(shown, shown.some(({ row }) => row === study.baseline) ? study.baseline : undefined);
  const machines = new Map(
    runs.flatMap((run) => machineOf(run) ?? []).map((machine) => [JSON.stringify(machine), machine]),
  );
  return {
    ...study,
    asked,
    groups,
    runs,
    failedRuns: ended.length - runs.length,
    askedRuns: own.reduce((sum, { seeds }) => sum + seeds, 0),
    hours: runs.reduce((sum, { summary }) => sum + summary.seconds, 0) / 3600,
    machines: [...machines.values()],
  };
}
