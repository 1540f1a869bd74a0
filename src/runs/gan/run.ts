// Trains a generator in its run folder: data, session, resume, the generator's file.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { counted, formatCount } from '../../common/format.js';
import { ganFingerprint, ganFingerprints } from '../../config/fingerprint.js';
import { loadGanConfig } from '../../config/load.js';
import { printGanConfig } from '../../config/print.js';
import type { GanConfig } from '../../config/gan.js';
import { loadSplits, type LoadedSplits } from '../../data/registry.js';
import type { ImageSource } from '../../data/source.js';
import type { Engine } from '../../engine/index.js';
import type { Gan } from '../../gan/gan.js';
import { createDiversity } from '../../gan/diversity.js';
import { keptLosses } from '../../gan/losses-csv.js';
import { labelMeaning } from '../../gan/label-meaning.js';
import { createRealBatches, ofClasses, trainedClasses, type RealBatches } from '../../gan/real-images.js';
import { createGan } from '../../gan/registry.js';
import { openGanSession } from '../../gan/session.js';
import { generatorFile } from '../../gan/generator-files.js';
import { holdsGenerator } from '../../gan/stored.js';
import { ganStart, lossColumns, parseGanProgress, type GanPosition } from '../../gan/trainer.js';
import { countParameters } from '../../models/cost.js';
import { loadNewestCheckpoint, type LoadedCheckpoint } from '../../records/checkpoints.js';
import { readInputs, type RunInputs } from '../../records/inputs.js';
import { runFolder, type RunFolder } from '../../records/run-folder.js';
import { writeState } from '../../training/state.js';
import { configFileEntry, otherRunNotes, requireOwnConfig } from '../config-file.js';
import { environmentText, recordEnvironment } from '../header.js';
import { inRunFolder, resumedCheckpoint, writeFirstRecords, type OpenRunFolder } from '../in-run-folder.js';
import type { RunContext, RunOptions } from '../run-context.js';
import { requireSameData } from '../same-data.js';
import type { Pictures } from './pictures.js';
import type { GanLength, GanProgress } from './progress.js';
import { labelsOf, rowsOf } from './samples.js';
import { readGanSummary, type GanSummary } from './summary.js';
import { lossesFile, sampleColumns, samplePictures, trainInGanFolder } from './train-in-folder.js';

export interface GanContext extends Omit<RunContext, 'cores' | 'showProgress'> {
  readonly pictures: Pictures;
  /** Shows the progress of a generator's training. */
  readonly showProgress: (length: GanLength) => GanProgress;
}

/** Loads the images of a config's data set, all classes. */
export function loadGanData({ dataset }: GanConfig, context: GanContext): Promise<LoadedSplits> {
  return loadSplits({ name: dataset.name, dir: dataset.dir, subset: dataset.subset, holdout: 0 }, context);
}

/** Returns the images and batches of a config. Errors (usage): there are no such classes, or too few images. */
export function realImages(
  { dataset, training }: GanConfig,
  data: ImageSource,
): Pick<GanRunParts, 'images' | 'batches'> {
  const { classes } = dataset;
  const images = ofClasses(data, classes);
  return { images, batches: createRealBatches(images, { ...training, classes }) };
}

/** Resources for the training of generators. */
interface GanResources {
  readonly splits: LoadedSplits;
  /** Opens the engine, or returns the open one. */
  readonly engine: () => Promise<Engine>;
}

/**
 * Trains one generator to its end on training images of `splits` and returns its summary. Errors: all that can go
 * wrong; `stopped` after a signal.
 */
export async function runGan(
  config: GanConfig,
  options: RunOptions,
  { splits, engine }: GanResources,
  context: GanContext,
): Promise<GanSummary> {
  // All checks come before the folder is changed.
  const real = realImages(config, splits.train);
  const gan = createGan(config.gan, splits.train.classes);
  const parts = { splits, ...real, gan, opened: await engine(), options };
  return inRunFolder(options.out, context, (folder) => runInFolder(config, folder, parts, context));
}

interface GanRunParts extends Pick<GanResources, 'splits'> {
  readonly options: RunOptions;
  readonly images: ImageSource;
  readonly batches: RealBatches;
  readonly gan: Gan;
  readonly opened: Engine;
}

async function runInFolder(
  config: GanConfig,
  folder: OpenRunFolder,
  { splits, images, batches, gan, opened, options }: GanRunParts,
  context: GanContext,
): Promise<GanSummary> {
  const { paths, log, print, requireHeld } = folder;
  const { iterations, batchSize, seed, execution } = config.training;
  const data = splits.train;
  const classes = trainedClasses(images, config.dataset.classes);
  const identity = ganFingerprint(config);
  // If it cannot be read, the run writes it again.
  const inputs = await readInputs(paths.inputs).catch(() => undefined);
  const checkpoint = await resumedCheckpoint(folder, {
    resume: options.resume,
    results: [join(paths.root, generatorFile), paths.summary],
    fingerprints: ganFingerprints(config),
  });
  const { position, losses } =
    checkpoint === undefined ? { position: ganStart, losses: undefined } : placeOf(checkpoint, splits, inputs);

  const shown = {
    classNames: data.classNames,
    trainedClasses: classes,
    labels: labelMeaning({ options: config.gan, generator: gan.generator, trainedClasses: classes }),
  };
  const samples = labelsOf(rowsOf(shown), sampleColumns, shown);
  const parts = { gan, classes, batchSize };
  const training = openGanSession(opened, parts, { execution, samples: samples.length, seed });
  try {
    if (checkpoint !== undefined) writeState(training, checkpoint.tensors, checkpoint.path);
    const rows = rowsOf(shown).flatMap((label) => Array.from({ length: sampleColumns }, () => label));
    const diversity = createDiversity(images, rows);
    const { keepCheckpoints, lossesEvery: every } = config.output;
    const kept = await keptLosses(join(paths.root, lossesFile), lossColumns(gan), {
      ...{ every, resumeAfter: position.iteration, diversity: diversity !== undefined, expectedDigest: losses },
    });
    const outdated = [generatorFile, 'losses.svg', basename(paths.summary), ...(await samplePictures(paths.root))];
    const first = { data: splits.data, ...configFileEntry(paths, options, inputs) };
    const records = { config: printGanConfig(config), checkpoint, keepCheckpoints, outdated };
    await writeFirstRecords(folder, { inputs: first, ...records });
    if (position.iteration < iterations) {
      // The summary of a shorter run would say that the generator is complete.
      await rm(paths.summary, { force: true });
      const others = await recordEnvironment(paths.environment, opened, context);
      if (checkpoint !== undefined && others !== '') print(environmentText(others));
    }
    if (checkpoint === undefined) otherRunNotes(paths, options).forEach(print);
    for (const line of headerLines(config, { gan, images, classes }, opened, position)) print(line);
    for (const note of splits.notes ?? []) print(`warning: ${note}`);
    const run = {
      config,
      fingerprint: identity,
      folder: paths,
      gan,
      batches,
      data: splits.data,
      training,
      position,
      keptLosses: kept,
      shown,
      samples,
      diversity,
    };
    const summary = await trainInGanFolder({ ...run, ...context, log, requireHeld });
    print(`generator     ${join(paths.root, generatorFile)}`);
    return summary;
  } finally {
    training.session.close();
  }
}

/** Errors: the folder was not given by the user and belongs to the run of another config file. */
export async function requireOwnGan(config: GanConfig, options: RunOptions): Promise<void> {
  const paths = runFolder(options.out);
  const inputs = await readInputs(paths.inputs).catch(() => undefined);
  requireOwnConfig(paths, options, inputs, changesSince(paths, config));
}

/** Describes how a folder's run differs from a config; empty if it does not, or this is not known. */
function changesSince({ root, config: path }: RunFolder, config: GanConfig): string {
  let before: GanConfig;
  try {
    before = loadGanConfig(path, { configsDirectory: root, workingDirectory: root }).config;
  } catch {
    return '';
  }
  const [from, to] = [before.training.iterations, config.training.iterations];
  if (from !== to) return `training.iterations ${from} → ${to}`;
  return ganFingerprint(before) === ganFingerprint(config) ? '' : 'other settings';
}

/** Returns the position of a checkpoint and the digest of its losses. Errors: it was trained on other images. */
function placeOf(
  { progress, path }: LoadedCheckpoint,
  splits: LoadedSplits,
  inputs: RunInputs | undefined,
): { readonly position: GanPosition; readonly losses: string | undefined } {
  const { data, classNames, losses, ...position } = parseGanProgress(progress, path);
  requireSameData({ data, classNames }, splits, inputs, path);
  return { position, losses };
}

/**
 * Returns the summary of a folder with the finished generator of a config; undefined if something is left to do, such
 * as rewriting the generator's file. Errors: it was trained on other images.
 */
export async function completeSummary(
  config: GanConfig,
  out: string,
  splits: LoadedSplits,
  warn: (line: string) => void,
): Promise<GanSummary | undefined> {
  const paths = runFolder(out);
  const summary = await readGanSummary(paths.summary);
  if (summary === undefined || !existsSync(join(out, generatorFile))) return undefined;
  const checkpoint = await loadNewestCheckpoint(paths.checkpoints, { fingerprints: ganFingerprints(config) });
  if (checkpoint === undefined) return undefined;
  const { position } = placeOf(checkpoint, splits, await readInputs(paths.inputs).catch(() => undefined));
  if (position.iteration < config.training.iterations) return undefined;
  if (await holdsGenerator(out, checkpoint.tensors)) return summary;
  const path = join(out, generatorFile);
  warn(`warning: ${path} is not the generator of the newest checkpoint: it is written again`);
  return undefined;
}

/** Returns the first lines of a run: its networks, data and length. */
function headerLines(
  config: GanConfig,
  { gan, images, classes }: { gan: ReturnType<typeof createGan>; images: ImageSource; classes: readonly number[] },
  engine: Engine,
  position: GanPosition,
): string[] {
  const { iterations, batchSize, execution } = config.training;
  const parameters = (network: Parameters<typeof countParameters>[0]): string => formatCount(countParameters(network));
  const names = classes.map((label) => images.classNames[label]).join(', ');
  const what = classes.length < images.classes ? ` of ${names}` : ` of ${images.classes} classes`;
  const steps = gan.discriminatorSteps(iterations - 1);
  const facts = [
    ['experiment', config.experiment],
    ['generator', `${config.gan.name}, ${parameters(gan.generator)} parameters`],
    ['discriminator', `${parameters(gan.discriminator)} parameters, ${counted(steps, 'step')} an iteration`],
    ['data', `${images.name}, ${images.count} training images${what}`],
    ['device', `${engine.device.kind} (${engine.device.name}), ${execution}`],
    ['iterations', `${iterations}, batch ${batchSize}`],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(13)} ${value}`);
  if (position.iteration >= iterations) lines.push('complete already; use another --out or seed for a new run');
  else if (position.iteration > 0) lines.push(`resuming after iteration ${position.iteration}`);
  return lines;
}
