// The program's own folder, configs and version.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this program's package.json. */
export const programDirectory = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** The configs that come with the program. */
export const configsDirectory = join(programDirectory, 'configs');

/** The version in package.json. */
export function programVersion(): string {
  const { version } = JSON.parse(readFileSync(join(programDirectory, 'package.json'), 'utf8')) as { version: string };
  return version;
}
