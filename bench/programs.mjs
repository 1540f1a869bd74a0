// Reading the command line of a comparison, and running a program that may fail.
import { execFile } from 'node:child_process';
import { fileURLToPath, URL } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { fail } from './measuring.mjs';

export const launcher = fileURLToPath(new URL('../bin/isda.js', import.meta.url));

/**
 * Reads the command line: `options` as node:util's parseArgs takes them, `counts` names those that are whole numbers
 * >= 1, `wholes` those >= 0, `choices` what others may be, `required` those that must be given. Prints `usage` for
 * --help.
 */
export function readOptions(usage, { options, counts = [], wholes = [], choices = {}, required = [] }) {
  try {
    const { values } = parseArgs({ options: { ...options, help: { type: 'boolean', default: false } } });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    for (const [least, names] of [counts, wholes].map((names, index) => [1 - index, names]))
      for (const name of names)
        if ([values[name] ?? []].flat().some((value) => !/^\d+$/.test(value) || Number(value) < least))
          throw new Error(`--${name} must be a whole number >= ${least}`);
    for (const name of required) if (values[name] === undefined) throw new Error(`--${name} is missing`);
    for (const [name, allowed] of Object.entries(choices)) {
      const stray = [values[name]].flat().find((value) => !allowed.includes(value));
      if (stray !== undefined) throw new Error(`--${name} is ${stray}, expected one of: ${allowed.join(', ')}`);
    }
    return values;
  } catch (error) {
    return fail(`${error.message}\n${usage}`, 2);
  }
}

/** What a program prints, as JSON. Rejects with its message where it fails. */
export async function runProgram(program, args) {
  try {
    const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 1 << 24 });
    return JSON.parse(stdout);
  } catch (error) {
    const reason = error.signal ? `it was ended by ${error.signal}` : (error.stderr || error.message).trim();
    throw new Error(`cannot run ${[program, ...args].join(' ')}: ${reason}`, { cause: error });
  }
}
