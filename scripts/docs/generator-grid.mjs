// The grid of InfoGAN's settings (protocol, step 9): a table, the setting that is taken and a picture of the diversity.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { meanOf } from '../../dist/common/statistics/samples.js';
import { readLosses } from '../../dist/gan/losses-csv.js';
import { drawChart } from '../../dist/report/chart/chart.js';
import { table } from './markdown.mjs';

const store = 'tenth/infogan-grid';
const picture = 'tenth/infogan-grid.svg';

/** The protocol's rule: the iterations that a diversity is the mean of, and the lowest that a setting may have. */
const averagedIterations = 500;
const leastDiversity = 0.5;

const meanNames = ['discriminatorLoss', 'generatorLoss', 'realClassLoss', 'generatedClassLoss', 'codeLoss'];

/** One trained setting; its distance is undefined before `isda gan quality` wrote quality.json. */
async function settingOf(folder) {
  const { gan, training } = parse(readFileSync(join(folder, 'config.yaml'), 'utf8'));
  const losses = await readLosses(join(folder, 'losses.csv'), meanNames);
  const last = losses.filter(({ iteration }) => iteration > training.iterations - averagedIterations);
  const quality = join(folder, 'quality.json');
  const rows = existsSync(quality) ? JSON.parse(readFileSync(quality, 'utf8')).rows : [];
  return {
    weight: gan.categoricalWeight,
    rate: gan.generatorLearningRate,
    points: losses.map(({ iteration, diversity }) => [iteration, diversity]),
    diversity: meanOf(last.map(({ diversity }) => diversity)),
    classLoss: meanOf(last.map(({ means }) => means.generatedClassLoss)),
    codeLoss: meanOf(last.map(({ means }) => means.codeLoss)),
    frechetDistance: rows.find(({ name }) => name === 'all')?.frechetDistance,
  };
}

/** The settings that were trained, by falling rate, then by falling weight. */
export async function measureGrid(projectRoot) {
  const folder = join(projectRoot, 'results', store);
  if (!existsSync(folder)) return [];
  const settings = await Promise.all(readdirSync(folder).map((name) => settingOf(join(folder, name))));
  return settings.sort((a, b) => b.rate - a.rate || b.weight - a.weight);
}

/** The setting that the protocol takes: of those that are diverse the nearest, and where none is, the most diverse. */
export function takenSetting(settings) {
  const diverse = settings.filter(({ diversity }) => diversity >= leastDiversity);
  const lowest = (all, key) => all.reduce((best, one) => (key(one) < key(best) ? one : best));
  return diverse.length > 0
    ? lowest(diverse, ({ frechetDistance }) => frechetDistance)
    : lowest(settings, ({ diversity }) => -diversity);
}

/** Why the program's config has another setting than the protocol takes. */
const takenNote =
  "Step 9 selects the marked setting by a rule that was fixed in advance. The label loss of that setting is not below chance, so its images do not show their labels; the program's config therefore uses weight 1 with rate 0.0002.";

const nameOf = ({ weight, rate }) => `weight ${weight}, rate ${rate}`;

/** The part of results/README.md about the grid; `asked`: settings of the whole grid. */
export function gridLines(settings, asked = 6) {
  const complete = settings.length === asked && settings.every(({ frechetDistance }) => frechetDistance !== undefined);
  const taken = complete ? takenSetting(settings) : undefined;
  const rows = settings.map((setting) => [
    `${nameOf(setting)}${setting === taken ? ' (selected)' : ''}`,
    setting.diversity.toFixed(2),
    setting.frechetDistance?.toPrecision(3) ?? '-',
    setting.classLoss.toFixed(2),
    setting.codeLoss.toFixed(2),
  ]);
  return [
    "### InfoGAN's settings",
    '',
    `The grid of the protocol's step 9: values of \`gan.categoricalWeight\` and \`gan.generatorLearningRate\`, 2500 iterations each on the classifier's 5000 images, seed 1; ${settings.length} of ${asked} are done. \`diversity\` ([docs/gan.md](../docs/gan.md#the-run-folder)) and the losses are means over the last ${averagedIterations} iterations. Label loss: of the labels of generated images (by chance 2.30); code loss: of the codes (by chance 1/3). Distance: the Fréchet distance between 5000 samples and the 5000 images in the features of ResNet-32 trained with cross entropy, seed 1 (smaller is closer).`,
    '',
    table(['setting', 'diversity', 'distance', 'label loss', 'code loss'], rows),
    '',
    ...(taken === undefined ? [] : [takenNote, '']),
    ...(settings.length === 0 ? [] : [`![InfoGAN's diversity](${picture})`, '']),
  ];
}

/** The picture of the grid by its path, where a setting was trained. */
export function gridPicture(settings) {
  if (settings.length === 0) return [];
  const svg = drawChart({
    panels: [
      { series: settings.map((setting) => ({ label: nameOf(setting), points: setting.points })), yRange: { low: 0 } },
    ],
    xLabel: 'iteration',
    yLabel: 'diversity (real images: 1)',
    width: 720,
    notes: ['Weight: gan.categoricalWeight. Rate: gan.generatorLearningRate.'],
  });
  return [[picture, svg]];
}
