// The commands that make a figure's missing curves, for runs with settings that the paper's configs lack.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { fingerprint } from '../../../src/config/fingerprint.js';
import { loadConfig } from '../../../src/config/load.js';
import type { ExperimentConfig } from '../../../src/config/schema.js';
import { settingsKey, settingsWithoutSeed } from '../../../src/config/settings.js';
import { paperFigure } from '../../../src/report/figures/paper-figure.js';
import { figureSpecs } from '../../../src/report/figures/spec.js';
import { projectRoot } from '../../config/support.js';
import { makeStoredRun, recordedRunsIn } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
const specOf = (name: string) => figureSpecs.find((spec) => spec.name === name)!;

async function missingIn(figure: string, store: string) {
  const loadPreset = (name: string): ExperimentConfig => loadConfig(name, places).config;
  const { runs } = await recordedRunsIn(store);
  return { runs, missing: paperFigure(specOf(figure), runs, { loadPreset, showPath: (path) => path }).missing };
}

/** The config that a command trains. */
function configOf(command: string): ExperimentConfig {
  const words = [...command.matchAll(/(?:[^\s']|'[^']*')+/g)].map(([word]) => word.replaceAll("'", ''));
  const valuesOf = (option: string): string[] => words.filter((_, index) => words[index - 1] === option);
  return loadConfig(valuesOf('--config')[0], { ...places, overrides: valuesOf('--set') }).config;
}

const synthetic = { generator: 'runs/acgan-cifar10', fraction: 0.25, checksum: '0'.repeat(64) };
const sketch = { name: 'isda', lambda0: 1, covariance: 'sketch', rank: 8 };
const folder = { name: 'image-folder', dir: '/pets', imageSize: 32 };
const imagenet = { dataset: { name: 'imagenet', imageSize: 32 }, model: { name: 'imagenet-resnet', depth: 18 } };

/** What makes a store's first run unlike the paper's, the figure, and the number of its curves that can be made. */
const stores: readonly (readonly [what: string, figure: string, config: Record<string, unknown>, count: number])[] = [
  ['synthetic images', 'baselines', { dataset: { name: 'cifar10', synthetic } }, 9],
  ['a sketch and synthetic images', 'baselines', { dataset: { name: 'cifar10', synthetic }, loss: sketch }, 9],
  ['a sketch', 'baselines', { loss: sketch }, 9],
  ['a key of the same name', 'baselines', { loss: { name: 'large-margin', lambda0: 0.5, margin: 3 } }, 8],
  ['averages', 'baselines', { training: { ema: { decay: 0.9 }, epochs: 2 } }, 8],
  ['mixup, which some losses refuse', 'baselines', { augmentation: { mixup: { alpha: 0.2 } } }, 3],
  ['a network without dropout', 'baselines', { model: { name: 'imagenet-resnet', depth: 18 }, dataset: folder }, 6],
  ['ImageNet', 'baselines', imagenet, 6],
  ['mixup', '2', { augmentation: { mixup: { alpha: 0.2 } } }, 2],
  ['its own Cutout', '2', { augmentation: { cutout: { length: 4, fill: 'black' } } }, 5],
  ['AutoAugment without Cutout', '2', { augmentation: { autoaugment: true } }, 5],
  ['ImageNet', '2', imagenet, 5],
  ['CIFAR', '3', {}, 1],
  ['images of a folder', '3', { dataset: folder }, 1],
];

test.for(stores)('runs with %s: figure %s', async ([, figure, config, count], { folder: store }) => {
  makeStoredRun(store, { row: 'first', config: { training: { epochs: 2 }, ...config } });
  const { runs, missing } = await missingIn(figure, store);
  expect(missing.map(({ name }) => name)).toHaveLength(count);
  const made = missing.map(({ command }) => configOf(command));
  expect(made.map((each) => specOf(figure).nameOf(each))).toEqual(missing.map(({ name }) => name));
  const prints = [...runs.map((run) => run.config), ...made].map(fingerprint);
  expect(new Set(prints).size).toBe(prints.length);
  const commonOf = (each: ExperimentConfig) => settingsKey(settingsWithoutSeed(each), specOf(figure).varied);
  expect(new Set([...runs.map((run) => run.config), ...made].map(commonOf)).size).toBe(1);
  made.forEach((each, index) => makeStoredRun(store, { row: `made-${index}`, config: each }));
  expect((await missingIn(figure, store)).missing).toEqual([]);
});

test('what is no method of the figure stays as in the run', async ({ folder: store }) => {
  const weights = join(store, 'first.safetensors');
  writeFileSync(weights, 'weights');
  const model = `{name: wrn, depth: 10, width: 2, dropout: 0.1, weights: '${weights}', head: fresh, freeze: [conv1]}`;
  const { config } = loadConfig('resnet32-cifar10-basic', { ...places, overrides: [`model=${model}`] });
  makeStoredRun(store, { row: 'first', config });
  const [run] = (await recordedRunsIn(store)).runs;
  const { missing } = await missingIn('baselines', store);
  expect(missing.map(({ name }) => name)).toEqual(['ISDA', 'large margin', 'DisturbLabel', 'focal', 'center', 'L_q']);
  for (const { command } of missing) expect(configOf(command)).toMatchObject({ model: run.config.model });
});

test('a run that has Cutout has its length in the other curve too', async ({ folder: store }) => {
  const cutout = { length: 4, fill: 'black' };
  makeStoredRun(store, { row: 'first', config: { augmentation: { cutout } } });
  const { missing } = await missingIn('2', store);
  const { command } = missing.find(({ name }) => name === 'ISDA + Cutout')!;
  expect(configOf(command).augmentation).toMatchObject({ cutout });
});
