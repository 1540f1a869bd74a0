// The diversity of a generator's samples relative to real images; a collapsed generator repeats itself.
import { cannot } from '../common/errors.js';
import { imageBytes } from '../data/image-format.js';
import type { ImageSource } from '../data/source.js';
import { generatedFormat } from './generator.js';
import { copyImages } from './real-images.js';

/**
 * A generator with a lower diversity is reported as collapsed, but not in the first iterations, when all samples are
 * alike.
 */
const collapsedBelow = 0.1;
const firstIterations = 500;

/** Maximum number of real images per class that are compared with each other. */
const maxRealImages = 40;

/**
 * Returns the mean absolute difference between two images of a group, 0 to 255, over all pixels, pairs and groups.
 * `images`: uint8 [N, 32, 32, 3]; `groups`: lists of image indices. NaN if no group has two images.
 */
export function meanDistance(images: Uint8Array, groups: Iterable<readonly number[]>): number {
  const distances = [...groups].filter((group) => group.length > 1).map((group) => groupDistance(images, group));
  return distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
}

function groupDistance(images: Uint8Array, group: readonly number[]): number {
  const size = imageBytes(generatedFormat);
  let sum = 0;
  for (const [place, a] of group.entries()) {
    for (const b of group.slice(place + 1)) {
      for (let i = 0; i < size; i++) sum += Math.abs(images[a * size + i] - images[b * size + i]);
    }
  }
  return sum / size / ((group.length * (group.length - 1)) / 2);
}

/** Groups image indices by label; all in one group if images have no labels. */
function grouped(labels: Iterable<number | undefined>): Map<number | undefined, number[]> {
  const groups = new Map<number | undefined, number[]>();
  let index = 0;
  for (const label of labels) {
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [index]);
    else group.push(index);
    index += 1;
  }
  return groups;
}

/** Returns the first real images of each label in `wanted`, or of all classes together; uint8 [N, 32, 32, 3]. */
function realImages(source: ImageSource, wanted: ReadonlySet<number | undefined>) {
  const { storage, labels } = source;
  const chosen: number[] = [];
  const found = new Map<number | undefined, number>();
  labels.forEach((own, index) => {
    const label = wanted.has(undefined) ? undefined : own;
    const before = found.get(label) ?? 0;
    if (!wanted.has(label) || before === maxRealImages) return;
    found.set(label, before + 1);
    chosen.push(index);
  });
  if (storage.kind !== 'memory')
    throw cannot('measure the diversity', 'the images are not in memory', { code: 'internal' });
  const images = copyImages({ ...source, storage }, chosen);
  return { images, labels: chosen.map((index) => (wanted.has(undefined) ? undefined : labels[index])) };
}

/**
 * Creates the measure of diversity: the mean distance of two samples of a class divided by that of two real images of
 * the class (without labels: of any two). 1 is the diversity of the data, 0 a single repeated image. `labels`: those
 * of the samples, uint8 [N, 32, 32, 3]; undefined for samples without labels. `source`: the images that the generator
 * is trained on; classes with a single one do not count. Returns undefined if no class has two different real images.
 */
export function createDiversity(
  source: ImageSource,
  labels: readonly (number | undefined)[],
): ((samples: Uint8Array) => number) | undefined {
  const groups = grouped(labels);
  const real = realImages(source, new Set(groups.keys()));
  const realGroups = grouped(real.labels);
  const ofReal = meanDistance(real.images, realGroups.values());
  if (!(ofReal > 0)) return undefined;
  // Samples of a class with a single real image have nothing to be compared with.
  const compared = [...groups].flatMap(([label, group]) => ((realGroups.get(label)?.length ?? 0) > 1 ? [group] : []));
  return (samples) => meanDistance(samples, compared) / ofReal;
}

/**
 * Watches the diversity in a run of `iterations`; returns a warning, once, if the samples repeat themselves after a
 * tenth of the run and at least 500 iterations.
 */
export function createCollapseWatch(iterations: number): (iteration: number, diversity: number) => string | undefined {
  let warned = false;
  return (iteration, diversity) => {
    const early = iteration < Math.max(firstIterations, iterations / 10);
    if (warned || early || diversity >= collapsedBelow) return undefined;
    warned = true;
    const percent = (100 * diversity).toFixed(1);
    return `warning: at iteration ${iteration} samples of a class differ ${percent} % as much as real images: the generator may have collapsed (losses.csv, diversity)`;
  };
}
