// Keys, values and notations of other programs, and configs from pipes or with unusual names.
import { describe, expect, it } from 'vitest';
import { folderOf, loadIn, messageOf } from './support.js';

describe('a hint for', () => {
  it.each([
    ['lr: 0.1', 'optimizer.learningRate'],
    ['optimizer: {lr: 0.1}', 'learningRate'],
    ['training: {lr: 0.1}', 'optimizer.learningRate'],
    ['wd: 1', 'optimizer.weightDecay'],
    ['optimizer: {weight_decay: 1}', 'weightDecay'],
    ['weight_decay: 1', 'optimizer.weightDecay'],
    ['bs: 8', 'training.batchSize'],
    ['batch_size: 8', 'training.batchSize'],
    ['momentum: 0.8', 'optimizer.momentum'],
    ['epochs: 8', 'training.epochs'],
    ['num_epochs: 8', 'training.epochs'],
    ['num_workers: 8', 'training.workers'],
    ['gamma: 0.1', 'schedule.factor'],
    ['training: {device: gpu}', 'cuda'],
    ['loss: {name: CE}', 'cross-entropy'],
    ['loss: {name: cross_entropy}', 'cross-entropy'],
    ['schedule: {name: MultiStepLR}', 'step'],
    ['dataset: {name: ImageFolder, dir: x}', 'image-folder'],
  ])('%s', (text, name) => {
    expect(messageOf(folderOf({ 'x.yaml': text }), 'x.yaml')).toMatch(new RegExp(`hint: did you mean ${name}\\?$`));
  });

  it.each([
    ['training.epochs: 3', 'dotted keys are for --set; in YAML write training: {epochs: …}'],
    ['<<: {epochs: 3}', 'YAML merge keys are not supported; `extends: FILE` inherits the values of another file'],
    [
      'training: {<<: {epochs: 3}}',
      'YAML merge keys are not supported; `extends: FILE` inherits the values of another file',
    ],
  ])('%s', (text, hint) => {
    expect(messageOf(folderOf({ 'x.yaml': text }), 'x.yaml')).toContain(`hint: ${hint}`);
  });

  it.each([
    ['defaults: [base]', '`extends: FILE` inherits from another file'],
    ['_base_: ../base.yaml', '`extends: FILE` inherits from another file'],
    ['schedule: {name: step, milestones: 60}', 'write a list, as in [60]'],
    ['schedule: {name: step, milestones: "60,80"}', 'write a list, as in [60, 80]'],
    ['training: {epochs: 1_000}', 'write 1000'],
    ['training: {epochs: "10,000"}', 'write 10000'],
    ['augmentation: {mixup: true}', 'write {} for its defaults'],
    ['augmentation: {cutout: 8}', 'write {length: 8}'],
    ['training: {ema: 0.999}', 'write {decay: 0.999}'],
    ['augmentation: {cutout: 0}', 'write false'],
    ['training: {ema: false}', 'leave the key out for its default, or write null'],
    ['slurm: {before: "echo a, b"}', 'write a list, as in ["echo a, b"]'],
    ['experiment: 12', 'put it in quotes'],
    ['training:\n  epochs:3', 'write a space after the colon'],
  ])('%s', (text, hint) => {
    expect(messageOf(folderOf({ 'x.yaml': text }), 'x.yaml')).toContain(`hint: ${hint}`);
  });

  it.each([
    ['~dataset.subset', 'to drop a value, write dataset.subset=null'],
    ['output.dir=@scratch', `quote the value: output.dir='"@scratch"'`],
    ['output.dir=a: b: c', `quote the value: output.dir='"a: b: c"'`],
    ['loss=isda', 'did you mean loss.name=isda?'],
    ['experiment=1e3', `write experiment='"1e3"'`],
    ['augmentation.mixup=0.2', 'write augmentation.mixup.alpha=0.2'],
    ['augmentation.mixup=true', "write augmentation.mixup='{}' for its defaults"],
    ['augmentation.cutout=0', 'write augmentation.cutout=false'],
    ['schedule.milestones=60,80', "write schedule.milestones='[60, 80]'"],
    ["output.dir=@it's", `quote the value: output.dir='"@it'\\''s"'`],
  ])('--set %s', (override, hint) => {
    expect(messageOf(folderOf({ 'x.yaml': '{}' }), 'x.yaml', [override])).toContain(`hint: ${hint}`);
  });

  it.each([
    'dataset: true',
    'dataset: {name: cifar10, synthetic: 0.5}',
    'model: 110',
    'schedule: 60',
    'schedule: {name: step, milestones: a}',
    'schedule: {name: step, milestones: 0}',
    'training: {ema: 1}',
    'optimizer: {learningRate: "0,100"}',
  ])('nothing that would be refused too: %s', (text) => {
    expect(messageOf(folderOf({ 'x.yaml': text }), 'x.yaml')).not.toContain('hint:');
  });

  it('a name that is too long', () => {
    const text = `experiment: ${'a'.repeat(201)}`;
    expect(messageOf(folderOf({ 'x.yaml': text }), 'x.yaml')).toContain('at most 200 characters, not 201');
  });
});

describe('the experiment of a file without a name', () => {
  const nameOf = (file: string): string => loadIn(folderOf({ [file]: '{}' }), file).config.experiment;

  it('is that of the file where it can be', () => {
    expect(nameOf('my run (1).yaml')).toBe('my-run-1-');
  });
  it('tells names of other scripts, and long ones, apart', () => {
    const long = 'a'.repeat(220);
    const names = ['é', 'è', 'e', '模型', '网络', '!!!', '???', `${long}1`, `${long}2`].map((name) =>
      nameOf(`${name}.yaml`),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/);
    expect(nameOf('é.yaml')).toBe(nameOf('é.yaml'));
  });
});

describe('extends', () => {
  const configs = { 'configs/base/tiny.yaml': 'training: {epochs: 7}' };

  it('takes names under configs/, as --config does', () => {
    const folder = folderOf({ ...configs, 'mine/x.yaml': 'extends: base/tiny' });
    expect(loadIn(folder, 'mine/x.yaml').config.training.epochs).toBe(7);
  });
  it('takes a file beside it first', () => {
    const folder = folderOf({ ...configs, 'x.yaml': 'extends: tiny', 'tiny.yaml': 'training: {epochs: 3}' });
    expect(loadIn(folder, 'x.yaml').config.training.epochs).toBe(3);
  });
  it('takes the config of its own name', () => {
    const folder = folderOf({ ...configs, 'tiny.yaml': 'extends: tiny' });
    expect(loadIn(folder, './tiny.yaml').config.training.epochs).toBe(7);
  });
  it('suggests names', () => {
    const message = messageOf(folderOf({ ...configs, 'x.yaml': 'extends: base/tniy' }), 'x.yaml');
    expect(message).toContain('extends base/tniy: there is no such file');
    expect(message).toContain('hint: did you mean base/tiny?');
  });
});
