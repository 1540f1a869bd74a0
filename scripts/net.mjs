// A net under changes that are to change nothing: records what every command does, and compares two recordings.
//   node scripts/net.mjs record DIR [--repo PATH]     runs the isda of a checkout that is built (default: this one)
//   node scripts/net.mjs compare DIR1 DIR2 [--ignore PATTERN]...
//     prints every difference; exit code 1 if there are any. --ignore: intended ones, lines as `diff -I` takes them
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isMain, projectRoot, runScript, StepError } from './bootstrap.mjs';
import { compare } from './net/compare.mjs';
import { record } from './net/record.mjs';

const usage = 'usage: node scripts/net.mjs record DIR [--repo PATH] | compare DIR1 DIR2 [--ignore PATTERN]...';

async function main() {
  const options = { repo: { type: 'string' }, ignore: { type: 'string', multiple: true } };
  const { positionals, values } = parseArgs({ options, allowPositionals: true });
  const [verb, ...folders] = positionals;
  if (verb === 'record' && folders.length === 1) {
    await record(resolve(folders[0]), resolve(values.repo ?? projectRoot));
    return 0;
  }
  if (verb === 'compare' && folders.length === 2) return (await compare(...folders, values.ignore)) ? 0 : 1;
  throw new StepError(usage);
}

if (isMain(import.meta.url)) await runScript(main);
