// The synthetic images of a run: generated in bulk with balanced classes, or read from the cache.
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { cannot, reasonOf, stopped } from '../common/errors.js';
import { formatDuration } from '../common/format.js';
import { epochBatches, type TrainingImages } from '../data/batches.js';
import { classDifference } from '../data/class-names.js';
import { imageBytes } from '../data/image-format.js';
import { cachePath, readCached, writeCached } from '../data/datasets/mixed/cache.js';
import type { SyntheticOptions } from '../data/options.js';
import type { ImageSource, MemorySource } from '../data/source.js';
import type { Engine } from '../engine/index.js';
import { generatedFormat, sizeDifference } from '../gan/generator.js';
import { generatorOfClass, loadGeneratorSet, type GeneratorSet } from '../gan/generator-set.js';
import { labelMeaning, makesKnownClasses } from '../gan/label-meaning.js';
import { openSampler } from '../gan/sampler.js';
import type { LoadedGenerator } from '../gan/stored.js';
import { runFolder } from '../records/run-folder.js';

/** Number of images per call of a generator. */
const batchSize = 250;

export interface MakingContext {
  readonly engine: Engine;
  /** The cache folder. */
  readonly home: string;
  /** Returns milliseconds, for durations. */
  readonly clock: () => number;
  readonly print: (line: string) => void;
  /** Returns the signal that requested a stop, if there was one. */
  readonly stopRequested: () => string | undefined;
}

/**
 * Loads the generators of a config and checks that they fit the real images. Errors: there are none, or their checksum
 * differs from the config's; they have other classes or another image size, or cannot make an image of a given class.
 */
export async function openGenerators(
  { generator, checksum }: SyntheticOptions,
  real: Pick<ImageSource, 'name' | 'classNames' | 'height' | 'width'>,
  workingDirectory: string,
): Promise<GeneratorSet> {
  const set = await loadGeneratorSet(resolve(workingDirectory, generator));
  const refuse = (reason: string, hint?: string): Error =>
    cannot('train on synthetic images', reason, {
      code: 'generator/unusable',
      place: set.path,
      ...(hint === undefined ? {} : { hint }),
    });
  if (checksum !== undefined && checksum !== set.checksum) {
    const hint = 'leave dataset.synthetic.checksum out to use this one';
    throw refuse(`the generator has the checksum ${set.checksum.slice(0, 12)}…, not ${checksum.slice(0, 12)}…`, hint);
  }
  const difference = classDifference({ ...set, owner: 'the generator' }, { ...real, owner: real.name });
  if (difference !== undefined) throw refuse(`the classes differ: ${difference}`);
  const otherSize = sizeDifference(real);
  if (otherSize !== undefined) throw refuse(otherSize);
  const missing = real.classNames.findIndex((_, label) => generatorOfClass(set, label) === undefined);
  if (missing !== -1) {
    const unlabelled = set.generators.find((each) => !makesKnownClasses(each));
    if (unlabelled === undefined)
      throw refuse(`there is no generator of class ${missing} (${real.classNames[missing]})`);
    throw labelMeaning(unlabelled) === 'none'
      ? refuse(
          `the generator was trained on ${unlabelled.trainedClasses.length} classes without labels, so the classes of its images are unknown`,
          'train one generator for each class: gan.perClass=true',
        )
      : refuse(
          "the generator's categories are not the classes, so its images have no labels",
          'train it with gan.realLabels=true',
        );
  }
  return set;
}

/**
 * Errors (usage): no batch of an epoch has a synthetic image, since their fraction of it is less than half of one or
 * the batch has a single image. The run would be one on real images alone under another name.
 */
export function requireSynthetic(images: TrainingImages, trainingBatchSize: number): void {
  const { synthetic } = images;
  const { batches, full, last } = epochBatches(images, trainingBatchSize);
  if (synthetic === undefined || (batches > 1 ? full : last).synthetic > 0) return;
  const size = batches > 1 ? trainingBatchSize : last.real;
  throw cannot('train on synthetic images', `with the fraction ${synthetic.fraction} a batch of ${size} has none`, {
    code: 'config/invalid',
    kind: 'usage',
    place: 'dataset.synthetic.fraction',
    hint: 'choose a larger dataset.synthetic.fraction or training.batchSize, or leave dataset.synthetic out',
  });
}

/** Returns the labels of `count` images; the numbers of images per class differ by at most one. */
export const balancedLabels = (count: number, classes: number): Int32Array =>
  Int32Array.from({ length: count }, (_, index) => index % classes);

/**
 * Generates an image for each label, in order. Image i is a function of the seed, its label and the number of earlier
 * images by the same generator.
 */
export async function makeImages(
  generatorFor: (label: number) => LoadedGenerator,
  labels: Int32Array,
  seed: number,
  { engine, stopRequested }: Pick<MakingContext, 'engine' | 'stopRequested'>,
): Promise<Uint8Array> {
  const size = imageBytes(generatedFormat);
  const images = new Uint8Array(new SharedArrayBuffer(labels.length * size));
  for (const stored of new Set([...new Set(labels)].map(generatorFor))) {
    const own = [...labels.keys()].filter((index) => generatorFor(labels[index]) === stored);
    const sampler = openSampler(engine, stored, batchSize);
    try {
      for (let first = 0; first < own.length; first += batchSize) {
        const places = own.slice(first, first + batchSize);
        const wanted = Int32Array.from(places, (place) => labels[place]);
        const pixels = sampler.sample(wanted, seed, first);
        places.forEach((place, i) => images.set(pixels.subarray(i * size, (i + 1) * size), place * size));
        await setImmediate();
        const signal = stopRequested();
        if (signal === undefined) continue;
        throw stopped(signal, 'the synthetic images are incomplete', {
          hint: 'the same command generates them from the start',
        });
      }
    } finally {
      sampler.close();
    }
  }
  return images;
}

/** Returns the generators in run folders without a summary: their training was stopped or is still running. */
function unfinished({ generators }: GeneratorSet): readonly LoadedGenerator[] {
  return generators.filter(({ path }) => {
    const { checkpoints, summary } = runFolder(dirname(path));
    return existsSync(checkpoints) && !existsSync(summary);
  });
}

/** Returns the synthetic images of a run, from the cache if present. Errors: a signal came while generating them. */
export async function syntheticSource(
  { images: count, seed }: SyntheticOptions,
  real: ImageSource,
  set: GeneratorSet,
  context: MakingContext,
): Promise<MemorySource> {
  for (const { path } of unfinished(set)) {
    context.print(`warning: the training of the generator ${path} is not complete: \`isda gan train\` resumes it`);
  }
  const { classes } = real;
  const labels = balancedLabels(count, classes);
  const size = imageBytes(real);
  const path = cachePath(context.home, { checksum: set.checksum, images: count, seed, classes });
  let images = await readCached(path, count * size);
  if (images === undefined) {
    context.print(`making ${count} synthetic images`);
    const started = context.clock();
    images = await makeImages((label) => generatorOfClass(set, label)!, labels, seed, context);
    context.print(`made them in ${formatDuration((context.clock() - started) / 1000)}`);
    // Without the cache the next run generates the images again, which is no reason to fail.
    await writeCached(path, images).catch((error: unknown) => context.print(`warning: ${reasonOf(error)}`));
  }
  return {
    name: `images of ${set.generators[0].options.name}`,
    part: 'train',
    classNames: real.classNames,
    classes,
    height: real.height,
    width: real.width,
    channels: real.channels,
    mean: real.mean,
    std: real.std,
    count,
    labels,
    storage: { kind: 'memory', images },
  };
}
