// Finds the place in a custom module where an error was thrown, from its stack.
import { readFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Number of stack frames to keep, because operations may be nested deeply. */
const frames = 100;

/** Calls a function with a stack limit that is large enough to find the user's code. */
export function withLongStacks<Result>(call: () => Result): Result {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = Math.max(before, frames);
  try {
    return call();
  } finally {
    Error.stackTraceLimit = before;
  }
}

/** Folder of this program's code. */
const program = new URL('..', import.meta.url).href;

interface Place {
  readonly file: string;
  /** Line and column count from 1. */
  readonly line: number;
  readonly column: number;
}

/** Parses a line of a stack; undefined if it names no file. */
function placeOf(text: string): Place | undefined {
  // The file name may be followed by a query.
  const found = /^ *at (?:.*\()?(.*?)(?:\?[^:]*)?:(\d+):(\d+)\)?$/.exec(text);
  if (found === null) return undefined;
  const name = found[1].replace(/^async /, '');
  if (!name.startsWith('file://') && !name.startsWith('/')) return undefined;
  const file = name.startsWith('file://') ? fileURLToPath(name) : name;
  return { file, line: Number(found[2]), column: Number(found[3]) };
}

/** Whether a file belongs to the user. */
const isUsers = ({ file }: Place): boolean =>
  !file.includes('/node_modules/') && !pathToFileURL(file).href.startsWith(program);

/** Returns the innermost place of a stack in a user's file or its imports; without a path, in any user's file. */
function placeInStack(stack: string, path: string | undefined): Place | undefined {
  const places = stack.split('\n').flatMap((text) => placeOf(text) ?? []);
  if (path === undefined) return places.find(isUsers);
  const own = places.findIndex(({ file }) => file === path);
  return places.slice(0, own + 1).find((place) => place.file === path || isUsers(place));
}

/**
 * Returns `file:line:column` of an error in a file or in one that it imports, followed by the code with a mark below
 * it; undefined if the stack does not contain the file. Without a path: in any file outside this program.
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
