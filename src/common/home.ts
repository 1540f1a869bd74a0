// Location of the cache folder.
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { cannot } from './errors.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Returns the home folder of the user. Errors: neither HOME nor the system has one, as in some containers.
 */
function userHome(environment: Environment): string {
  if (environment['HOME']) return environment['HOME'];
  try {
    return homedir();
  } catch (error) {
    throw cannot('find the cache folder', 'HOME is not set, and the system has no home folder for this user', {
      code: 'setup/missing',
      hint: 'set HOME, or set ISDA_HOME to the folder for the engine',
      cause: error,
    });
  }
}

/** Returns the cache folder, absolute: `$ISDA_HOME`, else `~/.cache/isda`. Errors: there is neither. */
export function cacheHome(environment: Environment): string {
  if (environment['ISDA_HOME']) return resolve(environment['ISDA_HOME']);
  return join(userHome(environment), '.cache', 'isda');
}
