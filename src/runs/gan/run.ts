// A generator's training in its folder: data, session, resume, the generator's file.
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf } from '../../common/errors.js';
import { formatCount } from '../../common/format.js';
import { writeFileAtomically } from '../../common/files.js';
import { ganFingerprint, ganFingerprints } from '../../config/fingerprint.js';
import { printGanConfig } from '../../config/print.js';
import type { GanConfig } from '../../config/gan.js';
import { loadSplits } from '../../data/registry.js';
import type { ImageSource } from '../../data/source.js';
import type { Engine } from '../../engine/index.js';
import { createRealBatches, ofClasses } from '../../gan/real-images.js';
import { createGan } from '../../gan/registry.js';
import { openGanSession } from '../../gan/session.js';
import { generatorFile } from '../../gan/stored.js';
import { ganStart, parseGanPosition, type GanPosition } from '../../gan/trainer.js';
import { countParameters } from '../../models/cost.js';
import { clearCheckpoints, loadNewestCheckpoint, openCheckpoints } from '../../records/checkpoints.js';
import { openLog } from '../../records/log.js';
import { lockRunFolder, runFolder, type RunFolder } from '../../records/run-folder.js';
import { writeState } from '../../training/state.js';
import { recordEnvironment } from '../header.js';
import type { RunOptions, RunContext } from '../run.js';
import type { Pictures } from './pictures.js';
import { labelsOf, rowsOf } from './samples.js';
import { sampleColumns, trainInGanFolder, type GanSummary } from './train-in-folder.js';

export type GanContext = Omit<RunContext, 'cores'> & { readonly pictures: Pictures };

/** The training images of a config's data set, all classes. */
export async function loadGanData({ dataset }: GanConfig, context: GanContext): Promise<ImageSource> {
  const { train } = await loadSplits(
    { name: dataset.name, dir: dataset.dir, subset: dataset.subset, holdout: 0 },
    context,
  );
  return train;
}

/**
 * Trains one generator to its end on images of `data` and gives its summary. The engine is opened where there is
 * something left to do. Errors: all that can go wrong; `stopped` after a signal.
 */
export async function runGan(
  config: GanConfig,
  options: RunOptions,
  data: ImageSource,
  engine: () => Promise<Engine>,
  context: GanContext,
): Promise<GanSummary> {
  const folder = runFolder(options.out);
  const lock = await lockRunFolder(folder, context.now);
  try {
    const log = openLog(folder.log, context.now);
    try {
      return await runInFolder(config, options, data, engine, context, folder, log.write);
    } catch (error) {
      log.write(reasonOf(error));
      throw error;
    } finally {
      log.close();
    }
  } finally {
    await lock.release();
  }
}

async function runInFolder(
  config: GanConfig,
  { resume }: RunOptions,
  data: ImageSource,
  engine: () => Promise<Engine>,
  context: GanContext,
  folder: RunFolder,
  log: (line: string) => void,
): Promise<GanSummary> {
  const print = (line: string): void => {
    context.stream.write(`${line}\n`);
    log(line);
  };
  const { iterations, batchSize, seed, execution } = config.training;
  const images = ofClasses(data, config.dataset.classes);
  const batches = createRealBatches(images, batchSize, seed);
  const gan = createGan(config.gan, data.classes);
  const classes = config.dataset.classes ?? data.classNames.map((_, label) => label);
  const identity = ganFingerprint(config);
  const expected = { fingerprints: ganFingerprints(config) };
  const checkpoint = resume ? await loadNewestCheckpoint(folder.checkpoints, expected) : undefined;
  for (const warning of checkpoint?.warnings ?? []) print(`warning: ${warning}`);
  const position = checkpoint === undefined ? ganStart : parseGanPosition(checkpoint.progress, checkpoint.path);

  const opened = await engine();
  const shown = { classNames: data.classNames, trainedClasses: classes, labelled: gan.generator.classes > 0 };
  const samples = labelsOf(rowsOf(shown), sampleColumns, shown);
  const parts = { gan, classes, batchSize };
  const training = openGanSession(opened, execution, parts, samples.length, seed);
  try {
    await openCheckpoints(folder.checkpoints);
    if (checkpoint === undefined) {
      await clearCheckpoints(folder.checkpoints);
      for (const name of [generatorFile, 'samples', 'losses.svg', 'summary.json']) {
        await rm(join(folder.root, name), { recursive: true, force: true });
      }
    } else {
      writeState(training, checkpoint.tensors, checkpoint.path);
    }
    await writeFileAtomically(folder.config, printGanConfig(config));
    const { version: isda, sourceDirectory, now } = context;
    if (position.iteration < iterations) {
      await recordEnvironment(folder.environment, opened, { isda, sourceDirectory, now: now() });
    }
    for (const line of headerLines(config, { gan, images, classes }, opened, position)) print(line);
    const run = { config, fingerprint: identity, folder, gan, batches, training, position, shown, samples };
    const summary = await trainInGanFolder({ ...run, ...context, log });
    print(`generator   ${join(folder.root, generatorFile)}`);
    return summary;
  } finally {
    training.session.close();
  }
}

/** Whether a folder holds the finished generator of a config. */
export async function isComplete(config: GanConfig, out: string): Promise<boolean> {
  if (!existsSync(join(out, generatorFile))) return false;
  const expected = { fingerprints: ganFingerprints(config) };
  const checkpoint = await loadNewestCheckpoint(runFolder(out).checkpoints, expected);
  if (checkpoint === undefined) return false;
  return parseGanPosition(checkpoint.progress, checkpoint.path).iteration >= config.training.iterations;
}

/** What is trained, on what, and how long it is: the first lines of every run. */
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
    ['opponent', `${parameters(gan.discriminator)} parameters, ${steps} step${steps === 1 ? '' : 's'} an iteration`],
    ['data', `${images.name}, ${images.count} training images${what}`],
    ['device', `${engine.device.kind} (${engine.device.name}), ${execution}`],
    ['iterations', `${iterations}, batch ${batchSize}`],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(11)} ${value}`);
  if (position.iteration >= iterations) lines.push('complete already: --no-resume starts over');
  else if (position.iteration > 0) lines.push(`resuming after iteration ${position.iteration}`);
  return lines;
}
