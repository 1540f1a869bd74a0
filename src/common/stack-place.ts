// The place in a user's file where an error was thrown, from its stack.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

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

/** The innermost place of a stack that is in a file, as line and column from 1. */
function placeInStack(stack: string, path: string): readonly [line: number, column: number] | undefined {
  const names = [pathToFileURL(path).href, path];
  for (const text of stack.split('\n')) {
    // A query may follow the name.
    const found = /^ *at (?:.*\()?(.*?)(?:\?[^:]*)?:(\d+):(\d+)\)?$/.exec(text);
    if (found === null) continue;
    const file = found[1].replace(/^async /, '');
    if (names.includes(file)) return [Number(found[2]), Number(found[3])];
  }
  return undefined;
}

/**
 * `file:line:column` of an error in a file, and on further lines the code with a mark below it; undefined where its stack
 * does not lead through the file.
 */
export function placeInFile(error: unknown, path: string): string | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const place = placeInStack(error.stack, path);
  if (place === undefined) return undefined;
  const [line, column] = place;
  const where = `${path}:${line}:${column}`;
  try {
    const code = readFileSync(path, 'utf8').split(/\r?\n/)[line - 1];
    if (code.trim() === '' || code.length > 200) return where;
    return [where, code, `${code.slice(0, column - 1).replaceAll(/\S/g, ' ')}^`].join('\n');
  } catch {
    return where;
  }
}
