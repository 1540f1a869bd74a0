// Settings of runs as flat keys, to find what runs differ in.
import type { ExperimentConfig } from '../../config/schema.js';
import { differingKeys, flatSettings, valueText, type Settings } from '../../config/settings.js';

export type { Settings };

/** The settings of a run, without its seed. */
export function settingsOf(config: ExperimentConfig): Settings {
  return new Map([...flatSettings(config)].filter(([key]) => key !== 'training.seed'));
}

/** Whether a key is one of `sections` or lies in one. */
export const isWithin = (key: string, sections: readonly string[]): boolean =>
  sections.some((section) => key === section || key.startsWith(`${section}.`));

/** Settings as one text, equal where they are; keys in `sections` are left out. */
export function settingsKey(settings: Settings, sections: readonly string[] = []): string {
  return JSON.stringify([...settings].filter(([key]) => !isWithin(key, sections)));
}

/** `lambda0 0.25, noiseRate none`: some keys with their values, by the last part of their names. */
function settingsText(settings: Settings, keys: readonly string[]): string {
  return keys.map((key) => `${key.slice(key.lastIndexOf('.') + 1)} ${valueText(settings, key)}`).join(', ');
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
