// The settings that determine a run's numbers as flat keys, and their differences between runs.
import { isPlainObject } from '../common/plain-object.js';
import { changedSettings, decidingSettings } from './fingerprint.js';
import type { ExperimentConfig } from './schema.js';

/** Settings by dotted key, such as `loss.lambda0` → `0.5`. Values are JSON; keys are sorted. */
export type Settings = ReadonlyMap<string, string>;

function flatten(value: unknown, path: string): [string, string][] {
  if (!isPlainObject(value)) {
    return value === undefined ? [] : [[path, JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
}

const sortedByKey = (sections: unknown): Settings =>
  new Map(flatten(sections, '').sort(([a], [b]) => (a < b ? -1 : 1)));

/** All settings that determine a run's numbers. */
export function flatSettings(config: ExperimentConfig): Settings {
  return sortedByKey(decidingSettings(config));
}

/** As `flatSettings`, of the settings that differ from their defaults: equal for equal configs of other versions. */
export function flatChangedSettings(config: ExperimentConfig): Settings {
  return sortedByKey(changedSettings(config));
}

/** All settings that determine a run's numbers except the seed. */
export function settingsWithoutSeed(config: ExperimentConfig): Settings {
  return new Map([...flatSettings(config)].filter(([key]) => key !== 'training.seed'));
}

/** Whether a key is one of `sections` or in one of them. */
export const isWithin = (key: string, sections: readonly string[]): boolean =>
  sections.some((section) => key === section || key.startsWith(`${section}.`));

/** Returns the settings without those in `sections`. */
export const settingsOutside = (settings: Settings, sections: readonly string[]): Settings =>
  new Map([...settings].filter(([key]) => !isWithin(key, sections)));

/** Returns settings as a text that is equal for equal settings; keys in `sections` are left out. */
export const settingsKey = (settings: Settings, sections: readonly string[] = []): string =>
  JSON.stringify([...settingsOutside(settings, sections)]);

/** Returns the keys in which the given settings differ. */
export function differingKeys(all: readonly Settings[]): readonly string[] {
  const keys = new Set(all.flatMap((settings) => [...settings.keys()]));
  return [...keys].filter((key) => new Set(all.map((settings) => settings.get(key))).size > 1);
}

/** Formats the value of a key, with digests shortened; `none` if there is none. */
export const valueText = (settings: Settings, key: string): string =>
  (settings.get(key) ?? 'none').replaceAll('"', '').replace(/^([0-9a-f]{8})[0-9a-f]{56}$/, '$1');

/** The maximum number of changes that are named. */
const maxChanges = 3;

/** The first differences as text: `loss.lambda0 0.5 → 0.25, training.epochs 160 → 200`; empty for equal settings. */
export function settingsChangesText(from: Settings, to: Settings): string {
  const keys = differingKeys([from, to]);
  // Names precede the keys that depend on them.
  const ordered = [...keys.filter((key) => key.endsWith('.name')), ...keys.filter((key) => !key.endsWith('.name'))];
  const shown = ordered.slice(0, maxChanges).map((key) => `${key} ${valueText(from, key)} → ${valueText(to, key)}`);
  const rest = ordered.length - shown.length;
  return `${shown.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

/** As `settingsChangesText`, for all settings that determine a run's numbers. */
export const changesText = (before: ExperimentConfig, after: ExperimentConfig): string =>
  settingsChangesText(flatSettings(before), flatSettings(after));
