// Finds the place of a syntax error in a custom module, which Node.js prints only when the error ends a process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The output of Node.js before a syntax error: file and line, the code of the line, and a mark below it. */
const excerpt = /^(file:\/\/\S+|\/.+):(\d+)\n(.*)\n( *\^+)?/m;

/** Returns `file:line` and the marked line from the output of Node.js; undefined if it has no place. */
function placeIn(text: string): string | undefined {
  const found = excerpt.exec(text);
  if (found === null) return undefined;
  const [, file, line, code, mark] = found;
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return [`${path}:${line}`, ...(code.trim() === '' || mark === undefined ? [] : [code, mark])].join('\n');
}

/** Returns the stderr of `node ARGS`. */
const stderrOf = (args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: undefined, FORCE_COLOR: undefined };
    execFile(process.execPath, [...args], { env, timeout: 10_000 }, (_, _stdout, stderr) => resolve(stderr));
  });

/**
 * Returns the place of the syntax error that ended the import of a file: `file:line`, followed by the code with a mark
 * below it. The error may be in a file that it imports. Undefined if the place is not found.
 */
export async function syntaxErrorPlace(error: SyntaxError, path: string, url: string): Promise<string | undefined> {
  const inStack = placeIn(error.stack ?? '');
  if (inStack !== undefined) return inStack;
  // Code that ran and threw, such as JSON.parse, has a stack with its place. It is not run again.
  const frame = /\((?:async )?(file:\/\/\S+?:\d+):\d+\)|at (?:async )?(file:\/\/\S+?:\d+):\d+$/m.exec(
    error.stack ?? '',
  );
  if (frame !== null) return fileURLToPath(frame[1] ?? frame[2]);
  const own = placeIn(await stderrOf(['--check', path]));
  if (own !== undefined) return own;
  // No statement of a module runs before all its imports are parsed.
  return placeIn(await stderrOf(['--input-type=module', '--eval', `import ${JSON.stringify(url)}`]));
}
