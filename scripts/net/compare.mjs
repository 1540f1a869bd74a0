// The differences of two recordings: a unified diff of texts, a summary of binaries.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import sharp from 'sharp';
import { StepError } from '../bootstrap.mjs';

function filesOf(folder) {
  if (!existsSync(folder)) throw new StepError(`cannot compare: there is no ${folder}`);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}

/** How far two pictures are apart; nothing where they cannot be compared pixel by pixel. */
async function describePixels(one, two) {
  const pictures = await Promise.all(
    [one, two].map((bytes) => sharp(bytes).raw().toBuffer({ resolveWithObject: true })),
  );
  const [a, b] = pictures.map(({ info }) => `${info.width} x ${info.height} x ${info.channels}`);
  if (a !== b) return `; ${a} and ${b}`;
  let [different, most] = [0, 0];
  const [first, second] = pictures.map(({ data }) => data);
  for (let at = 0; at < first.length; at++) {
    const distance = Math.abs(first[at] - second[at]);
    if (distance > 0) different++;
    most = Math.max(most, distance);
  }
  return `; of ${a} values ${different} differ, by up to ${most}`;
}

async function describeBinary(path, one, two) {
  let at = 0;
  while (at < one.length && one[at] === two[at]) at++;
  const pixels = ['.png', '.jpg'].includes(extname(path)) ? await describePixels(one, two) : '';
  return `${path}: ${one.length} and ${two.length} bytes, first difference at ${at}${pixels}\n`;
}

/** The difference of one file, but for lines that `ignored` matches; empty where there is none. */
async function difference(path, folders, ignored) {
  const [a, b] = folders.map((folder) => readFileSync(join(folder, path)));
  if (a.equals(b)) return '';
  if (a.includes(0) || b.includes(0)) return describeBinary(path, a, b);
  const options = ['-u', ...ignored.flatMap((pattern) => ['-I', pattern])];
  const { stdout, error } = spawnSync('diff', [...options, ...folders.map((folder) => join(folder, path))], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) throw new StepError(`cannot compare: diff: ${error.message}`);
  return stdout;
}

/**
 * Prints every difference of two recordings; whether there are none.
 * `ignored`: basic regular expressions; a hunk all of whose changed lines match one of them does not count.
 */
export async function compare(one, two, ignored = []) {
  const [before, after] = [one, two].map((folder) => new Set(filesOf(folder)));
  const describe = async (path) => {
    if (!after.has(path)) return `only in ${one}: ${path}\n`;
    if (!before.has(path)) return `only in ${two}: ${path}\n`;
    return difference(path, [one, two], ignored);
  };
  let different = 0;
  for (const path of [...new Set([...before, ...after])].sort()) {
    const text = await describe(path);
    if (text === '') continue;
    different++;
    process.stdout.write(text);
  }
  process.stdout.write(`${different} of ${new Set([...before, ...after]).size} files differ\n`);
  return different === 0;
}
