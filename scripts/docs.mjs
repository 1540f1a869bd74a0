// Writes all that is generated in the repository: `npm run docs`, after `npm run build`. That is results/README.md and
// its pictures, the tables of docs/reproducing.md, the keys in docs/config.md and the expected times of configs. With
// --check it only lists what is out of date.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prettier from 'prettier';
import { configReference } from '../dist/config/reference.js';
import { isMain, projectRoot } from './bootstrap.mjs';
import { withPart } from './docs/markdown.mjs';
import { reproducingParts } from './docs/reproducing.mjs';
import { measureAll, resultsFiles } from './docs/results.mjs';
import { updateTimes } from './expected-times.mjs';

const read = (path) => readFileSync(join(projectRoot, path), 'utf8');

/** A page of docs/ in the repository's format. */
async function formatted(path, text) {
  const options = await prettier.resolveConfig(join(projectRoot, path));
  return [path, await prettier.format(text, { ...options, parser: 'markdown' })];
}

/** docs/config.md with every key as the schema has it. */
function configPage() {
  const heading = '## Every key\n';
  const [text] = read('docs/config.md').split(heading);
  return `${text}${heading}\n${configReference()}`;
}

/** The generated files of docs/ and results/ by their paths, as they have to be. */
async function generatedFiles() {
  const measured = await measureAll(projectRoot);
  const parts = Object.entries(reproducingParts(projectRoot, measured));
  const reproducing = parts.reduce((text, [name, part]) => withPart(text, name, part), read('docs/reproducing.md'));
  return new Map([
    ...resultsFiles(measured, projectRoot),
    await formatted('docs/reproducing.md', reproducing),
    await formatted('docs/config.md', configPage()),
  ]);
}

/** Writes the files that are out of date, or only finds them; gives their paths. */
async function updateDocs({ write }) {
  const files = [...(await generatedFiles())].filter(([path, text]) => {
    return !existsSync(join(projectRoot, path)) || read(path) !== text;
  });
  if (write) for (const [path, text] of files) writeFileSync(join(projectRoot, path), text);
  return files.map(([path]) => path);
}

if (isMain(import.meta.url)) {
  const check = process.argv.includes('--check');
  const times = (await updateTimes({ write: !check })).map((path) => `configs/${path}`);
  const outdated = [...times, ...(await updateDocs({ write: !check }))];
  for (const path of outdated) console.log(path);
  if (check && outdated.length > 0) process.exitCode = 1;
}
