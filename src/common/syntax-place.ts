// The place of a syntax error in a user's file, which Node.js prints only where it ends a process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What Node.js prints before a syntax error: the file and the line, the code of that line, a mark below it. */
const excerpt = /^(file:\/\/\S+|\/.+):(\d+)\n(.*)\n( *\^+)?/m;

/** `file:line` and the marked line, from what Node.js prints; undefined where it says no place. */
function placeIn(text: string): string | undefined {
  const found = excerpt.exec(text);
  if (found === null) return undefined;
  const [, file, line, code, mark] = found;
  const path = file.startsWith('file:') ? fileURLToPath(file) : file;
  return [`${path}:${line}`, ...(code.trim() === '' || mark === undefined ? [] : [code, mark])].join('\n');
}

/** What `node ARGS` prints to stderr. */
const stderrOf = (args: readonly string[]): Promise<string> =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: undefined, FORCE_COLOR: undefined };
    execFile(process.execPath, [...args], { env, timeout: 10_000 }, (_, _stdout, stderr) => resolve(stderr));
  });

/**
 * The place of the syntax error that ended the import of a file: `file:line`, and on further lines the code with a mark
 * below it. The error may lie in a file that it imports. Undefined where it is not found.
 */
export async function syntaxErrorPlace(error: SyntaxError, path: string, url: string): Promise<string | undefined> {
  const inStack = placeIn(error.stack ?? '');
  if (inStack !== undefined) return inStack;
  // Code that ran and threw, as JSON.parse does, has a stack that leads to it. It is not run again.
  const frame = /\((?:async )?(file:\/\/\S+?:\d+):\d+\)|at (?:async )?(file:\/\/\S+?:\d+):\d+$/m.exec(
    error.stack ?? '',
  );
  if (frame !== null) return fileURLToPath(frame[1] ?? frame[2]);
  const own = placeIn(await stderrOf(['--check', path]));
  if (own !== undefined) return own;
  // No statement of a module runs before all that it imports has been read.
  return placeIn(await stderrOf(['--input-type=module', '--eval', `import ${JSON.stringify(url)}`]));
}
