// The paper's figures from fake runs: the runs of each curve, missing runs, the drawing.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import type { ExperimentConfig } from '../../../src/config/schema.js';
import { drawFigure, paperFigure } from '../../../src/report/figures/paper-figure.js';
import { figureSpecs } from '../../../src/report/figures/spec.js';
import { projectRoot } from '../../config/support.js';
import { makeStoredRun, recordedRunsIn } from '../../support/stores.js';
import { test } from '../../temporary-folder.js';

const places = { configsDirectory: join(projectRoot, 'configs'), workingDirectory: projectRoot };
const loadPreset = (name: string): ExperimentConfig => loadConfig(name, places).config;
const specOf = (name: string) => figureSpecs.find((spec) => spec.name === name)!;
const figureOf = async (name: string, store: string, only?: string) =>
  paperFigure(specOf(name), (await recordedRunsIn(store)).runs, {
    loadPreset,
    showPath: (path) => path,
    only,
  });
const curvesOf = (figure: Awaited<ReturnType<typeof figureOf>>) =>
  figure.panels.map(({ curves }) => curves.map(({ name, seeds }) => `${name}: ${seeds}`));

describe('figure 2', () => {
  test('finds its six curves by their configs, with the seeds of each, and nothing else', async ({ folder }) => {
    for (const name of ['basic', 'isda', 'cutout-basic', 'cutout-isda', 'autoaugment-basic', 'autoaugment-isda']) {
      for (const seed of [1, 2, 3]) {
        makeStoredRun(folder, { row: name, seed, config: loadPreset(`wrn28-10-cifar100-${name}`) });
      }
    }
    makeStoredRun(folder, { row: 'other-network', config: loadPreset('resnet110-cifar100-basic') });
    makeStoredRun(folder, { row: 'other-data', config: loadPreset('wrn28-10-cifar10-basic') });
    makeStoredRun(folder, { row: 'other-loss', config: loadPreset('wrn28-10-cifar100-focal') });
    const figure = await figureOf('2', folder);
    expect(curvesOf(figure)).toEqual([
      ['basic', 'ISDA', 'basic + Cutout', 'ISDA + Cutout', 'basic + AutoAugment', 'ISDA + AutoAugment'].map(
        (name) => `${name}: 3 seeds`,
      ),
    ]);
    expect(figure.panels[0]).toMatchObject({ paper: true, title: 'WRN-28-10, CIFAR-100, 240 epochs' });
    expect(figure.missing).toEqual([]);
    const svg = drawFigure(figure);
    expect(svg).toContain('>ISDA + AutoAugment (3 seeds)<');
    expect(svg).toContain('± sample standard deviation');
    expect(svg).not.toContain('No completed epoch yet');
  });

  test('names what is missing and the config that makes it', async ({ folder }) => {
    makeStoredRun(folder, { row: 'isda', config: loadPreset('wrn28-10-cifar100-isda') });
    const figure = await figureOf('2', folder);
    expect(figure.missing.map(({ command }) => command)).toEqual(
      ['basic', 'cutout-basic', 'cutout-isda', 'autoaugment-basic', 'autoaugment-isda'].map(
        (name) => `isda train --config wrn28-10-cifar100-${name} --seed 1`,
      ),
    );
    expect(drawFigure(figure).replaceAll(/<[^>]+>|\n/g, ' ')).toContain('No completed epoch yet: basic; basic + Cutout;');
  });

  test('a run with other settings is not a seed of the paper\'s curve', async ({ folder }) => {
    const isda = loadPreset('wrn28-10-cifar100-isda');
    makeStoredRun(folder, { row: 'isda', seed: 1, config: isda });
    makeStoredRun(folder, { row: 'short', seed: 2, config: { ...isda, training: { ...isda.training, epochs: 200 } } });
    makeStoredRun(folder, { row: 'stronger', seed: 3, config: { ...isda, loss: { ...isda.loss, lambda0: 1 } } });
    const figure = await figureOf('2', folder);
    expect(curvesOf(figure)).toEqual([['ISDA (lambda0 0.5): 1 seed', 'ISDA (lambda0 1): 1 seed']]);
    const store = join(folder, 'stronger');
    makeStoredRun(store, { row: 'stronger', config: { ...isda, loss: { ...isda.loss, lambda0: 1 } } });
    const stronger = await figureOf('2', store);
    expect(curvesOf(stronger)).toEqual([['ISDA (lambda0 1): 1 seed']]);
    expect(stronger.missing.map(({ command }) => command)).toContain('isda train --config wrn28-10-cifar100-isda --seed 1');
  });
}); // prettier-ignore

describe('the notes below a figure', () => {
  test('do not call a run beside an incomplete one a mean, nor its band crowded', async ({ folder }) => {
    const config = loadPreset('resnet110-cifar10-basic');
    makeStoredRun(folder, { row: 'basic', config });
    makeStoredRun(folder, { row: 'basic', seed: 2, config, epochs: 30, state: 'stopped' });
    makeStoredRun(folder, { row: 'basic', seed: 3, config, epochs: 10, state: 'stopped' });
    const figure = await figureOf('baselines', folder);
    expect(curvesOf(figure)).toEqual([['basic: 1 seed; seeds 2, 3 to epoch 30, 10 of 160, thin']]);
    expect(drawFigure(figure)).not.toMatch(/mean over the seeds|too many/);
  });

  test('the legend names failed runs, and no curve is made of them alone', async ({ folder }) => {
    const failed = { epochs: 0, state: 'failed', reason: 'train_loss is NaN' } as const;
    for (const seed of [1, 2])
      makeStoredRun(folder, { row: 'isda', seed, config: loadPreset('resnet110-cifar10-isda') });
    makeStoredRun(folder, { row: 'isda', seed: 3, config: loadPreset('resnet110-cifar10-isda'), ...failed });
    makeStoredRun(folder, { row: 'basic', config: loadPreset('resnet110-cifar10-basic'), ...failed });
    makeStoredRun(folder, { row: 'basic', config: loadPreset('resnet110-cifar100-basic'), ...failed });
    const figure = await figureOf('baselines', folder);
    expect(curvesOf(figure)).toEqual([['ISDA: 2 seeds; seed 3 failed before the end of epoch 1']]);
    expect(drawFigure(figure)).toContain('seed 3 failed');
    // The band is that of the two complete runs.
    expect(drawFigure(figure)).toContain('Bands: from one seed to the other.');
  });

  test('say that errors are cut off only where some are above --y-max', async ({ folder }) => {
    makeStoredRun(folder, { row: 'basic', config: loadPreset('resnet110-cifar10-basic') });
    const figure = await figureOf('baselines', folder);
    expect(drawFigure(figure, { yMax: 100 })).not.toContain('are cut off');
    expect(drawFigure(figure, { yMax: 60 })).toContain('Errors of early epochs above the axis are cut off.');
    // The lowest error is 20: nothing of the curve is left.
    expect(drawFigure(figure, { yMax: 15 })).toContain('Errors above the axis are cut off.');
    // The axis ends at a round number above the highest error.
    expect(drawFigure(figure, { yMax: 89 })).not.toContain('are cut off');
  });
});

describe('figure 3', () => {
  test('draws training and test error of both losses', async ({ folder }) => {
    makeStoredRun(folder, { row: 'basic', config: loadPreset('resnet152-imagenet-basic') });
    makeStoredRun(folder, { row: 'isda', config: loadPreset('resnet152-imagenet-isda') });
    const figure = await figureOf('3', folder);
    expect(figure.missing).toEqual([]);
    const svg = drawFigure(figure);
    for (const label of ['basic, training', 'basic, test', 'ISDA, training', 'ISDA, test'])
      expect(svg).toContain(`>${label} (1 seed)<`);
    expect(svg).toContain('>error (%)<');
  });

  test('names the held-out images that its runs were evaluated on', async ({ folder }) => {
    for (const row of ['basic', 'isda']) {
      const config = loadPreset(`resnet152-imagenet-${row}`);
      makeStoredRun(folder, { row, config: { ...config, dataset: { ...config.dataset, holdout: 5000 } } });
    }
    const svg = drawFigure(await figureOf('3', folder));
    expect(svg).toContain('>Training and holdout error with and without ISDA<');
    expect(svg).toContain('>ISDA, holdout (1 seed)<');
    expect(svg).not.toContain(', test (');
  });
});

describe('figure baselines', () => {
  test('one panel a data set, in the style of each method in both', async ({ folder }) => {
    for (const dataset of ['cifar10', 'cifar100'])
      for (const method of ['lq', 'basic', 'isda-dropout'])
        makeStoredRun(folder, { row: `${dataset}-${method}`, config: loadPreset(`resnet110-${dataset}-${method}`) });
    const figure = await figureOf('baselines', folder);
    const names = ['basic: 1 seed', 'ISDA + dropout: 1 seed', 'L_q: 1 seed'];
    expect(curvesOf(figure)).toEqual([names, names]);
    expect(figure.panels.map(({ title }) => title)).toEqual([
      'ResNet-110, CIFAR-10, 160 epochs',
      'ResNet-110, CIFAR-100, 160 epochs',
    ]);
    expect(figure.missing).toHaveLength(12);
    expect(drawFigure(figure).match(/>L_q \(1 seed\)</g)).toHaveLength(1);
  });

  test('a name stands for the same settings in all panels, unless they are those of the paper', async ({ folder }) => {
    const isda = (lambda0: number, epochs: number, covariance = 'full') =>
      makeStoredRun(folder, { row: `isda${lambda0}-${epochs}-${covariance}`, config: { loss: { name: 'isda', lambda0, covariance }, training: { epochs } } });
    isda(0.5, 20);
    isda(0.5, 20, 'diagonal');
    isda(0.5, 30);
    isda(1, 30, 'diagonal');
    makeStoredRun(folder, { row: 'basic-20', config: { training: { epochs: 20 } } });
    makeStoredRun(folder, { row: 'basic-30', config: { training: { epochs: 30 } } });
    const [short, long] = curvesOf(await figureOf('baselines', folder)).map((curves) => curves.sort());
    expect(short).toEqual(['ISDA, diagonal (lambda0 0.5): 1 seed', 'ISDA: 1 seed', 'basic: 1 seed']);
    expect(long).toEqual(['ISDA, diagonal (lambda0 1): 1 seed', 'ISDA: 1 seed', 'basic: 1 seed']);
    isda(1, 20);
    const again = curvesOf(await figureOf('baselines', folder)).flat();
    for (const name of ['ISDA (lambda0 0.5): 1 seed', 'ISDA (lambda0 1): 1 seed']) expect(again).toContain(name);
    expect(again).not.toContain('ISDA: 1 seed');
  }); // prettier-ignore

  test('commands that make what several panels lack differ in their folders and take the values of the data set', async ({
    folder,
  }) => {
    const short = { ...loadPreset('resnet110-cifar10-basic'), experiment: 'short' };
    for (const epochs of [20, 30]) {
      const config = { ...short, training: { ...short.training, epochs } };
      makeStoredRun(folder, { row: `short-${epochs}`, config, epochs });
    }
    const { missing } = await figureOf('2', folder);
    const of = (option: string): string[] =>
      missing.map(({ command }) => command.split(` --${option} `)[1].split(' ')[0]);
    expect(missing.length).toBeGreaterThan(6);
    expect(new Set(of('out')).size).toBe(missing.length);
    // 16 for CIFAR-10, 8 for CIFAR-100 (Cutout's paper).
    const lengths = missing.flatMap(({ command }) => /cutout\S*length=(\d+)/.exec(command)?.[1] ?? []);
    expect(lengths.length).toBeGreaterThan(0);
    expect(new Set(lengths)).toEqual(new Set(['16']));
  });

  test('another protocol: its own settings, and what it lacks as changes of its runs', async ({ folder }) => {
    const { runs } = await recordedRunsIn(join(projectRoot, 'results/tenth/store/cifar10'));
    const showPath = (path: string) => path.replace(`${projectRoot}/`, '').replace(projectRoot, '');
    const figure = paperFigure(specOf('baselines'), runs, { loadPreset, showPath });
    expect(figure.panels).toHaveLength(1);
    expect(figure.panels[0]).toMatchObject({
      paper: false,
      title: 'ResNet-32, CIFAR-10 (5000 training images), 160 epochs',
    });
    const names = figure.panels[0].curves.map(({ name }) => name);
    expect(names).toEqual(['basic', 'ISDA (lambda0 0.75)', 'ISDA (lambda0 0.5)']);
    const dropout = figure.missing.find(({ name }) => name === 'ISDA + dropout')!;
    expect(dropout.command).toMatch(
      /^isda train --config \S*results\/tenth\/store\/cifar10\/\S+-basic-seed\d\/config.yaml /,
    );
    const sets = [...dropout.command.matchAll(/--set (\S+)/g)].map(([, set]) => set);
    const made = loadConfig(/--config (\S+)/.exec(dropout.command)![1], { ...places, overrides: sets }).config;
    expect(specOf('baselines').nameOf(made)).toBe('ISDA + dropout');
    expect(made.dataset).toMatchObject({ subset: 5000 });
    // Once the run exists, it is no longer listed as missing.
    makeStoredRun(folder, { row: 'made', config: made });
    const with_ = [...runs, ...(await recordedRunsIn(folder)).runs];
    const again = paperFigure(specOf('baselines'), with_, { loadPreset, showPath });
    expect(again.missing.map(({ name }) => name)).not.toContain('ISDA + dropout');
  });

  test('--only chooses among all panels; nothing to draw and too much are errors', async ({ folder }) => {
    const small = { model: { name: 'resnet', depth: 20 } };
    makeStoredRun(folder, { row: 'paper', config: loadPreset('resnet110-cifar10-basic') });
    makeStoredRun(folder, { row: 'small', config: small });
    expect((await figureOf('baselines', folder)).panels.map(({ paper }) => paper)).toEqual([true]);
    expect((await figureOf('baselines', folder, 'resnet-20')).panels.map(({ title }) => title)).toEqual([
      'ResNet-20, CIFAR-10, 20 epochs',
    ]);
    await expect(figureOf('baselines', folder, 'nothing')).rejects.toThrow('no title of a panel contains "nothing"');
    const store = join(folder, 'many');
    for (const depth of [8, 14, 20, 26, 32, 38, 44])
      makeStoredRun(store, { row: `depth${depth}`, config: { model: { name: 'resnet', depth } } });
    await expect(figureOf('baselines', store)).rejects.toThrow('7 panels');
    makeStoredRun(join(folder, 'begun'), { row: 'begun', epochs: 0, state: 'stopped' });
    await expect(figureOf('baselines', join(folder, 'begun'))).rejects.toThrow('none of the runs');
  });
});
