// Refuses words, folders and variables that are not UTF-8: Node.js reads them as names of other files.
import { isUtf8 } from 'node:buffer';
import { readFileSync, readlinkSync } from 'node:fs';
import { cannot } from '../common/errors.js';
import { escapedBytes, replacement } from '../common/utf8.js';
import type { CommandContext } from './context.js';

/** Variables that name folders in which files are made. */
const pathVariables = ['ISDA_DATA', 'ISDA_HOME', 'HOME', 'TMPDIR'];

const hint = 'rename it, or use a link with a UTF-8 path; `convmv -f latin1 -t utf8` renames whole folders';

/** Returns the zero-terminated strings of a file such as /proc/self/cmdline; empty if there is no such file. */
function listIn(path: string): readonly Buffer[] {
  try {
    const bytes = readFileSync(path);
    const ends = [...bytes.keys()].filter((at) => bytes[at] === 0);
    return ends.map((end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1] + 1, end));
  } catch {
    return [];
  }
}

/** Returns the entry of `all` that decodes to `text` and is not valid UTF-8. */
const unreadable = (text: string, all: readonly Buffer[]): Buffer | undefined =>
  text.includes(replacement) ? all.find((bytes) => !isUtf8(bytes) && bytes.toString() === text) : undefined;

function workingDirectoryBytes(): readonly Buffer[] {
  try {
    return [readlinkSync('/proc/self/cwd', { encoding: 'buffer' })];
  } catch {
    return [];
  }
}

/** Errors: a word of the command line, the working directory or a variable with a path has bytes that are not UTF-8. */
export function requireUtf8(
  args: readonly string[],
  { workingDirectory, environment }: Pick<CommandContext, 'workingDirectory' | 'environment'>,
): void {
  const refuse = (action: string, bytes: Buffer, more = hint): Error =>
    cannot(action, `${escapedBytes(bytes)} is not UTF-8 text`, { code: 'option/invalid', kind: 'usage', hint: more });
  if (args.some((word) => word.includes(replacement))) {
    const given = listIn('/proc/self/cmdline');
    for (const word of args) {
      const bytes = unreadable(word, given);
      if (bytes !== undefined) throw refuse('read the command line', bytes);
    }
  }
  const folder = unreadable(workingDirectory, workingDirectoryBytes());
  if (folder !== undefined) throw refuse('work in this folder', folder);
  for (const name of pathVariables) {
    const value = environment[name];
    // HOME contains the engine unless ISDA_HOME is set.
    if (value?.includes(replacement) !== true || (name === 'HOME' && environment['ISDA_HOME'])) continue;
    const bytes = unreadable(`${name}=${value}`, listIn('/proc/self/environ'));
    const more = name === 'HOME' ? 'set ISDA_HOME to a folder whose path is UTF-8' : hint;
    if (bytes !== undefined) throw refuse('read the environment', bytes, more);
  }
}
