// Chooses the best point of a sweep and records the choice.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { cannot, systemCode } from '../common/errors.js';
import { readFailure, writeFileAtomically } from '../common/files.js';
import type { ExperimentConfig } from '../config/schema.js';
import { flatChangedSettings, isWithin } from '../config/settings.js';
import { describeConfig } from '../runs/description.js';
import type { RowOutcome } from './outcomes.js';
import type { SweepPoint } from './points.js';

/** A point with its outcome. */
export interface MeasuredPoint extends SweepPoint {
  readonly outcome: RowOutcome;
}

/** Pairs the points with their rows, in the order of the points. */
export function measuredPoints(points: readonly SweepPoint[], rows: readonly RowOutcome[]): readonly MeasuredPoint[] {
  return points.map((point) => ({ ...point, outcome: rows.find(({ row }) => row === point.name)! }));
}

/** Errors in percent that differ by less are equal but for rounding: no data set has so many images. */
const rounding = 1e-9;

/**
 * Returns the point with the lowest mean error of the last ten epochs; of equal ones the first, which has the smallest
 * number. Points with a failed run do not count; undefined if none is left.
 */
export function choosePoint(points: readonly MeasuredPoint[]): MeasuredPoint | undefined {
  const whole = points.filter(({ outcome }) => outcome.seeds.length === outcome.asked);
  const lowest = Math.min(...whole.map(({ outcome }) => outcome.last10!.mean));
  return whole.find(({ outcome }) => outcome.last10!.mean <= lowest + rounding);
}

/** The subject of a sweep: network and data set, named as in the paper's tables. */
export interface SweepSubject {
  readonly network: string;
  readonly dataset: string;
  readonly augmentation?: string | undefined;
  /** The settings of data, network and loss that a lambda0 is for, where they are no defaults; JSON by dotted key. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** The sections of which a lambda0 depends on every setting but `others`, which say how it is chosen and measured. */
const subjectSections = ['dataset', 'model', 'loss'];
const others = ['loss.lambda0', 'dataset.holdout', 'dataset.testSubset'];

/** Returns what a lambda0 that is chosen with a config is for. */
export function sweepSubject(config: ExperimentConfig): SweepSubject & Required<Pick<SweepSubject, 'settings'>> {
  const { network, dataset, augmentation } = describeConfig(config);
  const settings = [...flatChangedSettings(config)].filter(
    ([key]) => isWithin(key, subjectSections) && !isWithin(key, others),
  );
  return { network, dataset, augmentation, settings: Object.fromEntries(settings) };
}

/** The content of sweep.json. */
interface SweepRecord extends SweepSubject {
  readonly experiment: string;
  /** Number of held-out training images used for the choice; 0: the test set. */
  readonly holdout: number;
  readonly points: readonly MeasuredPoint[];
  /** Absent while runs are missing. */
  readonly chosen?: SweepPoint;
  /** Outcome of the chosen point on all images. */
  readonly final?: RowOutcome;
}

const recordPath = (root: string): string => join(root, 'sweep.json');

/** Writes sweep.json into a store. */
export async function writeSweep(root: string, record: SweepRecord): Promise<void> {
  await writeFileAtomically(recordPath(root), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The lambda0 chosen by a sweep for its subject. */
export interface Lambda0Choice extends SweepSubject {
  readonly lambda0: number;
  /** Whether it was chosen on the test images, so that their error is underestimated. */
  readonly onTestImages: boolean;
}

/** The fields of sweep.json for a choice of lambda0; earlier versions lack the settings, or the whole subject. */
const lambda0Record = z.object({
  network: z.string().optional(),
  dataset: z.string().optional(),
  augmentation: z.string().optional(),
  settings: z.record(z.string(), z.string()).optional(),
  holdout: z.number().optional(),
  chosen: z.object({ settings: z.object({ 'loss.lambda0': z.number().optional() }) }).optional(),
});

/**
 * Reads the choice of lambda0 from the sweep.json of a store; undefined if there is no such file, or no choice yet.
 * Errors: it cannot be read, or is not the record of a sweep.
 */
async function readLambda0Choice(root: string): Promise<Lambda0Choice | undefined> {
  const path = recordPath(root);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw readFailure(path, error);
  }
  try {
    const { chosen, holdout, ...subject } = lambda0Record.parse(JSON.parse(text));
    const { network, dataset, settings } = subject;
    const lambda0 = chosen?.settings['loss.lambda0'];
    if (network === undefined || dataset === undefined || lambda0 === undefined) return undefined;
    const onTestImages = holdout === 0 && settings?.['dataset.validationFraction'] === undefined;
    return { ...subject, network, dataset, lambda0, onTestImages };
  } catch (error) {
    throw cannot(`read ${path}`, 'it is not the record of a sweep', {
      code: 'store/damaged',
      hint: 'move it away; `isda sweep` writes it again from its runs',
      cause: error,
    });
  }
}

/** Reads the choices of lambda0 in several stores; some may have none. Errors: as for one store. */
export async function readLambda0Choices(roots: readonly string[]): Promise<readonly Lambda0Choice[]> {
  return (await Promise.all(roots.map(readLambda0Choice))).flatMap((choice) => choice ?? []);
}
