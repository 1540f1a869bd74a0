// A sweep's choice among its points, and the record of it.
import { join } from 'node:path';
import { writeFileAtomically } from '../common/files.js';
import type { RowOutcome } from './outcomes.js';
import type { SweepPoint } from './points.js';

/** A point with what was measured of it. */
export interface MeasuredPoint extends SweepPoint {
  readonly outcome: RowOutcome;
}

/** The points beside their rows, in the order of the points. */
export function measuredPoints(points: readonly SweepPoint[], rows: readonly RowOutcome[]): readonly MeasuredPoint[] {
  return points.map((point) => ({ ...point, outcome: rows.find(({ row }) => row === point.name)! }));
}

/**
 * The point with the lowest mean error of the last ten epochs; of equal ones the first, which is the smallest number.
 * Points of which a run failed do not count; undefined where none is left.
 */
export function choosePoint(points: readonly MeasuredPoint[]): MeasuredPoint | undefined {
  const whole = points.filter(({ outcome }) => outcome.seeds.length === outcome.asked);
  return whole.reduce<MeasuredPoint | undefined>(
    (best, point) => (best === undefined || point.outcome.last10!.mean < best.outcome.last10!.mean ? point : best),
    undefined,
  );
}

/** What sweep.json holds. */
export interface SweepRecord {
  readonly experiment: string;
  /** Held-out training images by whose error the choice was made; 0: the test set. */
  readonly holdout: number;
  readonly points: readonly MeasuredPoint[];
  /** Absent as long as runs are missing. */
  readonly chosen?: SweepPoint;
  /** The chosen point on all images. */
  readonly final?: RowOutcome;
}

/** Writes sweep.json into a store. */
export async function writeSweep(root: string, record: SweepRecord): Promise<void> {
  await writeFileAtomically(join(root, 'sweep.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}
