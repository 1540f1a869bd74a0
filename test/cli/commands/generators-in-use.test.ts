// Use of trained generators: training on their images, `isda visualize`, `isda gan quality`.
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { generatorChecksum, generatorFile } from '../../../src/gan/generator-files.js';
import { createGenerator } from '../../../src/gan/registry.js';
import { saveGenerator } from '../../../src/gan/stored.js';
import { initialValues } from '../../../src/nn/tensors.js';
import type { Quality } from '../../../src/visualize/quality.js';
import type { Visualization } from '../../../src/visualize/visualize.js';
import { narrow } from '../../gan/support.js';
import { runHere } from '../../support/cli.js';
import { signalHeld, startHeld } from '../../support/held.js';
import { printed, runIsda, startIsda } from '../../support/process.js';
import { makeData, outcomeOf, read, trainArgs } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const isda = (args: readonly string[]) => runHere(folder, args);

const all = Array.from({ length: 10 }, (_, label) => label);

/** Saves an untrained ACGAN for the data, as if it had been trained on some classes. */
async function saveAcgan(name: string, seed: number, trainedClasses = all): Promise<void> {
  const options = narrow('acgan');
  const classNames = all.map((label) => `synthetic_${label}`);
  const generator = createGenerator(options, 10);
  const values = initialValues(generator.tensors, seed);
  const origin = { dataset: 'cifar10', classNames, trainedClasses };
  await mkdir(join(folder, name), { recursive: true });
  await saveGenerator(join(folder, name, generatorFile), { options, generator, values, ...origin });
}

await makeData(folder, 256);
await saveAcgan('gan', 1);
await saveAcgan('two-classes', 1, [3, 5]);
const mixed = ['dataset.synthetic.generator=gan', 'dataset.synthetic.images=50', 'training.batchSize=12'];
const trained = await isda(trainArgs('mixed', mixed));
if (trained.exitCode !== 0) throw new Error(trained.all);
const whole = outcomeOf(join(folder, 'mixed'));

describe('isda train on synthetic images', () => {
  it('prints what it trains on, and records the generator', () => {
    expect(trained.stdout).toMatch(/^data +cifar10, 128 training images, 100 test images; not the official CIFAR-10$/m);
    expect(trained.stdout).toMatch(/^synthetic +50 images, 2 of the 12 of a batch$/m);
    expect(trained.stdout).toMatch(/^steps +\d epochs x 13 = \d+, batch 12$/m);
    expect(read(folder, 'mixed', 'config.yaml')).toContain(`checksum: ${generatorChecksum(join(folder, 'gan'))}`);
  });

  it('gives the same bytes after a stop in the middle of an epoch, and with worker threads', async () => {
    const held = await startHeld(folder, trainArgs('stopped', mixed), { run: 'train', line: /^epoch 1\// });
    expect((await signalHeld(held, 'SIGTERM')).exitCode).toBe(75);
    const resumed = await runIsda(folder, trainArgs('stopped', [...mixed, 'training.workers=2']));
    expect(resumed.exitCode, resumed.all).toBe(0);
    expect(resumed.stdout).toMatch(/^resuming in epoch 2 after [12] of 13 batches$/m);
    expect(outcomeOf(join(folder, 'stopped'))).toEqual(whole);
  });

  it('finds its run after the generator was moved, and refuses another generator', async () => {
    await saveAcgan('moved', 1);
    const moved = await isda(trainArgs('mixed', [...mixed, 'dataset.synthetic.generator=moved']));
    expect(moved.stdout).toContain('complete already');
    await saveAcgan('other', 2);
    const other = await isda(trainArgs('mixed', [...mixed, 'dataset.synthetic.generator=other']));
    expect(other.exitCode).toBe(1);
    expect(other.stderr).toContain('error: cannot resume: the checkpoint belongs to another experiment');
  });

  it('warns of held-out images that the generator may have seen, and refuses batches without its images', async () => {
    const held = await isda(trainArgs('held', [...mixed, 'dataset.holdout=20', 'training.execution=eager']));
    expect(held.exitCode, held.all).toBe(0);
    expect(held.stdout).toContain('warning: the held-out images may be among those that the generator was trained on');
    expect(trained.stdout).not.toContain('warning: the held-out');
    const none = await isda(trainArgs('none', [...mixed, 'dataset.synthetic.fraction=0.04']));
    expect([none.exitCode, none.stderr]).toEqual([
      2,
      expect.stringContaining('with the fraction 0.04 a batch of 12 has none'),
    ]);
  });

  it('evaluates without the generator', async () => {
    const outcome = await isda(['evaluate', '--run', 'mixed', '--json']);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ images: 100, part: 'test' });
  });
});

describe('isda visualize', () => {
  const common = ['visualize', '--run', 'mixed', '--generator', 'gan'];
  const two = [...common, '--images', '2', '--draws', '3'];

  it('draws originals, reconstructions and augmentations, the same every time', async () => {
    const outcome = await isda([...two, '--iterations', '4', '--out', 'figure']);
    expect(outcome.exitCode, outcome.all).toBe(0);
    expect(outcome.stdout).toMatch(/^covariance +full, from the checkpoint$/m);
    const lines = read(folder, 'figure', 'numbers.csv').trimEnd().split('\n');
    expect(lines[0]).toBe('iteration,step,image,draw,feature_distance,pixel_distance');
    // Iterations 0 … 3 and the end, of 2 reconstructions and of 6 augmentations.
    expect(lines).toHaveLength(1 + 5 * 2 + 5 * 6);
    const svg = read(folder, 'figure', 'figure4.svg');
    expect(svg.match(/<image /g)).toHaveLength(2 * 5);
    for (const text of ['original', 'reconstruction', 'augmented 3', 'lambda 0.5', 'resnet-8', 'acgan'])
      expect(svg.includes(text), text).toBe(true);
    expect(
      readFileSync(join(folder, 'figure', 'figure4.png'))
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await isda([...two, '--iterations', '4', '--out', 'again']);
    expect(read(folder, 'again', 'figure4.svg') === svg).toBe(true);
    expect(read(folder, 'again', 'numbers.csv').trimEnd().split('\n')).toEqual(lines);
  });

  it('moves features along principal components of an estimated covariance', async () => {
    const pca = ['--directions', 'pca', '--components', '2', '--covariance', 'single', '--index', '7,3', '--json'];
    const outcome = await isda([...common, '--iterations', '2', '--out', 'pca', ...pca]);
    expect(outcome.exitCode, outcome.all).toBe(0);
    const result = JSON.parse(outcome.stdout) as Visualization;
    expect(result).toMatchObject({
      covariance: 'single',
      covarianceFrom: 'training set',
      network: 'resnet-8',
      notes: [],
    });
    expect(result.images.map(({ image }) => image)).toEqual([7, 3]);
    expect(read(folder, 'pca', 'figure4.svg').includes('>PC 2, −2 σ<')).toBe(true);
  });

  it.each([
    ['diagonal', 'training set'],
    ['identity', 'definition'],
  ])('takes no %s covariance from an imported network, which has none', async (covariance, covarianceFrom) => {
    const network = `${covariance}.safetensors`;
    await isda(['export', '--run', 'mixed', '--out', network]);
    const config = ['--config', 'tiny-isda', '--set', 'dataset.dir=data', '--set', `loss.covariance=${covariance}`];
    await isda(['import', network, ...config, '--out', covariance]);
    const images = ['--images', '2', '--draws', '1', '--iterations', '1', '--json'];
    const out = `figure-${covariance}`;
    const outcome = await isda(['visualize', '--run', covariance, '--generator', 'gan', ...images, '--out', out]);
    expect(outcome.exitCode, outcome.all).toBe(0);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ covariance, covarianceFrom });
    expect(read(folder, out, 'figure4.svg').includes('estimated')).toBe(covariance === 'diagonal');
  });

  it('exits with 75 on a signal, and writes nothing', async () => {
    const child = startIsda(folder, [...two, '--iterations', '100000', '--out', 'stopped-figure']);
    expect(await printed(child, /^step I:/)).toBe(true);
    child.kill('SIGINT');
    const outcome = await child;
    expect(outcome.exitCode, outcome.all).toBe(75);
    expect(outcome.stderr).toContain('stopped by SIGINT: nothing is written');
    expect(existsSync(join(folder, 'stopped-figure'))).toBe(false);
  });

  it('reports invalid arguments', async () => {
    const far = await isda([...common, '--index', '256', '--out', 'nothing']);
    expect(far.exitCode).toBe(2);
    expect(far.stderr).toContain(
      'error: cannot show the images: there is no image 256; the images are numbered 0 … 127',
    );
    const pca = ['--directions', 'pca', '--components', '65', '--covariance', 'single', '--out', 'nothing'];
    const many = await isda([...common, ...pca]);
    expect(many.exitCode, many.all).toBe(2);
    expect(many.stderr).toContain(
      'cannot move along the principal components: there are only 64, one per feature, not 65',
    );
    expect(many.stderr).not.toMatch(/step I|estimating/);
    const fast = await isda([...two, '--rate1', '1e39', '--iterations', '9', '--out', 'nothing']);
    expect(fast.exitCode, fast.all).toBe(1);
    expect(fast.stderr).toMatch(
      /error: cannot map the features back: the (distance|noise) of picture \d is not finite at/,
    );
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });
});

describe('a generator of some classes', () => {
  it('is measured only on its classes', async () => {
    const args = ['gan', 'quality', '--generator', 'two-classes', '--run', 'mixed', '--samples', '61', '--json'];
    const outcome = await isda([...args, '--out', 'two-classes.png']);
    expect(outcome.exitCode, outcome.all).toBe(0);
    expect(outcome.stderr).toContain(
      'only the classes that the generators were trained on are compared: synthetic_3, synthetic_5',
    );
    const { rows } = JSON.parse(outcome.stdout) as Quality;
    expect(rows.map(({ name }) => name)).toEqual(['all', 'synthetic_3', 'synthetic_5']);
    // Each sample belongs to one of the two.
    expect(rows.map(({ samples }) => samples)).toEqual([61, 31, 30]);
    expect(rows[0].images).toBe(rows[1].images + rows[2].images);
    expect(rows[0].images).toBeLessThan(40);
  });

  it('draws images only of its classes', async () => {
    const args = [
      'visualize',
      '--run',
      'mixed',
      '--generator',
      'two-classes',
      '--draws',
      '1',
      '--iterations',
      '1',
      '--json',
    ];
    const outcome = await isda([...args, '--images', '3', '--out', 'two']);
    expect(outcome.exitCode, outcome.all).toBe(0);
    const { images } = JSON.parse(outcome.stdout) as Visualization;
    expect([...new Set(images.map(({ className }) => className))].sort()).toEqual(['synthetic_3', 'synthetic_5']);
    const own = images[0].image;
    const others = Array.from({ length: 128 }, (_, index) => index);
    const refused = await isda([...args, '--index', [own, ...others].join(','), '--out', 'none']);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toMatch(
      /cannot show the images: image \d+ is of class synthetic_\d: the generator was trained only on synthetic_3, synthetic_5/,
    );
    expect(refused.stderr).not.toContain('step I');
  });
});

describe('images whose classes have a different order', () => {
  const commands = [
    ['visualize', '--run', 'mixed', '--generator', 'gan', '--out', 'nothing'],
    ['gan', 'quality', '--run', 'mixed', '--generator', 'gan'],
  ];
  it.each(commands)('are refused by isda %s', async (...args) => {
    await cp(join(folder, 'data'), join(folder, 'swapped'), { recursive: true });
    const names = join(folder, 'swapped', 'cifar-10-batches-bin', 'batches.meta.txt');
    const swapped = [...all.slice(0, 8), 9, 8].map((label) => `synthetic_${label}\n`).join('');
    await writeFile(names, swapped);
    const outcome = await isda([...args, '--set', 'dataset.dir=swapped']);
    expect(outcome.exitCode, outcome.all).toBe(1);
    expect(outcome.stderr).toContain(
      `the order of the classes differs from that of the run: "synthetic_9" is class 8 and was class 9`,
    );
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });
});

describe('isda gan quality', () => {
  it('prints the distance of all images and of each class, and draws neighbours', async () => {
    const args = ['gan', 'quality', '--generator', 'gan', '--run', 'mixed', '--samples', '60', '--json'];
    const outcome = await isda([...args, '--out', 'neighbours.png']);
    expect(outcome.exitCode, outcome.all).toBe(0);
    const { rows, featureSize } = JSON.parse(outcome.stdout) as Quality;
    expect(featureSize).toBe(64);
    expect(rows.map(({ name }) => name)).toEqual(['all', ...Array.from({ length: 10 }, (_, i) => `synthetic_${i}`)]);
    expect(rows[0]).toMatchObject({ images: 128, samples: 60 });
    for (const { frechetDistance } of rows) expect(frechetDistance).toBeGreaterThan(0);
    expect(readFileSync(join(folder, 'neighbours.png')).subarray(1, 4).toString()).toBe('PNG');
  });
});
