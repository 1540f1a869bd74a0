// A run on a folder of images: it has the folder's classes and resumes after the folder was moved.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { cutInHalf, writeImages } from '../../data/datasets/image-folder/support.js';
import { runCli, type Outcome } from '../../support/cli.js';
import { runIsda } from '../../support/process.js';
import { test } from '../../temporary-folder.js';

const images = ['a', 'b', 'c'].flatMap((name) => [1, 2, 3, 4].map((i) => `train/${name}/${i}.jpg`));

function trainArgs(dir: string, ...changes: string[]): string[] {
  const settings = [
    'dataset.name=imagenet',
    `dataset.dir=${dir}`,
    'dataset.imageSize=16',
    'dataset.resize=18',
    'dataset.subset=12',
    'dataset.testSubset=3',
    'augmentation.padCrop=false',
    'training.batchSize=4',
    'training.workers=0',
    // Building graphs does not pay off in runs of a few steps.
    'training.execution=eager',
    ...changes,
  ];
  const sets = settings.flatMap((each) => ['--set', each]);
  return ['train', '--config', 'tiny-isda-diagonal', '--out', 'run', ...sets];
}

const train = (folder: string, dir: string, ...changes: string[]): Promise<Outcome> =>
  runCli(folder, trainArgs(dir, ...changes), { ...process.env, ISDA_DATA: undefined });

describe('a run on images in folders', () => {
  test('is refused before it creates its folder if the fast decoder is missing; an evaluation works without it', async ({
    folder,
  }) => {
    await writeImages(join(folder, 'images'), [...images, 'val/a/1.jpg', 'val/b/1.png', 'val/c/1.jpg']);
    const missing = `const Module = require('node:module');
const load = Module._load;
Module._load = (name, ...rest) => {
  if (name === '@julusian/jpeg-turbo') throw new Error("Cannot find module '@julusian/jpeg-turbo'");
  return load(name, ...rest);
};
`;
    writeFileSync(join(folder, 'missing.cjs'), missing);
    const without = { NODE_OPTIONS: `--require ${join(folder, 'missing.cjs')}` };
    const args = trainArgs('images');
    const refused = await runIsda(folder, args, without);
    expect(refused.exitCode, refused.all).toBe(1);
    expect(refused.stderr).toContain(
      "error: cannot decode JPEG files fast: Cannot find module '@julusian/jpeg-turbo'\n",
    );
    expect(existsSync(join(folder, 'run'))).toBe(false);
    expect(await train(folder, 'images')).toMatchObject({ code: 0 });
    const evaluated = await runIsda(folder, ['evaluate', 'run'], without);
    expect(evaluated.exitCode, evaluated.all).toBe(0);
  });

  test('has the folder’s classes, is evaluated with its own config, and resumes from a moved folder', async ({
    folder,
  }) => {
    await writeImages(join(folder, 'images'), [...images, 'val/a/1.jpg', 'val/b/1.png', 'val/c/1.jpg']);
    const trained = await train(folder, 'images');
    expect(trained).toMatchObject({ code: 0 });
    expect(trained.stdout + trained.stderr).toContain('imagenet, 12 training images, 3 test images');
    const config = readFileSync(join(folder, 'run/config.yaml'), 'utf8');
    expect(config).toMatch(/ {2}classes: 3\n/);
    expect(config).toMatch(/ {2}randomResizedCrop:\n {4}scale: \[0.08, 1\]\n/);
    const evaluated = await runCli(folder, ['evaluate', '--run', 'run'], { ...process.env });
    expect(evaluated).toMatchObject({ code: 0 });
    expect(evaluated.stdout).toContain('3 (test)');
    const exported = await runCli(folder, ['export', '--run', 'run', '--out', 'net.safetensors']);
    expect(exported).toMatchObject({ code: 0 });
    await rename(join(folder, 'images'), join(folder, 'moved'));
    const again = await train(folder, 'moved');
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout + again.stderr).toContain('complete already');
  });

  test('is identified by its images, however the path is written, after a move, and with classes given by name', async ({
    folder,
  }) => {
    const pets = join(folder, 'pets');
    await writeImages(pets, [...images, 'val/a/1.jpg', 'val/b/1.png', 'val/c/1.jpg']);
    const own = 'dataset.name=image-folder';
    expect(await train(folder, 'pets', own)).toMatchObject({ code: 0 });
    for (const dir of ['./pets', pets]) {
      const again = await train(folder, dir, own);
      expect(again, again.stderr).toMatchObject({ code: 0 });
      expect(again.stdout).toContain('complete already');
    }
    const elsewhere = await runCli('/', ['evaluate', '--run', join(folder, 'run'), '--json']);
    expect(elsewhere, elsewhere.stderr).toMatchObject({ code: 0, stderr: '' });

    await rename(pets, join(folder, 'moved'));
    const moved = await train(folder, 'moved', own);
    expect(moved, moved.stderr).toMatchObject({ code: 0 });
    expect(moved.stdout).toContain('resumes with dataset.dir');
    const config = readFileSync(join(folder, 'run/config.yaml'), 'utf8');
    expect(config).toContain('dir: moved\n');

    await rename(join(folder, 'moved/train/a'), join(folder, 'moved/train/z'));
    await rename(join(folder, 'moved/val/a'), join(folder, 'moved/val/z'));
    const text = '"a" is gone, "z" is new, "b" is class 0 and was class 1, "c" is class 1 and was class 2';
    const refused = await train(folder, 'moved', own);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(
      `the images are not those that the checkpoint was trained on: the classes differ: ${text}`,
    );
    const wrong = await runCli(folder, ['evaluate', '--run', 'run']);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain(
      `cannot evaluate the run: the order of the classes differs from that of the run: ${text}`,
    );
  });

  test('does not resume with other images of the same names', async ({ folder }) => {
    await writeImages(join(folder, 'one'), [...images, 'val/a/1.jpg', 'val/b/1.png', 'val/c/1.jpg']);
    await writeImages(join(folder, 'two'), [...images.toReversed(), 'val/a/1.jpg', 'val/b/1.png', 'val/c/1.jpg']);
    const own = 'dataset.name=image-folder';
    expect(await train(folder, 'one', own)).toMatchObject({ code: 0 });
    const { code, stderr } = await train(folder, 'two', own);
    expect(code).toBe(1);
    expect(stderr).toContain('the number of images is the same, but their checksum differs');
  });

  test('fails with the path of a broken image, or skips up to the allowed number', async ({ folder }) => {
    await writeImages(join(folder, 'images'), [...images, 'val/a/1.jpg', 'val/b/1.png', 'val/c/1.jpg']);
    const path = join(folder, 'images/train/b/3.jpg');
    await cutInHalf(path);
    const failed = await train(folder, 'images');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`cannot read image ${path}: `);
    const passed = await train(folder, 'images', 'dataset.maxBroken=1');
    expect(passed).toMatchObject({ code: 0 });
    expect(passed.stdout + passed.stderr).toContain(path);
  });

  test('refuses to start if the number of classes differs from the config', async ({ folder }) => {
    await writeImages(join(folder, 'images'), ['train/a/1.jpg', 'train/b/1.jpg', 'val/a/1.jpg']);
    const { code, stderr } = await train(folder, 'images', 'dataset.classes=1000');
    expect(code).toBe(2);
    expect(stderr).toContain('train/ has 2 classes, dataset.classes is 1000\n  hint: leave dataset.classes out');
  });
});
