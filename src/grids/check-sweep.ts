// Checks the points of a sweep: every value must be valid and result in a different run.
import { cannot } from '../common/errors.js';
import { fingerprint } from '../config/fingerprint.js';
import type { ExperimentConfig } from '../config/schema.js';
import type { PointValues } from './points.js';

/** Keys that the options of a sweep set in every run, overriding its points. */
const fixed = [
  { key: 'training.seed', option: '--seeds', hint: '--seeds N runs each value on seeds 1 to N' },
  { key: 'dataset.holdout', option: '--holdout', hint: 'choose one number of held-out images with --holdout N' },
] as const;

/** Sections that do not affect the results of a run. */
const withoutNumbers: readonly string[] = ['experiment', 'output', 'slurm'];

/** Whether setting a key, which may be a whole section, also sets `path`. */
function reaches(key: string, value: unknown, path: string): boolean {
  if (key === path) return true;
  if (!path.startsWith(`${key}.`)) return false;
  const inner = path.slice(key.length + 1).split('.');
  const found = inner.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? (at as Readonly<Record<string, unknown>>)[step] : undefined),
    value,
  );
  return found !== undefined;
}

/** Errors (usage): a key that `--seeds` or `--holdout` overrides in every run. */
export function refuseFixedKeys(settings: PointValues): void {
  for (const [key, value] of Object.entries(settings)) {
    const own = fixed.find(({ key: path }) => reaches(key, value, path));
    if (own === undefined) continue;
    throw cannot(`sweep ${key}`, `${own.option} sets ${own.key} in every run`, {
      code: 'sweep/values',
      kind: 'usage',
      hint: own.hint,
    });
  }
}

/**
 * Errors (usage): a key that does not affect the results of a run, or two values that result in the same run.
 * `configOf` returns the config of a value's runs.
 */
export function refuseIdleKey(
  key: string,
  values: readonly unknown[],
  configOf: (settings: PointValues) => ExperimentConfig,
): void {
  const hint = 'sweep a key that decides what is computed, one value for each different run';
  const refuse = (reason: string): Error =>
    cannot(`sweep ${key}`, reason, { code: 'sweep/values', kind: 'usage', hint });
  if (withoutNumbers.includes(key.split('.')[0])) throw refuse(`the values of ${key} make no difference to a run`);
  const texts = [...new Set(values.map((value) => JSON.stringify(value)))];
  const before = new Map<string, string>();
  for (const text of texts) {
    const identity = fingerprint(configOf({ [key]: JSON.parse(text) as unknown }));
    const twin = before.get(identity);
    if (twin !== undefined) throw refuse(`the values of ${key} make no difference: ${twin} and ${text} are one run`);
    before.set(identity, text);
  }
}
