// Every config under configs/: it loads, and its header has the command that runs it and the paper's number.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listConfigs, withoutExtension } from '../src/config/find.js';
import { loadConfig, loadGanConfig } from '../src/config/load.js';
import type { ExperimentConfig } from '../src/config/schema.js';
import { table5Variants, withVariant } from '../src/grids/variants.js';
import { ganOptions } from '../src/gan/options.js';
import { lossOptions } from '../src/losses/options.js';
import type { ModelOptions } from '../src/models/options.js';
import { createNetwork } from '../src/models/registry.js';
import { readPrintedNumbers } from '../src/report/tables/printed.js';
import { projectRoot } from './config/support.js';

const configsDirectory = join(projectRoot, 'configs');
const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const printed: Readonly<Record<string, unknown>> = readPrintedNumbers();
const load = (name: string) => loadConfig(name, { configsDirectory, workingDirectory: projectRoot }).config;

/** The comment lines before the first line of YAML, without their #. */
function headerOf(path: string): string[] {
  const lines = readFileSync(join(configsDirectory, path), 'utf8').split('\n');
  return lines
    .slice(
      0,
      lines.findIndex((line) => !line.startsWith('#')),
    )
    .map((line) => line.replace(/^# ?/, ''));
}

/** Walks a table by an address such as `resnet-32, cifar10, isda`: words that name a row, then keys of it. */
function lookUp(table: unknown, words: readonly string[]): unknown {
  return words.reduce((at: unknown, word) => {
    const rows = Array.isArray(at) ? (at as Record<string, unknown>[]) : undefined;
    const matching = rows?.filter((row) => Object.values(row).includes(word));
    if (matching) return matching.length === 1 ? matching[0] : matching;
    return (at as Record<string, unknown> | undefined)?.[word];
  }, table);
}

interface Printed {
  readonly mean: number;
  readonly std: number | null;
}

/** The text of a printed number in a header. */
const printedText = ({ mean, std }: Printed, address: string): string =>
  `${mean.toFixed(2)}${std === null ? '' : ` ± ${std.toFixed(2)}`} % test error (${address}), ${std === null ? 'one run' : 'over three seeds'}.`;

const numbers = /^Paper: ([\d.]+)(?: ± ([\d.]+))? % test error \(Table (\d), ([^)]+)\)/;
const topNumbers = /^Paper: ([\d.]+) % top-1 and ([\d.]+) % top-5 error \(Table 4, ([^)]+)\)/;
const isGan = (path: string): boolean => path.startsWith('gan/') || path === 'smoke/tiny-gan.yaml';
const paths = listConfigs(configsDirectory).filter((path) => !isGan(path));

describe.each(paths.filter((path) => path.startsWith('base/')))('configs/%s', (path) => {
  it('loads, and its header describes the base and has the command that prints it', () => {
    load(path);
    const header = headerOf(path);
    expect(header[1]).toMatch(/^A base: /);
    expect(header).toContain(`  isda config print ${withoutExtension(path)}`);
  });
});

const experiments = paths.filter((path) => !path.startsWith('base/'));
const nameOf = (path: string): string => withoutExtension(basename(path));

describe.each(experiments)('configs/%s', (path) => {
  const name = nameOf(path);
  const header = headerOf(path);

  it('loads by its name alone and names its experiment', () => {
    expect(load(name).experiment).toBe(name);
  });

  it('has a header with a description, the command and the number of the paper', () => {
    expect(header[0]).toMatch(/^[A-Z].{10,}[.:]$/);
    expect(header[1]).toMatch(
      new RegExp(`^ {2}isda train --config ${name}(\\.yaml)?( --(seed \\d+|set [\\w.]+=\\S+))*$`),
    );
    expect(header[2]).toMatch(/^Paper: /);
  });
});

describe("configs of the paper's tables", () => {
  it.each(experiments.filter((path) => /^table[1235]/.test(path)))(
    'configs/%s has the printed number of its table in its header',
    (path) => {
      const [, , line] = headerOf(path);
      const [, , , table, address] = numbers.exec(line) ?? [];
      expect(path.startsWith(`table${table}/`)).toBe(true);
      const found = lookUp(printed[`table${table}`], address.split(', ')) as Printed;
      expect(line).toContain(`Paper: ${printedText(found, `Table ${table}, ${address}`)}`);
    },
  );

  it.each(experiments.filter((path) => path.startsWith('table4/')))(
    'configs/%s has both printed numbers in its header, and the network and the loss of that row',
    (path) => {
      const [, top1, top5, address] = topNumbers.exec(headerOf(path)[2]) ?? [];
      const found = lookUp(printed.table4, address.split(', ')) as { top1: number; top5: number };
      expect([top1, top5]).toEqual([found.top1.toFixed(2), found.top5.toFixed(2)]);
      const [network, method] = address.split(', ');
      const { model, dataset, loss } = load(nameOf(path));
      expect(dataset.name).toBe('imagenet');
      expect(createNetwork(builtIn(model), { height: 224, width: 224, channels: 3, classes: 1000 }).name).toBe(network);
      const isda = { name: 'isda', lambda0: 7.5, covariance: 'diagonal', rank: 32, schedule: 'iteration' };
      expect(loss).toEqual(method === 'isda' ? isda : { name: 'cross-entropy' });
    },
  );

  it.each(experiments.filter((path) => /^table[123]\//.test(path)))(
    'configs/%s has the network, data set, augmentation and loss of its printed number',
    (path) => {
      const words = (numbers.exec(headerOf(path)[2])?.[4] ?? '').split(', ');
      const [network, dataset, ...rest] = path.startsWith('table3/') ? [...words.slice(1), words[0]] : words;
      const method = rest.at(-1)!;
      const config = load(nameOf(path));
      expect(createNetwork(builtIn(config.model), { height: 32, width: 32, channels: 3, classes: 10 }).name).toBe(
        network,
      );
      const generated = path.startsWith('table3/') && ganNames.includes(method);
      const synthetic = { generator: `runs/${method}-${dataset}-seed1`, fraction: 0.1667, images: 50_000, seed: 1 };
      expect(config.dataset).toEqual({ name: dataset, holdout: 0, ...(generated ? { synthetic } : {}) });
      const lossName = generated ? 'cross-entropy' : method.replace('+dropout', '').replace('basic', 'cross-entropy');
      const weakened = path.endsWith('resnet110-cifar100-disturb-label.yaml');
      const settings = { name: lossName, ...(weakened ? { noiseRate: 0.1 } : {}) };
      expect(config.loss).toEqual(lossOptions.parse(settings));
      const dropout = { 'resnet-110': method.endsWith('+dropout') ? 0.3 : 0, 'wrn-28-10': 0.3 }[network];
      if (dropout !== undefined) expect(config.model).toMatchObject({ dropout });
      expect(config.augmentation).toEqual({
        padCrop: { padding: 4, mode: 'reflect' },
        flip: true,
        mixup: false,
        cutmix: false,
        ...strongAugmentation(dataset, rest.length === 2 ? rest[0] : undefined),
      });
    },
  );
});

describe.each(listConfigs(configsDirectory).filter(isGan))('configs/%s', (path) => {
  const name = withoutExtension(basename(path));
  const places = { configsDirectory, workingDirectory: projectRoot };

  it('loads by its name alone and names its experiment', () => {
    const { experiment, gan, dataset } = loadGanConfig(name, places).config;
    expect(experiment).toBe(name);
    if (path.startsWith('gan/')) expect(name).toMatch(new RegExp(`^${gan.name}-${dataset.name}(-all)?$`));
  });

  it('has a header with a description, the command and its use in the paper', () => {
    const header = headerOf(path);
    expect(header[0]).toMatch(/^[A-Z].{10,}[.:]$/);
    expect(header[1]).toMatch(new RegExp(`^ {2}isda gan train --config ${name}( --(seed \\d+|set [\\w.]+=\\S+))*$`));
    expect(header[2]).toMatch(/^Paper: /);
  });
});

it('configs of generators have the settings of section 5 of the paper', () => {
  const section = (name: string) => {
    const { gan, training } = loadGanConfig(name, { configsDirectory, workingDirectory: projectRoot }).config;
    return { ...gan, batchSize: training.batchSize };
  };
  const adam = { learningRate: 2e-4, beta1: 0.5, noise: 100 };
  const wgan = { name: 'wgan', noise: 100, learningRate: 5e-5, clip: 0.01, criticSteps: 5, batchSize: 64 };
  expect(section('wgan-cifar10')).toMatchObject({ ...wgan, perClass: true });
  expect(section('wgan-cifar10-all')).toMatchObject({ ...wgan, perClass: false });
  for (const dataset of ['cifar10', 'cifar100']) {
    expect(section(`cgan-${dataset}`)).toMatchObject({ ...adam, name: 'cgan' });
    const acgan = { generatorWidth: 48, discriminatorWidth: 16, dropout: 0.5 };
    expect(section(`acgan-${dataset}`)).toMatchObject({ ...adam, ...acgan, name: 'acgan' });
    // Selected on CIFAR-10 (docs/gan.md); the published rate on CIFAR-100.
    const generatorLearningRate = dataset === 'cifar10' ? 2e-4 : 1e-3;
    const infogan = { codes: 2, categoricalWeight: 1, continuousWeight: 0.1, generatorLearningRate };
    expect(section(`infogan-${dataset}`)).toMatchObject({ ...adam, ...infogan, name: 'infogan' });
  }
});

/** Rows of Table 3 that train on synthetic images too. */
const ganNames: readonly string[] = ganOptions.options.map((option) => option.shape.name.value);

/** The augmentation that Table 2 adds to the standard one; Table 1 adds none. */
function strongAugmentation(dataset: string, name: string | undefined) {
  const cutout = (length: number) => ({ length, fill: 'mean' });
  if (name === undefined) return { autoaugment: false, cutout: false };
  if (name === 'cutout') return { autoaugment: false, cutout: cutout(dataset === 'cifar10' ? 16 : 8) };
  expect(name).toBe('autoaugment');
  return { autoaugment: true, cutout: cutout(16) };
}

/** The model section as a built-in network. Errors: it is a custom network, which no table of the paper has. */
function builtIn(model: ExperimentConfig['model']): ModelOptions {
  if (model.name === 'custom') throw new Error('a table names a network of the user');
  return model;
}

/**
 * How supplement B trains a family: epochs, batch, rate, epochs at which it falls (none: cosine), by what, weight
 * decay.
 */
const recipes: Partial<
  Record<ModelOptions['name'], readonly [number, number, number, readonly number[], number, number]>
> = {
  resnet: [160, 128, 0.1, [80, 120], 0.1, 1e-4],
  'se-resnet': [200, 128, 0.1, [80, 120, 160], 0.1, 1e-4],
  wrn: [240, 128, 0.1, [60, 120, 160, 200], 0.2, 5e-4],
  resnext: [350, 128, 0.05, [150, 225, 300], 0.1, 5e-4],
  'densenet-bc': [300, 64, 0.1, [150, 200, 250], 0.1, 1e-4],
  'shake-shake': [1800, 64, 0.1, [], 1, 1e-4],
  'imagenet-resnet': [120, 256, 0.1, [31, 61, 91], 0.1, 1e-4],
  'imagenet-resnext': [120, 256, 0.1, [31, 61, 91], 0.1, 1e-4],
  pyramidnet: [1800, 128, 0.1, [], 1, 1e-4],
};

const whole = { covariance: 'full', rank: 32, schedule: 'iteration' };
const variances = { ...whole, covariance: 'diagonal' };

const families = Object.keys(recipes).filter((name) => paths.includes(`base/${name}.yaml`));

it('every family but the one with the base of another has a base', () => {
  expect(Object.keys(recipes).filter((name) => !families.includes(name))).toEqual(['imagenet-resnext']);
});

it.each([
  ...paths.filter((path) => /^(table[12345]\/|figure4\/|[^/]*$)/.test(path)),
  ...families.map((name) => `base/${name}.yaml`),
])('%s has the training settings of supplement B', (path) => {
  const { dataset, model, schedule, optimizer, training, loss } = load(path);
  const [epochs, batchSize, learningRate, milestones, factor, weightDecay] = recipes[builtIn(model).name]!;
  expect(schedule).toEqual(milestones.length > 0 ? { name: 'step', milestones, factor } : { name: 'cosine' });
  expect(optimizer).toEqual({ name: 'sgd', learningRate, momentum: 0.9, nesterov: true, weightDecay });
  expect(training).toMatchObject({ epochs, batchSize });
  if (loss.name !== 'isda') return;
  const isImagenet = dataset.name === 'imagenet';
  expect(loss).toMatchObject({ lambda0: isImagenet ? 7.5 : 0.5 });
  if (!path.startsWith('table5/')) expect(loss).toMatchObject(isImagenet ? variances : whole);
});

it.each(paths.filter((path) => !path.includes('/')))('%s has the printed number of its network with ISDA', (path) => {
  const { dataset, model } = load(path);
  const [, , line] = headerOf(path);
  const shape = dataset.name === 'imagenet' ? { height: 224, width: 224 } : { height: 32, width: 32 };
  const network = createNetwork(builtIn(model), { ...shape, channels: 3, classes: 10 }).name;
  if (dataset.name === 'imagenet') {
    const { top1, top5 } = lookUp(printed.table4, [network, 'isda']) as { top1: number; top5: number };
    const address = `(Table 4, ${network}, isda), one run.`;
    expect(line).toBe(`Paper: ${top1.toFixed(2)} % top-1 and ${top5.toFixed(2)} % top-5 error ${address}`);
    return;
  }
  const found = lookUp(printed.table1, [network, dataset.name, 'isda']) as Printed | undefined;
  if (!Array.isArray(found) && found !== undefined) {
    expect(line).toBe(`Paper: ${printedText(found, `Table 1, ${network}, ${dataset.name}, isda`)}`);
  } else expect(line).toMatch(/^Paper: no number; Table 2 /);
});

it('the losses of Table 3 have the settings of supplement B', () => {
  const settings = {
    'large-margin': { margin: 2, lambda0: 1000, lambdaDecay: 1e-5, lambdaPower: 45, lambdaMin: 0 },
    'disturb-label': { noiseRate: 0.05 },
    focal: { alpha: 0.5, gamma: 1 },
    center: { weight: 0.003, centerLearningRate: 0.5 },
    lq: { q: 0.4, truncation: 0 },
  };
  for (const [name, values] of Object.entries(settings)) {
    for (const network of ['resnet110', 'wrn28-10']) {
      for (const dataset of ['cifar10', 'cifar100']) {
        const weakened = name === 'disturb-label' && network === 'resnet110' && dataset === 'cifar100';
        expect(load(`${network}-${dataset}-${name}`).loss).toEqual({
          name,
          ...values,
          ...(weakened ? { noiseRate: 0.1 } : {}),
        });
      }
    }
  }
});

/** Every number of a table, by the address that a config's header gives. */
function addressesOf(table: unknown, words: readonly string[] = []): string[] {
  if (typeof table !== 'object' || table === null) return [];
  if ('mean' in table || 'top1' in table) return [words.join(', ')];
  if (Array.isArray(table)) {
    return table.flatMap(({ network, dataset, ...row }: Record<string, unknown>) =>
      addressesOf(
        row,
        [network, dataset].filter((word): word is string => typeof word === 'string'),
      ),
    );
  }
  return Object.entries(table).flatMap(([key, value]) => addressesOf(value, [...words, key]));
}

it.each([
  ['table1', 32],
  ['table2', 24],
  ['table4', 6],
])('%s has one config for each of its %i numbers', (table, count) => {
  const own = paths.filter((path) => path.startsWith(`${table}/`));
  const found = own.map((path) => {
    const line = headerOf(path)[2];
    return numbers.exec(line)?.[4] ?? topNumbers.exec(line)?.[3] ?? '';
  });
  const expected = addressesOf(printed[table]);
  expect(expected).toHaveLength(count);
  expect(found.toSorted()).toEqual(expected.toSorted());
});

it('table3 has one config for each of its 46 numbers, except the 8 that Table 1 has too', () => {
  const own = paths.filter((path) => path.startsWith('table3/'));
  const found = own.map((path) => numbers.exec(headerOf(path)[2])?.[4] ?? '');
  const rows = printed.table3 as readonly Record<string, unknown>[];
  const expected = rows.flatMap(({ method, ...row }) => addressesOf(row, [String(method)]));
  expect(expected).toHaveLength(46);
  const elsewhere = ['cifar10', 'cifar100'].flatMap((dataset) => [
    `basic, resnet-110, ${dataset}`,
    `isda, resnet-110, ${dataset}`,
    `basic+dropout, wrn-28-10, ${dataset}`,
    `isda+dropout, wrn-28-10, ${dataset}`,
  ]);
  expect([...found, ...elsewhere].toSorted()).toEqual(expected.toSorted());
});

describe.each(['cifar10', 'cifar100'])("table5's configs of %s", (dataset) => {
  it.each(table5Variants)(
    "%s is the config of Table 1's WRN-28-10 with the variant of the loss that `isda ablate` makes",
    (variant) => {
      const own = ['basic', 'isda'].includes(variant) ? `ablation-${variant}` : variant;
      const path = `table5/wrn28-10-${dataset}-${own}`;
      expect(headerOf(`${path}.yaml`)[2]).toContain(`(Table 5, ${variant}, ${dataset})`);
      const config = load(path);
      const ablated = withVariant(load(`table1/wrn28-10-${dataset}-isda`), variant);
      expect(config).toEqual({ ...ablated, experiment: config.experiment });
    },
  );
});

const tables = join(projectRoot, '../shared/paper/tables.json');
it.runIf(existsSync(tables))('the printed numbers equal those of the paper', () => {
  expect(printed).toEqual(readJson(tables));
});
