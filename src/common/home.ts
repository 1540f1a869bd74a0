// Location of the cache folder.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The cache folder: `$ISDA_HOME`, else `~/.cache/isda`. Absolute. */
export function cacheHome(environment: Environment): string {
  if (environment['ISDA_HOME']) return resolve(environment['ISDA_HOME']);
  return join(environment['HOME'] || homedir(), '.cache', 'isda');
}
