// `null` in configs and `--set`: the key is as one that is not given.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprint } from '../../src/config/fingerprint.js';
import { loadGanConfig } from '../../src/config/load.js';
import { printConfig } from '../../src/config/print.js';
import { experimentTree, namedSections } from '../../src/config/schema.js';
import { merge, plain, type MapTree } from '../../src/config/tree.js';
import { withoutUnset } from '../../src/config/unset.js';
import { parseYaml } from '../../src/config/yaml.js';
import { folderOf, loadIn, messageOf } from './support.js';

const files = {
  'base.yaml': `dataset: {name: cifar100, subset: 5000}
augmentation: {cutout: {length: 8}}
loss: {name: isda, lambda0: 0.25}
schedule: {name: step, milestones: [3], warmupEpochs: 2}
`,
  'child.yaml': 'extends: base\ndataset: {subset: ~}\nschedule: {warmupEpochs: null}\n',
  'plain.yaml': 'training: {epochs: 3}\n',
  'cleared.yaml': 'extends: base\ndataset: null\n',
  'again.yaml': 'extends: [base, cleared]\ndataset: {name: cifar10}\n',
  'custom.yaml': 'loss: {name: custom, module: ./loss.js, options: {rate: null, scale: 2}}\n',
};

describe('null', () => {
  it('drops a value that a file inherits', () => {
    const folder = folderOf(files);
    const { config } = loadIn(folder, 'child');
    expect(config.dataset).toEqual({ name: 'cifar100', holdout: 0 });
    expect(config.schedule).toEqual({ name: 'step', milestones: [3], factor: 0.1 });
    expect(printConfig(config)).not.toContain('null');
    const overrides = ['dataset.subset=null', 'schedule.warmupEpochs=~'];
    expect(fingerprint(loadIn(folder, 'base', overrides).config)).toBe(fingerprint(config));
  });

  it('drops whole sections, of which later layers inherit nothing', () => {
    const folder = folderOf(files);
    const datasetOf = (name: string, ...overrides: string[]) => loadIn(folder, name, overrides).config.dataset;
    expect(datasetOf('cleared')).toEqual({ name: 'cifar10', holdout: 0 });
    expect(datasetOf('again')).toEqual({ name: 'cifar10', holdout: 0 });
    expect(datasetOf('base', 'dataset=null', 'dataset.name=cifar100')).toEqual({ name: 'cifar100', holdout: 0 });
    expect(datasetOf('base', 'dataset=null', 'dataset.subset=9')).toEqual({ name: 'cifar10', holdout: 0, subset: 9 });
    expect(datasetOf('base', 'dataset.subset=null', 'dataset.subset=9')).toMatchObject({ subset: 9 });
    expect(datasetOf('base', 'dataset.subset=9', 'dataset.subset=null')).not.toHaveProperty('subset');
  });

  it('drops the values of files that are extended before, too', () => {
    const folder = folderOf({
      'cleared.yaml': 'optimizer: null\naugmentation: {cutout: false}\n',
      'own.yaml': 'extends: cleared\noptimizer: {name: adamw}\naugmentation: {cutout: {}}\n',
      'other.yaml': 'optimizer: {name: adamw, weightDecay: 0.5}\naugmentation: {cutout: {length: 4}}\n',
      'both.yaml': 'extends: [other, own]\n',
      'short.yaml': 'extends: unset\ndataset: {subset: 9}\n',
      'unset.yaml': 'dataset: null\n',
    });
    expect(loadIn(folder, 'both').config).toEqual({ ...loadIn(folder, 'own').config, experiment: 'both' });
    // As in a file without the base.
    expect(messageOf(folder, 'short')).toContain('dataset.name is missing');
  });

  it('means the same however files are nested in files', () => {
    const map = (keys: Record<string, fc.Arbitrary<unknown>>) =>
      fc.oneof(fc.constant(null), fc.record(keys, { requiredKeys: [] }));
    const value = fc.constantFrom(null, 1, 2);
    const cutout = fc.oneof(fc.constant(false), map({ length: value, fill: value }));
    const adamw = map({ learningRate: value, weightDecay: value }).map((keys) => keys && { name: 'adamw', ...keys });
    const layer = fc
      .record({ augmentation: map({ cutout, flip: value }), optimizer: adamw }, { requiredKeys: [] })
      .map((values) => {
        const { tree } = parseYaml({ kind: 'file', label: 'x', text: JSON.stringify(values) });
        return tree as MapTree;
      });
    const over = (base: MapTree, tree: MapTree): MapTree => merge(base, tree, namedSections);
    const valuesOf = (tree: MapTree): unknown => plain(withoutUnset(tree, experimentTree));
    fc.assert(
      fc.property(
        layer,
        layer,
        layer,
        (a, b, c) => void expect(valuesOf(over(a, over(b, c)))).toEqual(valuesOf(over(over(a, b), c))),
      ),
      { numRuns: 500 },
    );
  });

  it('only removes: a map that is not given stays so, one that is given has its defaults', () => {
    const folder = folderOf(files);
    const augmentation = loadIn(folder, 'base', ['augmentation.cutout.length=null', 'augmentation.mixup.alpha=null']);
    expect(augmentation.config.augmentation).toMatchObject({ cutout: { length: 16 }, mixup: false });
    const { config } = loadIn(folder, 'plain', ['augmentation.cutout.length=null', 'slurm.time=null']);
    expect(config).toEqual(loadIn(folder, 'plain').config);
    expect(loadIn(folder, 'base', ['optimizer.name=null', 'experiment=null']).config).toEqual(
      loadIn(folder, 'base').config,
    );
  });

  it('is a value in the options of a custom file', () => {
    const { loss } = loadIn(folderOf(files), 'custom', ['loss.options.scale=null']).config;
    expect(loss).toMatchObject({ options: { rate: null, scale: null } });
  });

  it('means the same in the config of a generator', () => {
    const folder = folderOf({
      'g.yaml': 'gan: {name: wgan}\ndataset: {subset: 100}\n',
      'c.yaml': 'extends: [g]\ndataset: {subset: null}\ntraining: {batchSize: ~}\n',
    });
    const { config } = loadGanConfig('c.yaml', { configsDirectory: folder, workingDirectory: folder });
    expect(config).toMatchObject({ dataset: { name: 'cifar10' }, training: { batchSize: 64 } });
    expect(config.dataset).not.toHaveProperty('subset');
  });

  it('is refused for unknown keys and for keys without a default', () => {
    const folder = folderOf(files);
    expect(messageOf(folder, 'base', ['dataset.subst=null', 'datset.subset=null', 'schedule.milestones=null']))
      .toBe(`error: cannot use config base.yaml: 3 problems
  1. schedule.milestones is missing: expected a list, each an integer of at least 1
     --set schedule.milestones=null
                               ^^^^
     hint: null drops the value of a key, and this one has no default
  2. unknown key dataset.subst
     --set dataset.subst=null
                   ^^^^^
     hint: did you mean dataset.subset?
  3. unknown key datset
     --set datset.subset=null
           ^^^^^^
     hint: did you mean dataset?`);
  });

  it('is no value in a list', () => {
    expect(messageOf(folderOf(files), 'base', ['schedule.milestones=[1, null]']))
      .toBe(`error: cannot use config base.yaml: schedule.milestones[1]: expected an integer of at least 1, got null
  --set schedule.milestones=[1, null]
                                ^^^^`);
  });

  it('is written: a key without a value is refused, and the hint works', () => {
    const folder = folderOf({ ...files, 'x.yaml': 'extends: base\ndataset:\n  subset:\n' });
    expect(messageOf(folder, 'x')).toContain('or write null to drop an inherited value too');
    expect(messageOf(folder, 'base', ['dataset.subset='])).toContain(
      'hint: to drop a value, write dataset.subset=null',
    );
  });
});

describe('--set of a section that the config leaves out', () => {
  it('changes the default section', () => {
    const folder = folderOf(files);
    const changed = ['dataset.subset=100', 'schedule.factor=0.5', 'model.depth=20'];
    expect(loadIn(folder, 'plain', changed).config).toMatchObject({
      dataset: { name: 'cifar10', subset: 100 },
      schedule: { name: 'step', milestones: [80, 120], factor: 0.5 },
      model: { name: 'resnet', depth: 20 },
    });
    expect(loadIn(folder, 'plain', ['schedule.name=cosine']).config.schedule).toEqual({ name: 'cosine' });
    // A section of which the files only drop keys is left out, too.
    const dropping = folderOf({ 'x.yaml': 'dataset: {holdout: ~}\n' });
    expect(loadIn(dropping, 'x', ['dataset.subset=9']).config.dataset).toMatchObject({ name: 'cifar10', subset: 9 });
    expect(messageOf(folder, 'plain', ['loss.lambda0=1'])).toContain('unknown key loss.lambda0');
  });
});
