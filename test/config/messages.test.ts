// The exact texts of config errors.
import { describe, expect, it } from 'vitest';
import { folderOf, messageOf } from './support.js';

const cases: readonly {
  title: string;
  files: Record<string, string | Uint8Array>;
  set?: readonly string[];
  says: string;
}[] = [
  {
    title: 'an unknown key',
    files: { 'x.yaml': 'training:\n  epocs: 3\n' },
    says: `error: cannot use config x.yaml: unknown key training.epocs
  x.yaml:2:3
    2 |   epocs: 3
      |   ^^^^^
  hint: did you mean epochs?`,
  },
  {
    title: 'a key of another section',
    files: { 'x.yaml': 'batchSize: 3\n' },
    says: `error: cannot use config x.yaml: unknown key batchSize
  x.yaml:1:1
    1 | batchSize: 3
      | ^^^^^^^^^
  hint: did you mean training.batchSize?`,
  },
  {
    title: 'a key of another section that is near one of its own',
    files: { 'x.yaml': 'model: {name: wrn, weight: a.safetensors}\n' },
    says: `error: cannot use config x.yaml: unknown key model.weight
  x.yaml:1:20
    1 | model: {name: wrn, weight: a.safetensors}
      |                    ^^^^^^
  hint: did you mean weights or loss.weight?`,
  },
  {
    title: 'a key that the section has under other names',
    files: { 'x.yaml': 'dataset: {name: cifar10, mean: [0.5, 0.5, 0.5]}\n' },
    says: `error: cannot use config x.yaml: unknown key dataset.mean
  x.yaml:1:26
    1 | dataset: {name: cifar10, mean: [0.5, 0.5, 0.5]}
      |                          ^^^^
  hint: it is a key of dataset.name: imagenet or image-folder`,
  },
  {
    title: 'a value of a fixed list out of range',
    files: { 'x.yaml': 'dataset: {name: image-folder, dir: D, mean: [-0.1, 0.4, 0.4]}\n' },
    says: `error: cannot use config x.yaml: dataset.mean[0]: expected a number from 0 to 1, got -0.1
  x.yaml:1:46
    1 | dataset: {name: image-folder, dir: D, mean: [-0.1, 0.4, 0.4]}
      |                                              ^^^^`,
  },
  {
    title: 'a key like no other',
    files: { 'x.yaml': 'output: {xylophone: 3}\n' },
    says: `error: cannot use config x.yaml: unknown key output.xylophone
  x.yaml:1:10
    1 | output: {xylophone: 3}
      |          ^^^^^^^^^
  hint: known keys: dir, checkpointEvery, keepCheckpoints`,
  },
  {
    title: 'a number in quotes',
    files: { 'x.yaml': 'training:\n  epochs: "160"\n' },
    says: `error: cannot use config x.yaml: training.epochs: expected an integer of at least 1, got "160"
  x.yaml:2:11
    2 |   epochs: "160"
      |           ^^^^^
  hint: write the number without quotes`,
  },
  {
    title: 'a number out of range',
    files: { 'x.yaml': 'optimizer:\n  learningRate: -1\n' },
    says: `error: cannot use config x.yaml: optimizer.learningRate: expected a number above 0, got -1
  x.yaml:2:17
    2 |   learningRate: -1
      |                 ^^`,
  },
  {
    title: 'an integer beyond both its range and the integers: once',
    files: { 'x.yaml': 'training: {seed: 1e30}\n' },
    says: `error: cannot use config x.yaml: training.seed: expected an integer from 0 to 4294967295, got 1e+30
  x.yaml:1:18
    1 | training: {seed: 1e30}
      |                  ^^^^`,
  },
  {
    title: 'an unknown loss',
    files: { 'x.yaml': 'loss:\n  name: isad\n  lambda0: 0.5\n' },
    says: `error: cannot use config x.yaml: loss.name: expected cross-entropy, isda, focal, lq, center, large-margin, disturb-label, label-smoothing or custom, got "isad"
  x.yaml:2:9
    2 |   name: isad
      |         ^^^^
  hint: did you mean isda?`,
  },
  ...[
    ['lq', 'q', 0, 'a number above 0 and of at most 1'],
    ['lq', 'q', 1.5, 'a number above 0 and of at most 1'],
    ['lq', 'truncation', 1, 'a number of at least 0 and below 1'],
    ['focal', 'alpha', 0, 'a number above 0'],
    ['focal', 'gamma', -1, 'a number of at least 0'],
    ['center', 'weight', -1, 'a number of at least 0'],
    ['center', 'centerLearningRate', 2, 'a number above 0 and of at most 1'],
    ['large-margin', 'margin', 5, 'an integer from 1 to 4'],
    ['large-margin', 'margin', 1.5, 'an integer from 1 to 4'],
    ['disturb-label', 'noiseRate', 2, 'a number from 0 to 1'],
    ['label-smoothing', 'smoothing', 1.5, 'a number from 0 to 1'],
  ].map(([name, key, value, range]) => ({
    title: `${key} ${value} of the loss ${name}`,
    files: { 'x.yaml': `loss:\n  name: ${name}\n  ${key}: ${value}\n` },
    says: `error: cannot use config x.yaml: loss.${key}: expected ${range}, got ${value}
  x.yaml:3:${String(key).length + 5}
    3 |   ${key}: ${value}
      | ${' '.repeat(String(key).length + 4)}${'^'.repeat(String(value).length)}`,
  })),
  ...(['center', 'large-margin', 'disturb-label'] as const).map((name) => ({
    title: `mixed images with the loss ${name}`,
    files: { 'x.yaml': `loss:\n  name: ${name}\naugmentation:\n  mixup: {alpha: 0.2}\n` },
    says: `error: cannot use config x.yaml: loss.name: expected a loss that supports soft targets, which augmentation.mixup requires, got "${name}"
  x.yaml:2:9
    2 |   name: ${name}
      |         ${'^'.repeat(name.length)}
  hint: cross-entropy, focal, lq and label-smoothing support them`,
  })),
  {
    title: 'mixed images with ISDA',
    files: { 'x.yaml': 'augmentation: {mixup: {}, cutmix: {}}\nloss: {name: isda}\n' },
    says: `error: cannot use config x.yaml: loss.name: expected a loss that supports soft targets, which augmentation.mixup and augmentation.cutmix require, got "isda"
  x.yaml:2:14
    2 | loss: {name: isda}
      |              ^^^^
  hint: ISDA needs one class per image: docs/extending.md, "ISDA and mixed labels"`,
  },
  {
    title: 'a bad alpha of mixup',
    files: { 'x.yaml': 'augmentation:\n  cutmix: {alpha: 0}\n' },
    says: `error: cannot use config x.yaml: augmentation.cutmix.alpha: expected a number above 0 and of at most 100, got 0
  x.yaml:2:19
    2 |   cutmix: {alpha: 0}
      |                   ^`,
  },
  {
    title: 'a loss without its name',
    files: { 'x.yaml': 'loss:\n  lambda0: 0.5\n' },
    says: `error: cannot use config x.yaml: loss.name is missing: expected cross-entropy, isda, focal, lq, center, large-margin, disturb-label, label-smoothing or custom
  x.yaml:1:1
    1 | loss:
      | ^^^^`,
  },
  {
    title: 'a loss that is only a word',
    files: { 'x.yaml': 'loss: isda\n' },
    says: `error: cannot use config x.yaml: loss: expected a map whose name is cross-entropy, isda, focal, lq, center, large-margin, disturb-label, label-smoothing or custom, got "isda"
  x.yaml:1:7
    1 | loss: isda
      |       ^^^^
  hint: did you mean loss.name: isda?`,
  },
  {
    title: 'an empty section',
    files: { 'x.yaml': 'output:\n# nothing\n' },
    says: `error: cannot use config x.yaml: output: expected a map (keys: dir, checkpointEvery, keepCheckpoints), got nothing
  x.yaml:1:8
    1 | output:
      |        ^
  hint: leave the key out for its default, or write null to drop an inherited value too`,
  },
  {
    title: 'the words of YAML 1.1 for booleans',
    files: { 'x.yaml': 'augmentation: {flip: yes}\n' },
    says: `error: cannot use config x.yaml: augmentation.flip: expected true or false, got "yes"
  x.yaml:1:22
    1 | augmentation: {flip: yes}
      |                      ^^^
  hint: in YAML, write true or false`,
  },
  {
    title: 'a key inside a union that is false or a map',
    files: { 'x.yaml': 'augmentation:\n  padCrop:\n    mod: zero\n' },
    says: `error: cannot use config x.yaml: unknown key augmentation.padCrop.mod
  x.yaml:3:5
    3 |     mod: zero
      |     ^^^
  hint: did you mean mode?`,
  },
  {
    title: 'another loss as the base of ISDA',
    files: { 'x.yaml': 'loss: {name: isda, base: focal}\n' },
    says: `error: cannot use config x.yaml: loss.base: ISDA is a bound of the expected cross entropy and supports no other base loss
  x.yaml:1:20
    1 | loss: {name: isda, base: focal}
      |                    ^^^^
  hint: docs/extending.md, "ISDA and other losses", explains for which losses such a bound exists`,
  },
  {
    title: 'the same key of another loss',
    files: { 'x.yaml': 'loss: {name: focal, base: isda}\n' },
    says: `error: cannot use config x.yaml: unknown key loss.base
  x.yaml:1:21
    1 | loss: {name: focal, base: isda}
      |                     ^^^^
  hint: known keys: name, alpha, gamma`,
  },
  {
    title: 'a held-out set as large as the training set',
    files: { 'x.yaml': 'dataset: {name: cifar10, holdout: 50000}\n' },
    says: `error: cannot use config x.yaml: dataset.holdout: expected fewer than the 50000 training images, got 50000
  x.yaml:1:35
    1 | dataset: {name: cifar10, holdout: 50000}
      |                                   ^^^^^`,
  },
  {
    title: 'a subset larger than what the held-out set leaves',
    files: { 'x.yaml': 'dataset: {name: cifar10, subset: 45001, holdout: 5000}\n' },
    says: `error: cannot use config x.yaml: dataset.subset: expected at most the 45000 training images that dataset.holdout leaves, got 45001
  x.yaml:1:34
    1 | dataset: {name: cifar10, subset: 45001, holdout: 5000}
      |                                  ^^^^^`,
  },
  {
    title: 'a cosine that would rise',
    files: { 'x.yaml': 'schedule: {name: cosine, minLearningRate: 0.2}\n' },
    says: `error: cannot use config x.yaml: schedule.minLearningRate: expected at most optimizer.learningRate, 0.1, got 0.2
  x.yaml:1:43
    1 | schedule: {name: cosine, minLearningRate: 0.2}
      |                                           ^^^`,
  },
  {
    title: 'a warm-up longer than the training',
    files: { 'x.yaml': 'training: {epochs: 5}\nschedule: {name: constant, warmupEpochs: 5.5}\n' },
    says: `error: cannot use config x.yaml: schedule.warmupEpochs: expected at most training.epochs, 5, got 5.5
  x.yaml:2:42
    2 | schedule: {name: constant, warmupEpochs: 5.5}
      |                                          ^^^`,
  },
  {
    title: 'milestones out of order',
    files: { 'x.yaml': 'schedule: {name: step, milestones: [80, 60]}\n' },
    says: `error: cannot use config x.yaml: schedule.milestones: expected epochs in increasing order, got [80, 60]
  x.yaml:1:36
    1 | schedule: {name: step, milestones: [80, 60]}
      |                                    ^^^^^^^^`,
  },
  {
    title: 'a list item',
    files: { 'x.yaml': 'schedule:\n  name: step\n  milestones:\n    - 60\n    - late\n' },
    says: `error: cannot use config x.yaml: schedule.milestones[1]: expected an integer of at least 1, got "late"
  x.yaml:5:7
    5 |     - late
      |       ^^^^`,
  },
  {
    title: 'a value of the command line',
    files: { 'x.yaml': '{}' },
    set: ['training.epochs=abc'],
    says: `error: cannot use config x.yaml: training.epochs: expected an integer of at least 1, got "abc"
  --set training.epochs=abc
                        ^^^`,
  },
  {
    title: 'a number in place of a word, which would be no more valid in quotes',
    files: { 'x.yaml': '{}' },
    set: ['training.precision=16'],
    says: `error: cannot use config x.yaml: training.precision: expected float32 or bfloat16, got 16
  --set training.precision=16
                           ^^`,
  },
  {
    title: 'a key of the command line',
    files: { 'x.yaml': '{}' },
    set: ['trainig.epochs=3'],
    says: `error: cannot use config x.yaml: unknown key trainig
  --set trainig.epochs=3
        ^^^^^^^
  hint: did you mean training?`,
  },
  {
    title: 'a key of the command line without a value',
    files: { 'x.yaml': '{}' },
    set: ['training.epochs='],
    says: `error: cannot use config x.yaml: expected a value after training.epochs=
  --set training.epochs=
                        ^
  hint: to drop a value, write training.epochs=null`,
  },
  {
    title: 'a word of the command line without =',
    files: { 'x.yaml': '{}' },
    set: ['training.epochs'],
    says: `error: cannot use config x.yaml: expected KEY=VALUE
  --set training.epochs
        ^^^^^^^^^^^^^^^
  hint: write it as in --set training.epochs=10`,
  },
  {
    title: 'a value that a base gives',
    files: { 'x.yaml': 'extends: base/b.yaml\ntraining: {epochs: 2}\n', 'base/b.yaml': 'training:\n  batchSize: 0\n' },
    says: `error: cannot use config x.yaml: training.batchSize: expected an integer of at least 1, got 0
  base/b.yaml:2:14
    2 |   batchSize: 0
      |              ^`,
  },
  {
    title: 'a base that is not there',
    files: { 'x.yaml': 'extends: [nope.yaml]\n' },
    says: `error: cannot use config x.yaml: extends nope.yaml: there is no such file
  x.yaml:1:11
    1 | extends: [nope.yaml]
      |           ^^^^^^^^^
  hint: give the path of a YAML file or the name of one under configs/; \`isda config list\` lists those`,
  },
  {
    title: 'bases in a circle',
    files: { 'x.yaml': 'extends: y.yaml\n', 'y.yaml': 'extends: x.yaml\n' },
    says: `error: cannot use config x.yaml: extends is circular
  y.yaml:1:10
    1 | extends: x.yaml
      |          ^^^^^^
  hint: x.yaml → y.yaml → x.yaml`,
  },
  {
    title: 'a key given twice',
    files: { 'x.yaml': 'training:\n  epochs: 1\n  epochs: 2\n' },
    says: `error: cannot use config x.yaml: the key epochs is given twice
  x.yaml:3:3
    3 |   epochs: 2
      |   ^^^^^^
  hint: first given on line 2`,
  },
  {
    title: 'a tab as indentation',
    files: { 'x.yaml': 'training:\n\tepochs: 1\n' },
    says: `error: cannot use config x.yaml: invalid YAML: Tabs are not allowed as indentation
  x.yaml:2:1
    2 |  epochs: 1
      | ^
  hint: indent with spaces`,
  },
  {
    title: 'an empty file',
    files: { 'x.yaml': '# only a comment\n' },
    says: `error: cannot use config x.yaml: the file is empty
  x.yaml:1:1
    1 | # only a comment
      | ^
  hint: write {} to use every default`,
  },
  {
    title: 'a list instead of a map',
    files: { 'x.yaml': '- training\n' },
    says: `error: cannot use config x.yaml: expected keys and values such as \`experiment: NAME\`
  x.yaml:1:1
    1 | - training
      | ^^^^^^^^^^`,
  },
  {
    title: 'bytes that are not text',
    files: { 'x.yaml': new Uint8Array([0x61, 0xff, 0xfe]) },
    says: 'error: cannot use config x.yaml: it is not UTF-8 text',
  },
  {
    title: 'a file over 1 MiB',
    files: { 'x.yaml': '#'.repeat(1024 * 1024 + 1) },
    says: 'error: cannot use config x.yaml: it is larger than 1 MiB (1048577 bytes)',
  },
  {
    title: 'several problems, in the order of the text',
    files: { 'x.yaml': 'output: {dir: 5}\nmodel: {name: resnet, depth: 9}\n' },
    set: ['training.device=gpu'],
    says: `error: cannot use config x.yaml: 3 problems
  1. output.dir: expected text that is not empty, got 5
     x.yaml:1:15
       1 | output: {dir: 5}
         |               ^
     hint: put it in quotes
  2. model.depth: expected 6n + 2 (8, 14, 20, 32, 44, 56, 110, …), got 9
     x.yaml:2:30
       2 | model: {name: resnet, depth: 9}
         |                              ^
  3. training.device: expected auto, cpu or cuda, got "gpu"
     --set training.device=gpu
                           ^^^
     hint: did you mean cuda?`,
  },
  {
    title: 'a name unlike all known ones',
    files: { 'configs/table1/resnet32-basic.yaml': '{}' },
    says: `error: cannot use config x.yaml: there is no such file, and no config of that name
  hint: give the path of a YAML file or the name of one under configs/; \`isda config list\` lists those`,
  },
];

describe('what a config error says', () => {
  it.each(cases)('$title', ({ files, set, says }) => {
    expect(messageOf(folderOf(files), 'x.yaml', set)).toBe(says);
  });

  it('shows ten of many problems', () => {
    const keys = Array.from({ length: 13 }, (_, index) => `unknown${index}: 1\n`).join('');
    const message = messageOf(folderOf({ 'x.yaml': keys }), 'x.yaml');
    expect(message).toMatch(/^error: cannot use config x\.yaml: 13 problems\n/);
    expect(message.match(/unknown key/g)).toHaveLength(10);
    expect(message).toMatch(/\n {2}… and 3 more$/);
  });

  it('shows the part of a long line that matters', () => {
    const message = messageOf(
      folderOf({ 'x.yaml': `output: {dir: ${'d'.repeat(5000)}, keepCheckpoints: 0}\n` }),
      'x.yaml',
    );
    const [, place, source, carets] = message.split('\n');
    expect(place).toBe('  x.yaml:1:5034');
    expect(source.length).toBeLessThan(120);
    expect(source[carets.indexOf('^')]).toBe('0');
  });
});

describe('mean and std of an image folder', () => {
  const said = (key: string, values: string): string => {
    const text = `dataset: { name: image-folder, dir: d, ${key}: ${values} }\n`;
    return messageOf(folderOf({ 'x.yaml': text }), 'x.yaml');
  };

  it('are told their unit where a value is a level of a byte, and only there', () => {
    const unit = '(a level from 0 to 255 is divided by 255), got';
    expect(said('mean', '[123.7, 116.3, 103.5]')).toContain(`dataset.mean[0]: expected at most 1 ${unit} 123.7`);
    expect(said('std', '[0.229, 57.1, 0.225]')).toContain(`dataset.std[1]: expected at most 0.5 ${unit} 57.1`);
    for (const values of ['[-1, 0.2, 0.2]', '[0.2, 0.2, 1.2]', '[0.2, 300, 0.2]']) {
      for (const key of ['mean', 'std']) expect(said(key, values)).not.toContain('255');
    }
  });
});
