// What `isda gan` says where it cannot: configs, classes, runs.
import { describe, expect } from 'vitest';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli } from '../../support/cli.js';
import { makeData } from '../../support/runs.js';
import { test } from '../../temporary-folder.js';

const train = (...changes: string[]): string[] => [
  'gan',
  'train',
  '--config',
  'tiny-gan',
  ...changes.flatMap((change) => ['--set', change]),
];

describe('isda gan refuses', () => {
  test.for([
    [train('gan.generatorWidht=3'), 'unknown key gan.generatorWidht', 'did you mean gan.generatorWidth?'],
    [train('gan.perClass=true'), 'unknown key gan.perClass', undefined],
    [train('gan.name=acgn'), 'gan.name: expected wgan, cgan, acgan or infogan, got "acgn"', 'did you mean acgan?'],
    [train('gan.name=wgan', 'gan.clip=0'), 'gan.clip: expected a number above 0, got 0', undefined],
    [train('dataset.classes=[10]'), 'dataset.classes: expected numbers from 0 to 9, got [10]', undefined],
    [train('dataset.classes=[1, 1]'), 'dataset.classes: expected each class once, got [1, 1]', undefined],
    [train('dataset.name=imagenet'), 'dataset.name: expected cifar10 or cifar100, got "imagenet"', undefined],
    [train('training.epochs=3'), 'unknown key training.epochs', undefined],
    [
      train('optimizer.name=custom'),
      'optimizer: a generator is trained by the optimizer of its kind',
      'gan.learningRate sets its learning rate',
    ],
    [
      train('gan.optimizer=adam'),
      'gan.optimizer: a generator is trained by',
      'gan.learningRate sets its learning rate',
    ],
  ] as const)('%j', async ([args, reason, hint], { folder }) => {
    const { code, stderr } = await runCli(folder, args);
    expect(code, stderr).toBe(2);
    const lines = stderr.split('\n');
    expect(lines[0]).toContain(`: ${reason}`);
    if (hint !== undefined) expect(stderr).toContain(`hint: ${hint}`);
  });

  test('the config of the other kind', async ({ folder }) => {
    const experiment = await runCli(folder, ['gan', 'train', '--config', 'tiny-isda']);
    expect([experiment.code, experiment.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: cannot use config .*tiny-isda\.yaml: it has no section gan\n {2}hint: configs of generators are under configs\/gan\/\n$/,
      ),
    ]);
    const generator = await runCli(folder, ['train', '--config', 'tiny-gan']);
    expect([generator.code, generator.stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: cannot use config .*tiny-gan\.yaml: it is the config of a generator\n {2}hint: train it with `isda gan train`\n$/,
      ),
    ]);
  });

  test('classes that there are not, and too small a data set', async ({ folder }) => {
    await makeData(folder, 100);
    const data = 'dataset.dir=data';
    const all = await runCli(folder, [...train(data, 'dataset.subset=50'), '--class', '3']);
    expect([all.code, all.stderr]).toEqual([
      2,
      [
        'error: cannot train the generator of one class: the config has one generator for all classes',
        '  hint: leave out --class, or set gan.perClass=true where gan.name is wgan',
        '',
      ].join('\n'),
    ]);
    const wgan = train(data, 'dataset.subset=50', 'gan={name: wgan, perClass: true}');
    // 63 images in 10 classes: 7 of three of them, also of the first. Nothing is trained before all are checked.
    const uneven = await runCli(folder, [
      ...train(data, 'dataset.subset=63', 'gan={name: wgan, perClass: true}', 'training.batchSize=7'),
    ]);
    expect([uneven.code, uneven.stderr]).toEqual([
      2,
      [
        'error: cannot train a generator: there are only 6 images of synthetic_1, fewer than a batch of 7',
        '  hint: choose a training.batchSize of at most 6',
        '',
      ].join('\n'),
    ]);
    expect(existsSync(join(folder, 'runs'))).toBe(false);
    const unknown = await runCli(folder, [...wgan, '--class', 'synthetik_3']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'error: cannot find class synthetik_3: cifar10 has no such class\n  hint: did you mean synthetic_3?\n',
    ]);
    const few = await runCli(folder, [...train(data, 'dataset.subset=50', 'training.batchSize=51'), '--out', 'few']);
    expect([few.code, few.stderr]).toEqual([
      2,
      [
        'error: cannot train a generator: there are only 50 images, fewer than a batch of 51',
        '  hint: choose a training.batchSize of at most 50',
        '',
      ].join('\n'),
    ]);
  });

  test('a class whose folder has the run of another config, before others are trained', async ({ folder }) => {
    await makeData(folder, 100);
    const write = (name: string, iterations: number): Promise<void> =>
      writeFile(
        join(folder, name),
        `experiment: own\ndataset: { name: cifar10, dir: data, classes: [1, 4] }\ngan: { name: wgan, perClass: true }
training: { iterations: ${iterations}, batchSize: 8 }\n`,
      );
    await write('mine.yaml', 2);
    await write('other.yaml', 3);
    const [runs, other] = [join(folder, 'runs', 'own-seed1'), join(folder, 'runs', 'own-seed1', 'class-4')];
    await mkdir(other, { recursive: true });
    await copyFile(join(folder, 'other.yaml'), join(other, 'config.yaml'));
    await writeFile(join(other, 'inputs.json'), '{ "configFile": "../../../other.yaml" }');
    const { code, stderr } = await runCli(folder, ['gan', 'train', '--config', 'mine.yaml']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('it belongs to the run of another config') as string]);
    expect(readdirSync(runs)).toEqual(['class-4']);
  });

  test('samples of a run that is not there', async ({ folder }) => {
    const { code, stderr } = await runCli(folder, ['gan', 'sample', '--run', 'nothing', '--out', 'x.png'], process.env);
    expect([code, stderr]).toEqual([
      1,
      [
        `error: cannot read ${join(folder, 'nothing')}: no such file`,
        '  hint: give a run folder of `isda gan train` that has a checkpoint',
        '',
      ].join('\n'),
    ]);
  });
});
