// The generators of the study (protocol, step 9): how long each was trained, and how diverse its images are.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { twoDecimals } from '../../dist/common/format.js';
import { meanOf } from '../../dist/common/statistics/samples.js';
import { classFolder } from '../../dist/gan/generator-files.js';
import { readGanSummary } from '../../dist/runs/gan/summary.js';
import { table } from './markdown.mjs';

const store = 'tenth/generators';
const classes = 10;

/** The summaries of one generator's folder: one, or those of the classes it has. */
async function summariesOf(folder) {
  const each = Array.from({ length: classes }, (_, label) => join(folder, classFolder(label)));
  const folders = each.some(existsSync) ? each : [folder];
  const found = await Promise.all(folders.map((one) => readGanSummary(join(one, 'summary.json'))));
  return found.every((summary) => summary !== undefined) ? found : [];
}

/** The generators that are trained, in the order of the study's rows; `samples`: a picture of them, if there is one. */
export async function measureGenerators(projectRoot) {
  const names = ['wgan', 'cgan', 'acgan', 'infogan'];
  const all = await Promise.all(
    names.map(async (name) => {
      const samples = `${store}/${name}/samples.png`;
      return {
        name,
        runs: await summariesOf(join(projectRoot, 'results', store, name)),
        samples: existsSync(join(projectRoot, 'results', samples)) ? samples : undefined,
      };
    }),
  );
  return all.filter(({ runs }) => runs.length > 0);
}

/** The part of results/README.md about them. */
export function generatorsLines(generators) {
  if (generators.length === 0) return [];
  const rows = generators.map(({ name, runs }) => [
    name,
    runs.length === 1 ? `${runs[0].iterations}` : `${runs[0].iterations} for each of ${runs.length} classes`,
    (runs.reduce((sum, { seconds }) => sum + seconds, 0) / 3600).toFixed(1),
    twoDecimals(meanOf(runs.map(({ diversity }) => diversity))),
  ]);
  return [
    '### The generators',
    '',
    "Those of the protocol's step 9, whose images the generators' rows add, trained on the classifier's 5000 images with seed 1. `diversity` ([docs/gan.md](../docs/gan.md#the-run-folder)) is that of the last row of `losses.csv`; of WGAN, the mean over the classes.",
    '',
    table(['generator', 'iterations', 'hours', 'diversity'], rows),
    '',
    'Samples of each, six per class (`isda gan sample --count 6`):',
    '',
    ...generators.flatMap(({ name, samples }) =>
      samples === undefined ? [] : [`![samples of ${name}](${samples})`, ''],
    ),
  ];
}
