// `isda data verify` of folders, `isda data show` and `isda data statistics`.
import { copyFile, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../data/helpers.js';
import { cutInHalf, writeImages } from '../../data/datasets/image-folder/support.js';
import { runCli, type Outcome } from '../../support/cli.js';

const images = ['a', 'b'].flatMap((name) => [1, 2, 3].map((i) => `train/${name}/${i}.jpg`));

/** A folder with a small set of images in `images/`, and command lines run in it. */
async function example(): Promise<{ folder: string; isda: (line: string) => Promise<Outcome> }> {
  const folder = await temporaryFolder();
  await writeImages(join(folder, 'images'), [...images, 'val/a/1.png']);
  return { folder, isda: (line) => runCli(folder, line.split(' '), { ISDA_HOME: join(folder, 'home') }) };
}

const config =
  '--config imagenet-resnet --set dataset.name=image-folder --set dataset.dir=images --set dataset.imageSize=32';

describe('isda data verify of a folder', () => {
  it('says what is there, with progress beside', async () => {
    const { folder, isda } = await example();
    const { code, stdout, stderr } = await isda('data verify image-folder --dir images');
    expect({ code, stdout: stdout.replaceAll(/[0-9a-f]{32}/g, 'MD5') }).toEqual({
      code: 0,
      stdout: `image-folder in ${folder}/images
train: 6 images, 2 of 2 classes, 3 images each
  from 40 x 30 to 40 x 30 pixels
  md5 of the list MD5
val: 1 images, 1 of 2 classes, 1 images each
  from 40 x 30 to 40 x 30 pixels
  md5 of the list MD5
all images can be read
`,
    });
    expect(stderr).toMatch(/100 % \(7 of 7 images\)\n$/);
  });

  it('warns of images that are in both parts or in several classes', async () => {
    const { folder, isda } = await example();
    const copies = ['train/a/4.jpg', 'train/b/4.jpg', 'val/a/1.png', 'val/a/2.png'];
    for (const copy of copies) await copyFile(join(folder, 'images/train/a/1.jpg'), join(folder, 'images', copy));
    const { code, stdout } = await isda('data verify image-folder --dir images');
    expect(code).toBe(0);
    expect(stdout).toContain(
      [
        'warning: 2 images of val are in train as well',
        '  val/a/1.png = train/a/1.jpg',
        '  val/a/2.png = train/a/1.jpg',
        'warning: 1 image is in another class as well',
        '  train/b/4.jpg = train/a/1.jpg',
        'repeated within a class: 2 images',
      ].join('\n'),
    );
    await rm(join(folder, 'images/val'), { recursive: true });
    expect((await isda('data verify image-folder --dir images')).stdout).toContain(
      'warning: repeated within a class: 1 image, which a split may place in both parts\n',
    );
  });

  it('exits 1 with the paths of broken images', async () => {
    const { folder, isda } = await example();
    const path = join(folder, 'images/train/b/2.jpg');
    await cutInHalf(path);
    const found = await isda('data verify imagenet --dir images');
    expect(found.code).toBe(1);
    expect(found.stdout).toContain(`problem: cannot read ${path}: `);
    expect(found.stderr).toContain(`error: cannot read all images in ${folder}/images: 1 problem found\n  hint: `);
    const json = await isda('data verify imagenet --dir images --json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      name: 'imagenet',
      parts: [{ broken: [{ path }] }, { broken: [] }],
    });
  });

  it('finds all that is wrong at once', async () => {
    const { folder, isda } = await example();
    const root = join(folder, 'images');
    await mkdir(join(root, 'train/empty'));
    await symlink('/gone', join(root, 'train/lost'));
    await writeImages(root, ['val/other/1.jpg']);
    await cutInHalf(join(root, 'train/b/2.jpg'));
    const { code, stdout, stderr } = await isda('data verify image-folder --dir images');
    expect(code).toBe(1);
    expect(stderr).toContain(`error: cannot use the images in ${root}: 4 problems found\n`);
    expect(stdout).toContain('\ntrain: 6 images, 2 of 3 classes, 3 images each\n');
    expect(stdout).toContain(`\nproblem: cannot read ${root}/train/b/2.jpg: `);
    const reasons = [
      ['the class empty has no images', 'train/empty'],
      ['a link points to /gone, which does not exist', 'train/lost'],
      ['the classes of val/ differ from those of train/: other is not in train/', 'val'],
    ];
    for (const [reason, place] of reasons)
      expect(stdout).toContain(`\nproblem: cannot use the images in ${root}: ${reason}\n  ${root}/${place}\n`);
    const json = await isda('data verify image-folder --dir images --json');
    expect(JSON.parse(json.stdout)).toMatchObject({ problems: [{}, {}, {}], parts: [{ broken: [{}] }, {}] });
  });

  it.each([
    ['image-folder', 2, 'cannot find the images: no folder is given'],
    ['image-folder --dir nowhere', 1, 'cannot find the images: no searched folder contains train/'],
    ['imagenet', 1, 'cannot find ImageNet: no searched folder contains train/'],
  ])('%s exits %i', async (line, code, message) => {
    const { isda } = await example();
    const outcome = await isda(`data verify ${line}`);
    expect(outcome.code).toBe(code);
    expect(outcome.stderr).toContain(`error: ${message}\n`);
  });

  it('names the folder that is not as it should be', async () => {
    const { folder, isda } = await example();
    await rm(join(folder, 'images/val'), { recursive: true });
    const held = await isda('data verify image-folder --dir images');
    expect(held.code, held.stderr).toBe(0);
    expect(held.stdout).toContain(
      '\nno images to evaluate on: runs need dataset.validationFraction or dataset.holdout\n',
    );
    await rm(join(folder, 'images/train/a'), { recursive: true });
    await mkdir(join(folder, 'images/train/a'));
    const { code, stderr } = await isda('data verify image-folder --dir images');
    expect(code).toBe(1);
    expect(stderr).toContain(
      `cannot use the images in ${folder}/images: the class a has no images\n  ${folder}/images/train/a\n`,
    );
  });
});

describe('isda data show', () => {
  it('writes a PNG and says what its rows are', async () => {
    const { folder, isda } = await example();
    const { code, stdout } = await isda(`data show ${config} --out deep/grid.png --rows 2 --columns 3`);
    expect(code).toBe(0);
    const side = 3 * 32;
    const { format, width, height } = await sharp(join(folder, 'deep/grid.png')).metadata();
    expect({ format, width, height }).toEqual({ format: 'png', width: 4 + 3 * (side + 4), height: 4 + 2 * (side + 4) });
    expect(stdout).toContain(
      `${folder}/deep/grid.png, ${width} x ${height}: the image as it is evaluated, then 2 draws`,
    );
    expect(stdout).toMatch(/\n +1 {2}a +.*images\/train\/a\/\d.jpg\n +2 {2}b +.*images\/train\/b\/\d.jpg\n$/);
  });

  it('draws the same picture for a seed, another for another', async () => {
    const { folder, isda } = await example();
    const draw = async (name: string, flags: string): Promise<Buffer> => {
      const { code, stdout } = await isda(`data show ${config} --out ${name}.png --rows 2 --columns 3 --json ${flags}`);
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ out: join(folder, `${name}.png`), rows: [{ className: 'a' }, {}] });
      return sharp(join(folder, `${name}.png`))
        .raw()
        .toBuffer();
    };
    const first = await draw('first', '--seed 3');
    expect((await draw('second', '--seed 3')).equals(first)).toBe(true);
    expect((await draw('third', '--seed 4')).equals(first)).toBe(false);
    expect((await draw('fourth', '--seed 3 --no-original')).equals(first)).toBe(false);
  });
});

describe('isda data statistics', () => {
  it('prints mean and standard deviation of each channel beside those in use', async () => {
    const { isda } = await example();
    const { code, stdout } = await isda(`data statistics ${config}`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^image-folder: 6 training images of 32 x 32 pixels, as they are evaluated\nchannel +mean +std/,
    );
    expect(stdout).toMatch(/\nred .*0\.4850 +0\.2290\n/);
    const json = await isda(`data statistics ${config} --json`);
    expect(JSON.parse(json.stdout)).toMatchObject({
      images: 6,
      inUse: { mean: [0.485 * 255, 0.456 * 255, 0.406 * 255] },
    });
  });

  it('names an image that cannot be read', async () => {
    const { folder, isda } = await example();
    await cutInHalf(join(folder, 'images/train/a/1.jpg'));
    const { code, stderr } = await isda(`data statistics ${config}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: cannot read image ${folder}/images/train/a/1.jpg: `);
    const passed = await isda(`data statistics ${config} --set dataset.maxBroken=1`);
    expect(passed.code, passed.stderr).toBe(0);
    expect(passed.stdout).toMatch(/^image-folder: 5 training images of 32 x 32 pixels/);
    expect(passed.stderr.match(/warning: .*images\/train\/a\/1\.jpg: .*; it is left out/g)).toHaveLength(1);
    const shown = await isda(`data show ${config} --out grid.png --rows 6 --columns 1 --set dataset.maxBroken=1`);
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stderr).toContain('; the next image takes its place');
  });
});
