// Runs one experiment, from its config to its summary.
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { stopped } from '../common/errors.js';
import { twoDecimals } from '../common/format.js';
import { fingerprint, fingerprints, isFingerprintOf } from '../config/fingerprint.js';
import { printConfig } from '../config/print.js';
import type { ExperimentConfig } from '../config/schema.js';
import { countParameters } from '../models/cost.js';
import type { LoadedCheckpoint } from '../records/checkpoints.js';
import { readInputs, type RunInputs } from '../records/inputs.js';
import { lastEpochs } from '../records/metrics-columns.js';
import { readMetrics } from '../records/metrics-csv.js';
import { readTableOr } from '../records/number-table.js';
import { runFolder, type RunFolder } from '../records/run-folder.js';
import { readLastProcess, summarize, writeSummary, type LastProcess, type RunSummary } from '../records/summary.js';
import { knownMetrics } from '../training/metrics/registry.js';
import { trainNetwork, type EpochLoading } from '../training/trainer.js';
import { earlierConfig, otherNumbers, otherSettings } from './changes.js';
import { configFileEntry, otherRunNotes, requireOwnConfig } from './config-file.js';
import { environmentText, headerLines, recordEnvironment } from './header.js';
import { inRunFolder, resumedCheckpoint, writeFirstRecords } from './in-run-folder.js';
import { openConfiguredLoader } from './loading.js';
import { openRun, type Run } from './open-run.js';
import { multiplyAddsOf } from './parts.js';
import type { RunContext, RunOptions } from './run-context.js';
import { openRecords } from './run-records.js';
import { loadSources } from './run-sources.js';

/** Trains an experiment to its end and returns its summary. Errors: all that can go wrong; `stopped` after a signal. */
export async function runExperiment(
  config: ExperimentConfig,
  options: RunOptions,
  context: RunContext,
): Promise<RunSummary> {
  const { out, resume } = options;
  const earlier = resume ? earlierConfig(runFolder(out)) : undefined;
  const loaded = await loadSources(withKnownDigest(earlier, config), options, context);
  return inRunFolder(out, context, async (folder) => {
    const { paths } = folder;
    const before = earlierConfig(paths);
    // If it cannot be read, the run writes it again.
    const inputs = await readInputs(paths.inputs).catch(() => undefined);
    if (before !== undefined) requireOwnConfig(paths, options, inputs, otherNumbers(before, loaded.config, resume));
    const imported = resume && inputs?.imported === true ? before : undefined;
    const sources = { ...loaded, config: withWeightsOf(imported, loaded.config) };
    const { workingDirectory } = context;
    const checkpoint = await resumedCheckpoint(folder, {
      resume,
      results: [paths.summary, ...((await hasCheckpointedEpochs(paths)) ? [paths.metrics] : [])],
      fingerprints: fingerprints(sources.config),
      other: (found) => otherSettings({ before, inputs, config: sources.config, paths, workingDirectory }, found),
    });
    const run = await openRun({ ...sources, ...(checkpoint && { before, inputs }) }, folder, checkpoint, context);
    try {
      // `takeFolder` may delete the summary.
      const earlierProcess = await readLastProcess(paths.summary);
      await takeFolder(run, checkpoint, configFileEntry(paths, options, inputs));
      if (checkpoint === undefined) otherRunNotes(paths, options).forEach(folder.print);
      const last = await train(run);
      return await finish(run, isComplete(run) ? { ...earlierProcess, ...last } : last);
    } finally {
      run.training.close();
    }
  });
}

/**
 * Whether a run has completed more epochs than possible without a checkpoint: the first epoch is evaluated and saved
 * as the best one, and a crash before that leaves one row.
 */
async function hasCheckpointedEpochs({ metrics }: RunFolder): Promise<boolean> {
  const [, ...rows] = (await readTableOr('', metrics)).split('\n').slice(0, -1);
  return rows.length > 1;
}

/** Adds the recorded digest of the initial weights if their file is missing and the folder's run has the same file. */
function withKnownDigest(earlier: ExperimentConfig | undefined, config: ExperimentConfig): ExperimentConfig {
  const { weights, weightsSha256 } = config.model;
  if (weights === undefined || weightsSha256 !== undefined || earlier?.model.weights !== weights) return config;
  return { ...config, model: { ...config.model, weightsSha256: earlier.model.weightsSha256 } };
}

/** Returns the config with the weights that `isda import` wrote into the folder, if it has none itself. */
function withWeightsOf(imported: ExperimentConfig | undefined, config: ExperimentConfig): ExperimentConfig {
  if (imported === undefined || config.model.weights !== undefined) return config;
  const { weights, weightsSha256, head } = imported.model;
  return { ...config, model: { ...config.model, weights, weightsSha256, head } };
}

/** Takes over the run folder; called after all checks. */
async function takeFolder(
  run: Run,
  checkpoint: LoadedCheckpoint | undefined,
  configFile: Pick<RunInputs, 'configFile'>,
): Promise<void> {
  const { config, context, folder, engine, splits, weights, changes, inputs } = run;
  const { keepCheckpoints } = config.output;
  const outdated = [folder.paths.summary, folder.paths.metrics].map((path) => basename(path));
  const earlier = new Set([...(inputs?.earlierSettings ?? []), ...(checkpoint ? [checkpoint.fingerprint] : [])]);
  const earlierSettings = [...earlier].filter((each) => !isFingerprintOf(config, each));
  const first = {
    data: splits.data,
    weights,
    ...(checkpoint !== undefined && inputs?.imported === true && { imported: true }),
    ...(earlierSettings.length > 0 && { earlierSettings }),
    ...configFile,
  };
  const records = { config: printConfig(config), checkpoint, keepCheckpoints, outdated };
  await writeFirstRecords(folder, { inputs: first, ...records });
  // The summary of the shorter run is not valid for the resumed one.
  if (changes.length > 0) await rm(folder.paths.summary, { force: true });
  if (isComplete(run)) return;
  const others = await recordEnvironment(folder.paths.environment, engine, context);
  if (checkpoint !== undefined && others !== '') folder.print(environmentText(others));
}

/** Whether all epochs of a run are done; a complete run loads no images. */
const isComplete = ({ config, position }: Run): boolean => position.epoch > config.training.epochs;

/** Trains to the end and returns the facts about this process. Errors: `stopped` after a signal. */
async function train(run: Run): Promise<LastProcess> {
  const { config, context, folder, splits } = run;
  const records = await openRecords(run);
  try {
    headerLines(run).forEach(folder.print);
    const workers = isComplete(run) ? 0 : run.workers;
    const loader = await openConfiguredLoader(config, splits, { workers, warn: records.warn, clock: context.clock });
    try {
      const signal = await trainNetwork({ ...run, loader }, records.events);
      if (signal !== undefined) {
        const hint = 'the same command resumes the run';
        throw stopped(signal, 'a checkpoint is written', { place: folder.paths.root, hint });
      }
      return lastProcessOf(records.loading());
    } finally {
      await loader.close();
    }
  } finally {
    await records.close();
  }
}

/** Returns the facts of this process for the summary; it may have had nothing to train, or only an evaluation to do. */
function lastProcessOf({ seconds, waitedSeconds, evaluationImagesLeftOut: leftOut }: EpochLoading): LastProcess {
  return {
    ...(seconds > 0 && { dataWaitPercent: Number(((100 * waitedSeconds) / seconds).toFixed(3)) }),
    ...(leftOut > 0 && { evaluationImagesLeftOut: leftOut }),
  };
}

/** Describes the mean error that a run of `epochs` epochs reports. */
const meanOf = (epochs: number): string => {
  if (epochs > lastEpochs) return `the mean of the last ${lastEpochs} epochs, as in tables`;
  const all = epochs === 1 ? 'its only epoch' : `the mean of all ${epochs} epochs`;
  return epochs === lastEpochs ? `${all}, as in tables` : `${all}; tables use the mean of the last ${lastEpochs}`;
};

/** Writes the summary of a run with complete metrics, and prints the last lines. */
async function finish({ config, folder, parts, splits, weights }: Run, last: LastProcess): Promise<RunSummary> {
  const { paths, print } = folder;
  const facts = {
    experiment: config.experiment,
    parameters: countParameters(parts.network),
    multiplyAdds: multiplyAddsOf(parts),
    ...last,
    data: splits.data,
    weights,
    settings: fingerprint(config),
  };
  const summary = summarize(facts, await readMetrics(paths.metrics, knownMetrics), knownMetrics);
  await writeSummary(paths.summary, summary);
  const { last10MeanTestErrorPercent, last: end, best, dataWaitPercent, evaluationImagesLeftOut: leftOut } = summary;
  const percent = (value: number): string => `${twoDecimals(value)} %`;
  print(`${splits.evaluationName} error  ${percent(last10MeanTestErrorPercent)}, ${meanOf(summary.epochs)}`);
  print(`last, best  ${percent(end.testErrorPercent)}, ${percent(best.testErrorPercent)} (epoch ${best.epoch})`);
  if (leftOut !== undefined) {
    print(`left out    ${leftOut} of ${splits.evaluation.count} ${splits.evaluationName} images, which are broken`);
  }
  if (dataWaitPercent !== undefined) print(`data wait   ${percent(dataWaitPercent)} of the training steps' time`);
  print(`run folder  ${paths.root}`);
  return summary;
}
