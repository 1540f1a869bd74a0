// The settings of runs as flat keys: which runs differ in nothing but their seed, and in what others do.
import { decidingSettings } from '../../config/print.js';
import type { ExperimentConfig } from '../../config/schema.js';

/** `loss.lambda0` → `0.5`: what decides a run's numbers, without its seed. Values are JSON. */
export type Settings = ReadonlyMap<string, string>;

function flatten(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value === undefined ? [] : [[path, JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, path === '' ? key : `${path}.${key}`));
}

/** The settings of a run. */
export function settingsOf(config: ExperimentConfig): Settings {
  const entries = flatten(decidingSettings(config), '').filter(([key]) => key !== 'training.seed');
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a key is one of `sections` or lies in one. */
export const isWithin = (key: string, sections: readonly string[]): boolean =>
  sections.some((section) => key === section || key.startsWith(`${section}.`));

/** Settings as one text, equal where they are; keys in `sections` are left out. */
export function settingsKey(settings: Settings, sections: readonly string[] = []): string {
  return JSON.stringify([...settings].filter(([key]) => !isWithin(key, sections)));
}

/** The keys in which some of several settings differ. */
export function differingKeys(all: readonly Settings[]): readonly string[] {
  const keys = new Set(all.flatMap((settings) => [...settings.keys()]));
  return [...keys].filter((key) => new Set(all.map((settings) => settings.get(key))).size > 1);
}

/** `lambda0 0.25, noiseRate none`: some keys with their values, by the last part of their names. */
function settingsText(settings: Settings, keys: readonly string[]): string {
  const text = (key: string): string => (settings.get(key) ?? 'none').replaceAll('"', '');
  return keys.map((key) => `${key.slice(key.lastIndexOf('.') + 1)} ${text(key)}`).join(', ');
}

/**
 * Names made unique: where several settings have one name, what they differ in is added, `ISDA (lambda0 0.25)`.
 * Gives a name for each, in their order.
 */
export function uniqueNames(named: readonly { readonly name: string; readonly settings: Settings }[]): string[] {
  return named.map(({ name, settings }) => {
    const alike = named.filter((other) => other.name === name);
    const text = settingsText(settings, differingKeys(alike.map((other) => other.settings)));
    return text === '' ? name : `${name} (${text})`;
  });
}
