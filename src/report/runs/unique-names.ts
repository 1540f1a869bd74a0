// Makes names of runs unique by adding the settings in which they differ.
import { differingKeys, valueText, type Settings } from '../../config/settings.js';

/** `lambda0 0.25, noiseRate none`: keys, by the last part of their names, with their values. */
function settingsText(settings: Settings, keys: readonly string[]): string {
  return keys.map((key) => `${key.slice(key.lastIndexOf('.') + 1)} ${valueText(settings, key)}`).join(', ');
}

/**
 * Returns a unique name for each entry, in their order: if several entries have the same name, the settings in which
 * they differ are added, as in `ISDA (lambda0 0.25)`.
 */
export function uniqueNames(named: readonly { readonly name: string; readonly settings: Settings }[]): string[] {
  return named.map(({ name, settings }) => {
    const alike = named.filter((other) => other.name === name);
    const text = settingsText(settings, differingKeys(alike.map((other) => other.settings)));
    return text === '' ? name : `${name} (${text})`;
  });
}
