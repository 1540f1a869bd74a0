// Trains a generator and writes its records: losses, samples, checkpoints, the generator's file.
import { readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { closeOnError } from '../../common/close-on-error.js';
import { cannot, stopped } from '../../common/errors.js';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import type { GanConfig } from '../../config/gan.js';
import type { DataIdentity } from '../../data/identity.js';
import { createCollapseWatch } from '../../gan/diversity.js';
import type { Gan } from '../../gan/gan.js';
import { openLosses, readLosses, type KeptLosses, type LossesFile } from '../../gan/losses-csv.js';
import type { RealBatches } from '../../gan/real-images.js';
import { drawLatents, sampleFunction, toBytes } from '../../gan/sampler.js';
import type { GanSession } from '../../gan/session.js';
import { generatorFile } from '../../gan/generator-files.js';
import { saveGenerator } from '../../gan/stored.js';
import { lossColumns, trainGan, type GanPosition, type LossesRow } from '../../gan/trainer.js';
import { countParameters } from '../../models/cost.js';
import { saveCheckpoint } from '../../records/checkpoints.js';
import { openEvents } from '../../records/events.js';
import { columnOf } from '../../records/metrics-columns.js';
import type { RunFolder } from '../../records/run-folder.js';
import { readState } from '../../training/state.js';
import type { Pictures } from './pictures.js';
import type { GanLength, GanProgress } from './progress.js';
import { gridOf, imageRows, rowsOf, type Shown } from './samples.js';
import { writeGanSummary, type GanSummary } from './summary.js';

/** Number of images per row in the pictures of samples. */
export const sampleColumns = 10;

export const lossesFile = 'losses.csv';

/** Seed of the noise of samples during training, so that all pictures show the same inputs. */
const sampleSeed = 0;

/** Everything that is open during a generator's run. */
interface OpenGanRun {
  readonly config: GanConfig;
  /** Identifies the run in its checkpoints. */
  readonly fingerprint: string;
  readonly folder: RunFolder;
  readonly gan: Gan;
  readonly batches: RealBatches;
  /** Identity of the whole data set of the batches. */
  readonly data: DataIdentity;
  readonly training: GanSession;
  /** The position to start from. */
  readonly position: GanPosition;
  readonly keptLosses: KeptLosses;
  readonly shown: Shown;
  /** The labels of the samples to draw, as many as the session's function generates. */
  readonly samples: Int32Array;
  /** Computes the diversity of samples; undefined if there are too few real images to compare with. */
  readonly diversity: ((samples: Uint8Array) => number) | undefined;
  readonly pictures: Pictures;
  readonly showProgress: (length: GanLength) => GanProgress;
  /** Writes a line to log.txt. */
  readonly log: (line: string) => void;
  /** Errors: another process has taken the folder over. */
  readonly requireHeld: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Returns milliseconds, for durations. */
  readonly clock: () => number;
  /** Returns the signal that requested a stop, if there was one. */
  readonly stopRequested: () => string | undefined;
}

/** Trains from the run's position to its end and returns the summary. Errors: `stopped` after a signal. */
export async function trainInGanFolder(run: OpenGanRun): Promise<GanSummary> {
  const { config, folder, gan, training, position: start } = run;
  const { iterations, seed } = config.training;
  const { lossesEvery, samplesEvery, checkpointEvery } = config.output;
  const names = lossColumns(gan);
  const losses = await openLosses(join(folder.root, lossesFile), names, run.keptLosses);
  const purgeFromStep = start.iteration + 1;
  const curves =
    start.iteration >= iterations
      ? undefined
      : await closeOnError(
          () => losses.close(),
          () => openEvents(folder.root, { now: run.now, host: hostname(), pid: process.pid, purgeFromStep }),
        );
  const progress = run.showProgress({ iterations, before: start.iteration, log: run.log });
  const collapse = createCollapseWatch(iterations);
  const samplesAt = createSamples(run);
  let position: GanPosition;
  let diversity = losses.lastDiversity;
  try {
    const inputs = { ...run, session: training.session, iterations, seed, lossesEvery };
    const outcome = await trainGan(inputs, {
      iteration: (done, found) => progress.iteration(done, found),
      async losses(row) {
        diversity = run.diversity?.(samplesAt(row.iteration));
        const measured = diversity === undefined ? row : { ...row, diversity };
        await losses.append(measured);
        await curves?.scalars(row.iteration, curvesOf(measured));
        const warning = diversity === undefined ? undefined : collapse(row.iteration, diversity);
        if (warning !== undefined) {
          run.log(warning);
          progress.print(warning);
        }
      },
      async reached(at) {
        const last = at.iteration === iterations;
        if (last || at.iteration % samplesEvery === 0) {
          await writePictures(run, at.iteration, samplesAt(at.iteration), names);
          progress.line();
        }
        if (last || at.iteration % checkpointEvery === 0) await keep(run, at, losses);
      },
      stopRequested: run.stopRequested,
    });
    position = outcome.position;
    // The run is complete except for its generator's file.
    if (start.iteration >= iterations) await keep(run, position, losses);
    if (outcome.signal !== undefined && position.iteration < iterations) {
      progress.print(`${outcome.signal}: writing a checkpoint`);
      await keep(run, position, losses);
      const hint = 'the same command resumes the run';
      throw stopped(outcome.signal, 'a checkpoint is written', { place: folder.root, hint });
    }
  } finally {
    progress.stop();
    await losses.close();
    await curves?.close();
  }
  const summary: GanSummary = {
    experiment: config.experiment,
    gan: config.gan.name,
    classes: run.shown.trainedClasses,
    iterations: position.iteration,
    discriminatorSteps: position.discriminatorSteps,
    generatorParameters: countParameters(gan.generator),
    discriminatorParameters: countParameters(gan.discriminator),
    ...(diversity === undefined ? {} : { diversity: Number(diversity.toFixed(4)) }),
    seconds: Number(position.seconds.toFixed(3)),
  };
  await writeGanSummary(folder.summary, summary);
  return summary;
}

/** Returns the TensorBoard scalars of a row: `loss/discriminator` for `discriminatorLoss`, parts by their columns. */
const curvesOf = ({ means, diversity }: LossesRow): Record<string, number> => ({
  ...Object.fromEntries(
    Object.entries(means).map(([name, value]) => [`loss/${columnOf(name).replace(/_loss$/, '')}`, value]),
  ),
  ...(diversity === undefined ? {} : { diversity }),
});

/** Returns samples of the current generator, with the same noise each time; uint8 [N, 32, 32, 3]. */
function drawSamples({ gan, training, samples }: OpenGanRun): Uint8Array {
  const latents = drawLatents(gan.generator, samples, sampleSeed, 0);
  const { images } = training.session.call(sampleFunction, { ...latents });
  return toBytes(images as Float32Array, samples.length);
}

/** Creates a function that returns the samples after an iteration; drawn once for its row of losses and its picture. */
function createSamples(run: OpenGanRun): (iteration: number) => Uint8Array {
  let last: { readonly iteration: number; readonly samples: Uint8Array } | undefined;
  return (iteration) => {
    if (last?.iteration !== iteration) last = { iteration, samples: drawSamples(run) };
    return last.samples;
  };
}

/** Writes the current generator, then the checkpoint of a position between two iterations. */
async function keep(run: OpenGanRun, position: GanPosition, losses: LossesFile): Promise<void> {
  const { training, batches, folder, fingerprint, config, gan, shown } = run;
  await run.requireHeld();
  // A process that took the folder over and has ended leaves no lock, but its own losses.
  await losses.requireOwn();
  const hint = 'a lower gan.learningRate may keep it finite';
  const state = {
    // The epoch of its last discriminator step.
    epoch: Math.max(1, Math.ceil(position.discriminatorSteps / batches.perEpoch)),
    step: position.iteration,
    tensors: readState(training, (tensor, value) =>
      cannot('save a checkpoint', `${tensor} contains ${value}`, { code: 'run/diverged', hint }),
    ),
    progress: { ...position, data: run.data.checksum, classNames: run.data.classNames, losses: losses.digest() },
    fingerprint,
  };
  await saveGenerator(join(folder.root, generatorFile), {
    options: config.gan,
    generator: gan.generator,
    values: training.session.read(gan.generator.tensors.map(({ name }) => name)),
    dataset: config.dataset.name,
    classNames: [...shown.classNames],
    trainedClasses: [...shown.trainedClasses],
  });
  await saveCheckpoint(folder.checkpoints, state, config.output.keepCheckpoints);
}

const samplesFolder = 'samples';
const samplePicture = /^\d{6,}\.png$/;

/** Lists the pictures of samples in a run folder, relative to it. */
export async function samplePictures(root: string): Promise<string[]> {
  const names = await readdir(join(root, samplesFolder)).catch(() => []);
  return names.filter((name) => samplePicture.test(name)).map((name) => join(samplesFolder, name));
}

/** Writes pictures of the samples and of the losses so far; `names`: those of the losses. */
async function writePictures(
  run: OpenGanRun,
  iteration: number,
  samples: Uint8Array,
  names: readonly string[],
): Promise<void> {
  const { config, folder, shown, pictures } = run;
  const title = `${config.experiment}, iteration ${iteration}`;
  const grid = gridOf(title, imageRows(rowsOf(shown), sampleColumns, samples, shown));
  const folderOfSamples = join(folder.root, samplesFolder);
  await makeFolder(folderOfSamples);
  const file = join(folderOfSamples, `${String(iteration).padStart(6, '0')}.png`);
  await writeFileAtomically(file, await pictures.grid(grid));
  const rows = await readLosses(join(folder.root, lossesFile), names);
  if (rows.length > 0) {
    await writeFileAtomically(join(folder.root, 'losses.svg'), pictures.losses(config.experiment, rows, names));
  }
}
