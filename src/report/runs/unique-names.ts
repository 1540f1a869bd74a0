// Names of runs made unique by the settings that they differ in.
import { differingKeys, valueText, type Settings } from '../../config/settings.js';

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
