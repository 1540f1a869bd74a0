// One run of one experiment in its folder: data, network, session, resume, training, the last word.
import { basename } from 'node:path';
import { cannot } from '../common/errors.js';
import { cacheHome } from '../common/home.js';
import { fingerprint, fingerprints } from '../config/fingerprint.js';
import { printConfig } from '../config/print.js';
import type { ExperimentConfig } from '../config/schema.js';
import { epochPlan } from '../data/batches.js';
import { mixSources } from '../data/datasets/mixed/source.js';
import { loadSplits, type DataPlaces } from '../data/registry.js';
import type { Splits } from '../data/split.js';
import type { GeneratorSet } from '../gan/generator-set.js';
import type { LoadedCheckpoint } from '../records/checkpoints.js';
import type { RunSummary } from '../records/summary.js';
import { openTrainingSession } from '../training/session.js';
import { epochStart, parseProgress, writeState, type RunPosition } from '../training/state.js';
import { changesSince } from './changes.js';
import { headerLines, recordEnvironment } from './header.js';
import { inRunFolder, resumedCheckpoint, writeFirstRecords, type OpenRunFolder } from './in-run-folder.js';
import { threadsOf } from './loading.js';
import { buildParts, withClasses } from './parts.js';
import { openGenerators, syntheticSource, type MakingContext } from './synthetic-images.js';
import type { RunContext, RunOptions } from './run-context.js';
import { trainInFolder } from './train-in-folder.js';

/** Trains an experiment to its end and gives its summary. Errors: all that can go wrong; `stopped` after a signal. */
export async function runExperiment(
  config: ExperimentConfig,
  options: RunOptions,
  context: RunContext,
): Promise<RunSummary> {
  const splits = await loadSplits(config.dataset, context);
  const complete = withClasses(config, splits.train.classes);
  const { synthetic } = config.dataset;
  const generators = synthetic && (await openGenerators(synthetic, splits.train, context.workingDirectory));
  return inRunFolder(options.out, context, (folder) =>
    runInFolder(complete, options, context, { splits, generators }, folder),
  );
}

/** Where a checkpoint's run was, and the digest of its metrics. Errors: its images were others, or are fewer now. */
function placeOf(
  checkpoint: LoadedCheckpoint,
  splits: Splits,
  batchSize: number,
): { readonly position: RunPosition; readonly metrics: string | undefined } {
  const { metrics, data, ...position } = parseProgress(checkpoint.progress, checkpoint.path);
  const isOther = data !== undefined && data !== splits.checksum;
  if (isOther || position.batch > epochPlan(splits.train, batchSize).batches) {
    throw cannot('resume', 'the images are not those that the checkpoint was trained on', {
      place: checkpoint.path,
      hint: 'look at dataset.dir, and at its files with `isda data verify`; or start over with --no-resume',
    });
  }
  return { position, metrics };
}

/** The splits with the synthetic images that a config adds to training. */
async function withSynthetic(
  { dataset: { synthetic } }: ExperimentConfig,
  splits: Splits,
  generators: GeneratorSet | undefined,
  context: Omit<MakingContext, 'home'> & Pick<DataPlaces, 'environment'>,
): Promise<Splits> {
  if (synthetic === undefined || generators === undefined) return splits;
  const home = cacheHome(context.environment);
  const source = await syntheticSource(synthetic, splits.train, generators, { ...context, home });
  return { ...splits, train: mixSources(splits.train, source, synthetic.fraction) };
}

async function runInFolder(
  config: ExperimentConfig,
  { resume }: RunOptions,
  context: RunContext,
  { splits: real, generators }: { readonly splits: Splits; readonly generators: GeneratorSet | undefined },
  folder: OpenRunFolder,
): Promise<RunSummary> {
  const { paths, log, print } = folder;
  const identity = fingerprint(config);
  const expected = {
    fingerprints: fingerprints(config),
    changes: (before: string) => changesSince(before, paths, config, context.workingDirectory),
  };
  const checkpoint = await resumedCheckpoint(folder, resume, expected);
  const engine = await context.openEngine(config.training);
  const splits = await withSynthetic(config, real, generators, { ...context, engine, print });
  const begun = checkpoint === undefined ? undefined : placeOf(checkpoint, splits, config.training.batchSize);
  const position = begun?.position ?? epochStart(1);
  const parts = await buildParts(config, splits.train);
  const { train, evaluation } = splits;
  const images = { trainImages: train.count, evaluationImages: evaluation.count };
  const sizes = { ...images, ...(train.synthetic && { synthetic: train.synthetic }) };
  const training = openTrainingSession(engine, parts, { ...config.training, ...sizes });
  try {
    if (checkpoint !== undefined) {
      writeState(training, checkpoint.tensors, checkpoint.path);
    }
    const { keepCheckpoints } = config.output;
    const outdated = [basename(paths.summary)];
    await writeFirstRecords(folder, { config: printConfig(config), checkpoint, keepCheckpoints, outdated });
    const { version: isda, sourceDirectory, now, stream, stopRequested } = context;
    if (position.epoch <= config.training.epochs)
      await recordEnvironment(paths.environment, engine, { isda, sourceDirectory, now: now() });
    const workers = threadsOf(config, splits.train, engine.device.kind, context);
    const printHeader = (): void => headerLines(config, parts, splits, engine, position, workers).forEach(print);
    const from = checkpoint === undefined ? undefined : { path: checkpoint.path, metrics: begun?.metrics };
    const open = { config, fingerprint: identity, folder: paths, parts, splits, training, position, workers };
    const summary = await trainInFolder({ ...open, checkpoint: from, stream, printHeader, log, now, stopRequested });
    const { last, best, dataWaitPercent } = summary;
    const percent = (value: number): string => `${value.toFixed(2)} %`;
    print(
      `test error  last ${percent(last.testErrorPercent)}, best ${percent(best.testErrorPercent)} (epoch ${best.epoch})`,
    );
    if (dataWaitPercent !== undefined) print(`data wait   ${percent(dataWaitPercent)} of the training steps' time`);
    print(`run folder  ${paths.root}`);
    return summary;
  } finally {
    training.close();
  }
}
