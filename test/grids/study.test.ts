// Studies and variants: the configs of rows, and the locations of errors.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gridCells } from '../../src/grids/rows.js';
import { loadStudy } from '../../src/grids/study.js';
import { variantNames, withVariant } from '../../src/grids/variants.js';
import { trainingOptions } from '../../src/training/options.js';
import { projectRoot } from '../config/support.js';
import { someConfig } from '../support/cells.js';
import { test } from '../temporary-folder.js';

const configsDirectory = join(projectRoot, 'configs');
const load = (folder: string, text: string, overrides: readonly string[] = []) => {
  writeFileSync(join(folder, 'study.yaml'), text);
  return loadStudy('study.yaml', { configsDirectory, workingDirectory: folder, overrides });
};

describe('loadStudy', () => {
  test('lays the changes of the study and of the row on the config, and --set on all', ({ folder }) => {
    writeFileSync(join(folder, 'own.yaml'), 'training: {epochs: 7}\nloss: {name: isda, lambda0: 0.3}');
    const study = load(
      folder,
      `study: s
config: own.yaml
set: {training: {batchSize: 16, epochs: 6}}
rows:
  - name: own
  - {name: focal, set: {loss: {name: focal, gamma: 2}, training: {epochs: 5}}}
  - {name: other, config: tiny-isda-diagonal}`,
      ['optimizer.momentum=0.5'],
    );
    expect(study.seeds).toEqual([1, 2, 3]);
    const rows = study.rows.map(({ name, config: { loss, training, optimizer } }) => [
      ...[name, loss.name, training.epochs, training.batchSize, optimizer.name === 'sgd' && optimizer.momentum],
    ]);
    expect(rows).toEqual([
      ['own', 'isda', 6, 16, 0.5],
      ['focal', 'focal', 5, 16, 0.5],
      ['other', 'isda', 6, 16, 0.5],
    ]);
    expect(study.rows[1].config.loss).toEqual({ name: 'focal', alpha: 0.5, gamma: 2 });
    expect(study.rows[2].config.loss).toMatchObject({ covariance: 'diagonal' });
  });

  test.for([
    ['seeds: 2', [1, 2]],
    ['firstSeed: 6', [6, 7, 8]],
    ['firstSeed: 0\nseeds: 1', [0]],
  ] as const)('with %s has the seeds %j', ([text, seeds], { folder }) => {
    expect(load(folder, `study: s\nconfig: tiny-isda\n${text}\nrows: [{name: a}]\n`).seeds).toEqual(seeds);
  });

  test('has only seeds that a config may have', ({ folder }) => {
    const text = 'study: s\nconfig: tiny-isda\nfirstSeed: 4294957295\nseeds: 10000\nrows: [{name: a}]\n';
    const last = load(folder, text).seeds.at(-1);
    expect(last).toBe(4_294_967_294);
    expect(trainingOptions.shape.seed.safeParse(last).success).toBe(true);
  });

  test('drops what is null in the study or the row', ({ folder }) => {
    const text = `study: s
config: own.yaml
set: {dataset: {subset: ~}}
rows:
  - {name: all, config: null, set: {loss: null}}
  - {name: some, set: {dataset: {subset: 50}}}
`;
    writeFileSync(join(folder, 'own.yaml'), 'dataset: {name: cifar10, subset: 100}\nloss: {name: isda}\n');
    const [all, some] = load(folder, text).rows;
    expect(all.config).toMatchObject({ dataset: { name: 'cifar10' }, loss: { name: 'cross-entropy' } });
    expect(all.config.dataset).not.toHaveProperty('subset');
    expect(some.config.dataset).toMatchObject({ subset: 50 });
  });

  test('has modules relative to the study, and those of --set to the working directory', ({ folder }) => {
    mkdirSync(join(folder, 'studies'));
    const text = 'study: s\nconfig: tiny-isda\nrows: [{name: a, set: {loss: {name: custom, module: ./loss.js}}}]\n';
    writeFileSync(join(folder, 'studies/study.yaml'), text);
    const rows = (...overrides: string[]) =>
      loadStudy('studies/study.yaml', { configsDirectory, workingDirectory: folder, overrides }).rows;
    expect(rows()[0].config.loss).toMatchObject({ module: join(folder, 'studies/loss.js') });
    expect(rows('loss.module=loss.js')[0].config.loss).toMatchObject({ module: join(folder, 'loss.js') });
  });

  test('names the place of a mistake in a row', ({ folder }) => {
    const text = 'study: s\nconfig: tiny-isda\nrows:\n  - name: a\n    set: {loss: {lambda0: -1}}\n';
    expect(() => load(folder, text)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/: loss.lambda0: expected a number of at least 0, got -1$/) as string,
        place: expect.stringMatching(/^study.yaml:5:27\n/) as string,
        kind: 'usage',
      }),
    );
  });

  test.for([
    ['rows: []', 'rows: expected a list'],
    ['', 'rows is missing'],
    ['seeds: 0\nrows: [{name: a}]', 'seeds: expected an integer from 1 to 10000, got 0'],
    ['firstSeed: -1\nrows: [{name: a}]', 'firstSeed: expected an integer from 0 to 4294957295, got -1'],
    ['rows: [{name: a b}]', 'rows[0].name: expected letters, digits, dots, dashes and underscores'],
    ['rows: [{name: a, sett: {}}]', 'unknown key rows[0].sett'],
    [
      'set: {training: {seed: 7}}\nrows: [{name: a}]',
      'training.seed cannot be set here: `seeds` and `firstSeed` set it',
    ],
    ['rows: [{name: a, set: {output: {dir: x}}}]', 'output.dir cannot be set here: runs are written to the store'],
    ['rows: [{name: a, set: {experiment: x}}]', 'experiment cannot be set here: runs are named after the study'],
    ['rows: [{name: a, set: 1}]', 'rows[0].set: expected a map of any keys, got 1'],
  ])('refuses %s', ([text, message], { folder }) => {
    expect(() => load(folder, `study: s\nconfig: tiny-isda\n${text}\n`)).toThrow(
      `cannot use study study.yaml: ${message}`,
    );
  });

  test('refuses a file that is not there', ({ folder }) => {
    const places = { configsDirectory, workingDirectory: folder, overrides: [] };
    expect(() => loadStudy('no.yaml', places)).toThrow('cannot use study no.yaml: there is no such file');
  });
});

describe('gridCells', () => {
  const rows = ['a', 'b'].map((name) => ({
    name,
    config: { ...someConfig('x'), output: { ...someConfig('x').output, dir: 'd' } },
  }));

  it('are whole rounds of a seed, each an experiment of its own, without an output folder', () => {
    const cells = gridCells('g', rows, [4, 5]);
    expect(cells.map(({ row, config }) => [row, config.experiment, config.training.seed, config.output.dir])).toEqual([
      ['a', 'g-a', 4, undefined],
      ['b', 'g-b', 4, undefined],
      ['a', 'g-a', 5, undefined],
      ['b', 'g-b', 5, undefined],
    ]);
  });
  it('refuse two rows of one name', () => {
    expect(() => gridCells('g', [rows[0], rows[0]], [1])).toThrow('cannot create the grid g: two rows are called a');
  });
});

describe('withVariant', () => {
  const isda = { name: 'isda', lambda0: 0.5, covariance: 'full', rank: 32, schedule: 'iteration' };

  it('makes the six variants of Table 5', () => {
    const config = { ...someConfig('x'), loss: { name: 'cross-entropy' } as const };
    expect(variantNames.map((name) => withVariant(config, name).loss)).toEqual([
      { name: 'cross-entropy' },
      { ...isda, covariance: 'identity' },
      { ...isda, covariance: 'diagonal' },
      { ...isda, covariance: 'single' },
      { ...isda, schedule: 'constant' },
      isda,
      { ...isda, covariance: 'sketch' },
    ]);
  });
  it('keeps lambda0 and the growth of a config with ISDA, but no constant lambda', () => {
    const loss = { name: 'isda', lambda0: 7.5, covariance: 'diagonal', rank: 32 } as const;
    const config = { ...someConfig('x'), loss: { ...loss, schedule: 'epoch' as const } };
    expect(withVariant(config, 'single').loss).toEqual({ ...config.loss, covariance: 'single' });
    const constant = { ...config, loss: { ...loss, schedule: 'constant' as const } };
    expect(withVariant(constant, 'isda').loss).toEqual({ ...isda, lambda0: 7.5 });
  });
});
