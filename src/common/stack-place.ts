// The place in a user's file where an error was thrown, from its stack.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Frames that are kept: operations may call one another deeply before one of them throws. */
const frames = 100;

/** Calls a function whose errors are to keep enough of their stack. */
export function withLongStacks<Result>(call: () => Result): Result {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(before, frames);
  try {
    return call();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** Where the code of this program lies. */
const program = new URL('..', import.meta.url).href;

interface Place {
  readonly file: string;
  /** From 1, as the column. */
  readonly line: number;
  readonly column: number;
}

/** A line of a stack as a place; undefined where it names no file. */
function placeOf(text: string): Place | undefined {
  // A query may follow the name.
  const found = /^ *at (?:.*\()?(.*?)(?:\?[^:]*)?:(\d+):(\d+)\)?$/.exec(text);
  if (found === null) return undefined;
  const name = found[1].replace(/^async /, '');
  if (!name.startsWith('file://') && !name.startsWith('/')) return undefined;
  const file = name.startsWith('file://') ? fileURLToPath(name) : name;
  return { file, line: Number(found[2]), column: Number(found[3]) };
}

/** Whether a file is one that a user wrote. */
const isUsers = ({ file }: Place): boolean =>
  !file.includes('/node_modules/') && !pathToFileURL(file).href.startsWith(program);

/** The innermost place of a stack that is in a user's file, or in one that it imports; in any, where none is named. */
function placeInStack(stack: string, path: string | undefined): Place | undefined {
  const places = stack.split('\n').flatMap((text) => placeOf(text) ?? []);
  if (path === undefined) return places.find(isUsers);
  const own = places.findIndex(({ file }) => file === path);
  return places.slice(0, own + 1).find((place) => place.file === path || isUsers(place));
}

/**
 * `file:line:column` of an error in a file or in one that it imports, and on further lines the code with a mark below
 * it; undefined where its stack does not lead through the file. Without a path: in any file that is not this program's.
 */
export function placeInFile(error: unknown, path: string | undefined): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const place = placeInStack(error.stack, path);
  if (place === undefined) return undefined;
  const { file, line, column } = place;
  const where = `${file}:${line}:${column}`;
  try {
    const code = readFileSync(file, 'utf8').split(/\r?\n/)[line - 1];
    if (code.trim() === '' || code.length > 200) return where;
    return [where, code, `${code.slice(0, column - 1).replaceAll(/\S/g, ' ')}^`].join('\n');
  } catch {
    return where;
  }
}
