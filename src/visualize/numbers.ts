// The distances of Figure 4 as rows and curves.
import { stringify } from 'csv-stringify/sync';
import type { Curve } from '../report/curve.js';
import type { Figure4 } from './figure4.js';

interface DistanceRow {
  /** Steps made before. */
  readonly iteration: number;
  readonly step: 'reconstruction' | 'augmentation';
  /** Position in its data set. */
  readonly image: number;
  /** Counted from 1; absent in reconstructions. */
  readonly draw?: number;
  readonly featureDistance: number;
  readonly pixelDistance: number;
}

/** Every recorded distance, in the order of steps, iterations, images and draws. */
function distanceRows({ images, columns, steps }: Figure4): DistanceRow[] {
  return steps.flatMap((recorded, which) =>
    recorded.flatMap(({ iteration, feature, pixel }) =>
      Array.from(feature, (featureDistance, at): DistanceRow => {
        const distance = { featureDistance, pixelDistance: pixel[at] };
        if (which === 0) return { iteration, step: 'reconstruction', image: images[at].index, ...distance };
        const image = images[Math.floor(at / columns.length)].index;
        return { iteration, step: 'augmentation', image, draw: (at % columns.length) + 1, ...distance };
      }),
    ),
  );
}

/** numbers.csv. */
export function distancesCsv(figure: Figure4): string {
  const rows = distanceRows(figure).map(({ iteration, step, image, draw, featureDistance, pixelDistance }) => {
    return [iteration, step, image, draw ?? '', featureDistance, pixelDistance];
  });
  return stringify([['iteration', 'step', 'image', 'draw', 'feature_distance', 'pixel_distance'], ...rows]);
}

const meanOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Mean feature distances of both steps over their iterations. */
export function distanceCurves({ steps: [first, second] }: Figure4): Curve[] {
  const curve = (label: string, recorded: typeof first): Curve => ({
    label,
    points: recorded.map(({ iteration, feature }) => [iteration, meanOf(feature)]),
  });
  return [curve('step I: reconstruction', first), curve('step II: augmentation', second)];
}

export interface ImageSummary {
  readonly image: number;
  readonly className: string;
  /** ‖f(G(z)) − a‖² and ‖G(z) − x‖² of the reconstruction. */
  readonly featureDistance: number;
  readonly pixelDistance: number;
  /** Means over the augmentations of ‖f(G(z')) − a~‖², before step II and after it. */
  readonly augmentedBefore: number;
  readonly augmentedAfter: number;
}

/** A line for each image: how close both steps came. */
export function summarized(
  { images, columns, steps: [first, second] }: Figure4,
  classNames: readonly string[],
): ImageSummary[] {
  const last = first[first.length - 1];
  const times = columns.length;
  return images.map(({ index, label }, row) => {
    const own = (values: Float32Array): number => meanOf(values.subarray(row * times, (row + 1) * times));
    return {
      image: index,
      className: classNames[label],
      featureDistance: last.feature[row],
      pixelDistance: last.pixel[row],
      augmentedBefore: own(second[0].feature),
      augmentedAfter: own(second[second.length - 1].feature),
    };
  });
}
