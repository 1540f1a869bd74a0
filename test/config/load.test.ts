// Loading: names, extends, merging, --set.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadGanConfig } from '../../src/config/load.js';
import { folderOf, loadIn, messageOf } from './support.js';

describe('finding a config', () => {
  const files = {
    'configs/a/one.yaml': 'training: {epochs: 1}\n',
    'configs/a/twin.yaml': 'training: {epochs: 2}\n',
    'configs/b/twin.yaml': 'training: {epochs: 3}\n',
    'configs/top.yml': 'training: {epochs: 4}\n',
    'configs/deep/top.yaml': 'training: {epochs: 5}\n',
    'here/one.yaml': 'training: {epochs: 6}\n',
  };

  it.each([
    ['one', 1],
    ['one.yaml', 1],
    ['a/one', 1],
    ['a/twin.yaml', 2],
    ['b/twin', 3],
    ['top', 4],
    ['deep/top', 5],
    ['here/one', 6],
    ['./here/one.yaml', 6],
  ])('%s', (name, epochs) => {
    expect(loadIn(folderOf(files), name).config.training.epochs).toBe(epochs);
  });

  it('takes absolute paths', () => {
    const folder = folderOf(files);
    const path = join(folder, 'here/one.yaml');
    expect(loadIn('/', path)).toMatchObject({ files: [path], config: { training: { epochs: 6 } } });
  });

  it('refuses a name that two configs have', () => {
    expect(messageOf(folderOf(files), 'twin')).toBe(
      'error: cannot use config twin: 2 configs have that name\n  hint: write a/twin or b/twin',
    );
  });

  it('names the nearest known ones', () => {
    expect(messageOf(folderOf(files), 'twins')).toContain('hint: did you mean a/twin or b/twin?');
  });

  it.each([
    ['resnet32', 'resnet32-cifar10, resnet32-cifar100 or table1/resnet32-cifar10-isda'],
    ['ResNet-32', 'resnet32-cifar10, resnet32-cifar100 or table1/resnet32-cifar10-isda'],
    ['resnet32-cifr10', 'resnet32-cifar10 or resnet32-cifar100'],
    ['resnt', 'base/resnet'],
    ['base/rsnet', 'base/resnet'],
  ])('prefers experiments to what they extend: %s', (name, hint) => {
    const names = ['base/resnet', 'resnet32-cifar10', 'resnet32-cifar100', 'table1/resnet32-cifar10-isda'];
    const configs = folderOf(Object.fromEntries(names.map((path) => [`configs/${path}.yaml`, '{}'])));
    expect(messageOf(configs, name)).toContain(`hint: did you mean ${hint}?`);
  });

  it.each(['', 'here', 'here/', '.', '..', 'a\0b', '../x', '/', 'here/one.yaml/x', 'x'.repeat(5000)])(
    'refuses %.20j',
    (name) => {
      expect(messageOf(folderOf(files), name)).toMatch(/^error: cannot use config /);
    },
  );
});

describe('the path of a module', () => {
  const files = {
    'base/b.yaml': 'loss: {name: custom, module: ./loss.js}\n',
    'sub/c.yaml': 'extends: ../base/b.yaml\nmodel: {name: custom, module: ./net.js}\n',
    'sub/d.yaml': 'extends: ../base/b.yaml\nloss: {module: ../own/loss.js}\n',
  };

  it('starts from the folder of the file that it stands in', () => {
    const folder = folderOf(files);
    const { loss, model } = loadIn(folder, 'sub/c.yaml').config;
    expect([loss, model]).toMatchObject([
      { module: join(folder, 'base/loss.js') },
      { module: join(folder, 'sub/net.js') },
    ]);
    expect(loadIn(folder, 'sub/d.yaml').config.loss).toMatchObject({ module: join(folder, 'own/loss.js') });
  });

  it('starts from the working directory in --set', () => {
    const folder = folderOf(files);
    const { loss, dataset } = loadIn(folder, 'sub/c.yaml', [
      'loss.module=mine/loss.js',
      'dataset={name: custom, module: data.js}',
    ]).config;
    const expected = [{ module: join(folder, 'mine/loss.js') }, { module: join(folder, 'data.js') }];
    expect([loss, dataset]).toMatchObject(expected);
  });
});

describe('extends', () => {
  it('merges maps, replaces lists and scalars, and lets later files count', () => {
    const folder = folderOf({
      'x.yaml': 'extends: [one.yaml, two.yaml]\nschedule: {milestones: [7]}\n',
      'one.yaml': 'schedule: {name: step, milestones: [1, 2], factor: 0.5}\ntraining: {epochs: 1, batchSize: 10}\n',
      'two.yaml': 'training: {epochs: 2}\n',
    });
    const { config, files } = loadIn(folder, 'x.yaml');
    expect(config.schedule).toEqual({ name: 'step', milestones: [7], factor: 0.5 });
    expect(config.training).toMatchObject({ epochs: 2, batchSize: 10 });
    expect(files).toEqual(['one.yaml', 'two.yaml', 'x.yaml'].map((file) => join(folder, file)));
  });

  it('drops the keys of a section that gets another name', () => {
    const folder = folderOf({
      'x.yaml': 'extends: one.yaml\nloss: {name: cross-entropy}\n',
      'one.yaml': 'loss: {name: isda, lambda0: 0.7}\n',
      'same.yaml': 'extends: one.yaml\nloss: {name: isda, covariance: single}\n',
    });
    expect(loadIn(folder, 'x.yaml').config.loss).toEqual({ name: 'cross-entropy' });
    expect(loadIn(folder, 'same.yaml').config.loss).toMatchObject({ lambda0: 0.7, covariance: 'single' });
  });

  it('takes an optimizer without a name for SGD, and drops its keys for another one', () => {
    const folder = folderOf({
      'base.yaml': 'optimizer: {learningRate: 0.3, momentum: 0.5}\n',
      'sgd.yaml': 'extends: base.yaml\noptimizer: {name: sgd, nesterov: false}\n',
      'adamw.yaml': 'extends: base.yaml\noptimizer: {name: adamw, beta1: 0.8}\n',
      'slower.yaml': 'extends: adamw.yaml\noptimizer: {learningRate: 1e-4}\n',
    });
    const optimizerOf = (name: string, overrides?: string[]) => loadIn(folder, name, overrides).config.optimizer;
    const sgd = { name: 'sgd', learningRate: 0.3, momentum: 0.5, nesterov: true, weightDecay: 1e-4 };
    const adamw = { name: 'adamw', learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };
    expect(optimizerOf('base.yaml')).toEqual(sgd);
    expect(optimizerOf('sgd.yaml')).toEqual({ ...sgd, nesterov: false });
    expect(optimizerOf('adamw.yaml')).toEqual({ ...adamw, beta1: 0.8 });
    expect(optimizerOf('slower.yaml')).toEqual({ ...adamw, beta1: 0.8, learningRate: 1e-4 });
    expect(optimizerOf('base.yaml', ['optimizer.name=adamw'])).toEqual(adamw);
    expect(optimizerOf('base.yaml', ['optimizer.learningRate=0.02', 'optimizer.name=adamw'])).toEqual({
      ...adamw,
      learningRate: 0.02,
    });
  });

  it('keeps the other keys of a section whose keys do not depend on its name', () => {
    const folder = folderOf({
      'x.yaml': 'extends: one.yaml\ndataset: {name: cifar100}\n',
      'one.yaml': 'dataset: {name: cifar10, subset: 10}\n',
    });
    expect(loadIn(folder, 'x.yaml').config.dataset).toEqual({ name: 'cifar100', subset: 10, holdout: 0 });
  });

  it('names an experiment after its own file, never after a base', () => {
    const folder = folderOf({
      'my run.yaml': 'extends: base.yaml\n',
      'given.yaml': 'extends: base.yaml\nexperiment: mine\n',
      'base.yaml': 'experiment: base-name\n',
    });
    expect(loadIn(folder, 'my run.yaml').config.experiment).toBe('my-run');
    expect(loadIn(folder, 'given.yaml').config.experiment).toBe('mine');
    expect(loadIn(folder, 'given.yaml', ['experiment=other']).config.experiment).toBe('other');
  });

  it('allows a base reached twice', () => {
    const folder = folderOf({
      'x.yaml': 'extends: [a.yaml, b.yaml]\n',
      'a.yaml': 'extends: c.yaml\n',
      'b.yaml': 'extends: c.yaml\n',
      'c.yaml': 'training: {epochs: 9}\n',
    });
    const { config, files } = loadIn(folder, 'x.yaml');
    expect(config.training.epochs).toBe(9);
    expect(files).toHaveLength(4);
  });

  it('refuses chains over 16 files and more than 100 files in all', () => {
    const chain = (length: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length }, (_, i) => [`f${i}.yaml`, i === length - 1 ? '{}' : `extends: f${i + 1}.yaml`]),
      );
    expect(loadIn(folderOf(chain(17)), 'f0.yaml').files).toHaveLength(17);
    expect(messageOf(folderOf(chain(18)), 'f0.yaml')).toContain('extends is nested deeper than 16 files');
    const doubling = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `d${i}.yaml`,
        i === 11 ? '{}' : `extends: [d${i + 1}.yaml, d${i + 1}.yaml]`,
      ]),
    );
    expect(messageOf(folderOf(doubling), 'd0.yaml')).toContain('extends more than 100 files');
  });

  it.each(['3', '[]', '{a: b}', '[a.yaml, 3]', '""', '.', '"a\\0b"'])('judges extends: %s', (value) => {
    const folder = folderOf({ 'x.yaml': `extends: ${value}\n`, 'a.yaml': '{}' });
    if (value === '[]') expect(loadIn(folder, 'x.yaml').files).toHaveLength(1);
    else expect(messageOf(folder, 'x.yaml')).toMatch(/x\.yaml:1:\d+/);
  });
});

describe('--set', () => {
  const files = { 'x.yaml': 'loss: {name: isda, lambda0: 0.7}\ntraining: {epochs: 5}\n' };
  const set = (...overrides: string[]) => loadIn(folderOf(files), 'x.yaml', overrides).config;

  it('reads the value as YAML and lets the last count', () => {
    expect(set('training.epochs=3', 'training.epochs=4').training.epochs).toBe(4);
    expect(set('schedule={name: step, milestones: [1, 2]}').schedule).toMatchObject({ milestones: [1, 2] });
    expect(set('output.dir="5"').output.dir).toBe('5');
    expect(set('output.dir=a=b').output.dir).toBe('a=b');
    expect(set('output.dir="/d/run #2"').output.dir).toBe('/d/run #2');
    expect(set('output.dir=a#b').output.dir).toBe('a#b');
  });

  it("drops the keys of another generator's name too", () => {
    const folder = folderOf({
      'x.yaml': 'extends: one.yaml\ngan: {name: wgan}\n',
      'one.yaml': 'dataset: {name: cifar10}\ngan: {name: infogan, codes: 3, generatorWidth: 8}\n',
    });
    const places = { workingDirectory: folder, configsDirectory: folder };
    expect(loadGanConfig('x.yaml', places).config).toEqual({
      ...loadGanConfig('one.yaml', { ...places, overrides: ['gan.name=wgan'] }).config,
      experiment: 'x',
    });
  });

  it('gives a new name and its keys in any order', () => {
    const single = { name: 'isda', covariance: 'single', lambda0: 0.2, rank: 32, schedule: 'iteration' };
    const file = folderOf({ 'y.yaml': '{}' });
    expect(
      loadIn(file, 'y.yaml', ['loss.lambda0=0.2', 'loss.name=isda', 'loss.covariance=single']).config.loss,
    ).toEqual(single);
    expect(set('loss.name=cross-entropy').loss).toEqual({ name: 'cross-entropy' });
  });

  it.each([
    '',
    '=',
    '=3',
    '.=3',
    'a..b=3',
    ' training.epochs=3',
    'training.epochs=[',
    'training.epochs=*a',
    'extends=y.yaml',
    'output.dir=/d/run #2',
    'output.dir=#2',
    'schedule={name: cosine} # the paper',
  ])('refuses %j', (override) => {
    expect(messageOf(folderOf(files), 'x.yaml', [override])).toContain('--set');
  });

  it.each([
    ['experiment=&a b', '& starts an anchor in YAML'],
    ['schedule.milestones=[&x 1, *x]', '& starts an anchor in YAML'],
    ['schedule.milestones=[1, *x]', '* refers to another value in YAML'],
    ['training.epochs=!!str 3', '! starts a tag in YAML'],
    ['output.dir=--- a', 'it separates documents in YAML'],
    ['experiment=%YAML 1.1', '% starts a directive in YAML'],
    ['experiment=a\n', 'a value must be on one line'],
    ['experiment=a\nb', 'a value must be on one line'],
    ['output.dir="a\nb"', 'a value must be on one line'],
    ['training.epochs=3\ntraining.seed: 4', 'a value must be on one line'],
    ['output.dir=/d/run #2', '# starts a comment in YAML'],
  ])('says what %j would be, and how it is written', (override, reason) => {
    const message = messageOf(folderOf(files), 'x.yaml', [override]);
    expect(message).toContain(reason);
    expect(message).toContain('hint: quote the value: ');
  });

  it.each(['output.dir="&a *b !c"', 'output.dir=a&b', 'output.dir=a*b', 'output.dir=a!b', 'output.dir=--x'])(
    'takes %j',
    (override) => {
      expect(set(override).output.dir).toBe(override.slice('output.dir='.length).replaceAll('"', ''));
    },
  );
});

it.each([
  ['optimizer.lr=3', 'optimizer.learningRate'],
  ['optimizer.learningrate=3', 'optimizer.learningRate'],
  ['training.epoch=3', 'training.epochs'],
  ['training.epochss=3', 'training.epochs'],
  ['lr=3', 'optimizer.learningRate'],
])('a hint for %s names the whole key', (override, key) => {
  expect(messageOf(folderOf({ 'x.yaml': '{}' }), 'x.yaml', [override])).toContain(`hint: did you mean ${key}?`);
});
