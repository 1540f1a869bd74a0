// Folders of images as people have them: no parts, several formats, files that are no images; trained, swept,
// evaluated.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors } from '../../../src/records/safetensors.js';
import { runCli } from '../../support/cli.js';
import { runIsda } from '../../support/process.js';
import { read } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const formats = fileURLToPath(new URL('../../fixtures/formats/', import.meta.url));
const byClass = {
  cat: ['lossless.webp', 'plain.avif', 'plain.tiff', 'palette.gif', 'deep-grey.png', 'turned-6.jpg'],
  dog: ['alpha.webp', 'animated.gif', 'two-pages.tiff', 'palette.png', 'turned-8.jpg', 'turned-6.png', 'grey.gif'],
};

beforeAll(() => {
  for (const [name, files] of Object.entries(byClass)) {
    mkdirSync(join(folder, 'photos', name), { recursive: true });
    for (const file of files) cpSync(join(formats, file), join(folder, 'photos', name, file));
  }
  writeFileSync(join(folder, 'photos', 'cat', 'notes.txt'), 'from the garden');
  writeFileSync(
    join(folder, 'photos.yaml'),
    `dataset: {name: image-folder, dir: photos, imageSize: 32, orientation: apply, validationFraction: 0.3}
model: {name: resnet, depth: 8}
schedule: {name: constant}
training: {epochs: 1, batchSize: 4, execution: eager}
`,
  );
});

describe('a folder of classes alone', () => {
  it('is split, class by class, trained on and evaluated', async () => {
    const { stdout, exitCode, all } = await runIsda(folder, ['train', 'photos.yaml', '--out', 'run']);
    expect(exitCode, all).toBe(0);
    expect(stdout).toContain('data        image-folder, 9 training images, 4 holdout images\n');
    expect(stdout).toContain('warning: skipped files that are not images: 1 .txt\n');
    expect(stdout).toMatch(/^epoch 1\/1 {2}train error [\d.]+% .* {2}holdout error [\d.]+% /m);
    expect(stdout).not.toMatch(/test (?:error|images)/);
    const curve = await runCli(folder, ['figure', 'curve', '--run', 'run', '--out', 'curve.svg']);
    expect(curve.code, curve.stderr).toBe(0);
    expect(read(folder, 'curve.svg')).toContain('>holdout error (%)<');
    expect(JSON.parse(read(folder, 'run', 'inputs.json'))).toMatchObject({
      data: { trainImages: 13, classNames: ['cat', 'dog'] },
    });
    const evaluated = await runIsda(folder, ['evaluate', 'run', '--json']);
    expect(JSON.parse(evaluated.stdout)).toMatchObject({ images: 4, part: 'holdout' });
  });

  it('keeps class names, size, mean and deviation through export, import and another export', async () => {
    const isda = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await runCli(folder, args);
      expect(code, stderr).toBe(0);
      return stdout;
    };
    await isda('export', '--run', 'run', '--out', 'run.safetensors');
    const imported = await isda('import', 'run.safetensors', '--config', 'photos.yaml', '--out', 'imported');
    expect(imported).not.toContain('warning');
    await isda('export', '--run', 'imported', '--out', 'again.safetensors');
    const [first, again] = ['run', 'again'].map((name) => readFileSync(join(folder, `${name}.safetensors`)));
    expect(again.equals(first)).toBe(true);
    expect(decodeSafetensors(again, '').metadata).toMatchObject({
      classNames: '["cat","dog"]',
      orientation: '"apply"',
    });
    const image = join(formats, 'turned-6.jpg');
    const predicted = await isda('predict', image, '--run', 'imported');
    expect(predicted).toMatch(/ (cat|dog) [\d.]+ %, (cat|dog) [\d.]+ %/);
    expect(predicted).toBe(await isda('predict', image, '--network', 'again.safetensors'));

    const other = ['--set', 'dataset.std=[0.5, 0.5, 0.5]', '--set', 'dataset.orientation=ignore'];
    const changed = await isda('import', 'run.safetensors', '--config', 'photos.yaml', '--out', 'other', ...other);
    expect(changed).toContain(
      'warning: the image preparation differs from that of the file: std 0.2290, 0.2240, 0.2250; turned as EXIF says in the file, std 0.5000, 0.5000, 0.5000 here\n',
    );
  });

  const sweep = ['sweep', 'lambda0', '--config', 'photos.yaml', '--values', '0.25,0.5', '--final-seeds', '1'];

  it('is evaluated on what the run held out wherever its images are, and on all of other images', async () => {
    const evaluate = async (run: string, data?: string) => {
      const args = ['evaluate', run, '--json', '--set', 'training.workers=0'];
      const where = data === undefined ? [] : ['--data', data];
      const { code, stdout, stderr } = await runCli(folder, [...args, ...where]);
      expect(code, stderr).toBe(0);
      return { outcome: JSON.parse(stdout) as Record<string, unknown>, stderr };
    };
    const { outcome: own } = await evaluate('run');
    cpSync(join(folder, 'photos'), join(folder, 'copied'), { recursive: true });
    symlinkSync('photos', join(folder, 'linked'));
    for (const data of ['photos', 'copied', 'linked']) expect((await evaluate('run', data)).outcome).toEqual(own);
    expect((await evaluate('run', 'copied')).stderr).toContain(
      'note: these are the images of the run, which is evaluated on those that it held out\n',
    );
    const imported = await evaluate('imported', 'copied');
    expect(imported.outcome).toMatchObject({ images: 13, part: 'test' });
    expect(imported.stderr).toContain('warning: the run does not record its training images: if these are among them');

    rmSync(join(folder, 'copied', 'dog', 'grey.gif'));
    const { outcome, stderr } = await evaluate('run', 'copied');
    expect(outcome).toMatchObject({ images: 12, part: 'test' });
    expect(stderr).not.toContain('note: these');
  });

  it('is no data for a network with another number of classes, which is said', async () => {
    for (const name of ['cat', 'dog', 'zebra'])
      for (const part of ['train', 'val'])
        cpSync(join(folder, 'photos', 'cat'), join(folder, 'parted', part, name), { recursive: true });
    const { code, stderr } = await runCli(folder, ['evaluate', 'run', '--data', 'parted']);
    expect([code, stderr]).toEqual([
      1,
      'error: cannot evaluate the run: the images have 3 classes, the network has 2: "zebra" is new\n' +
        `  ${join(folder, 'parted')}\n  hint: choose images of the classes of the network: cat, dog\n`,
    ]);
    for (const part of ['train', 'val']) rmSync(join(folder, 'parted', part, 'zebra'), { recursive: true });
    const args = ['evaluate', 'run', '--data', 'parted', '--json', '--set', 'training.workers=0'];
    const parted = await runCli(folder, args);
    expect(JSON.parse(parted.stdout)).toMatchObject({ images: 12, part: 'test' });
  });

  it('is swept over without --holdout, which is said', async () => {
    const { code, stderr } = await runCli(folder, [...sweep, '--dry-run']);
    expect(stderr).toContain('without --holdout the value is chosen on the images of dataset.validationFraction');
    expect(code).toBe(0);
  });

  it('is planned as it is swept over: the same rows, on the same images', async () => {
    const words = [...sweep, '--json'];
    const swept = await runCli(folder, [...words, '--dry-run']);
    const { runs } = JSON.parse(swept.stdout) as { runs: { row: string }[] };
    const planned = await runCli(folder, ['plan', ...words, '--steps', '1']);
    const { rows } = JSON.parse(planned.stdout) as { rows: { row: string; images?: object; reason?: string }[] };
    expect(rows.map(({ row }) => row)).toEqual([...runs.map(({ row }) => row), 'the chosen one, on all images']);
    expect(rows.map(({ reason }) => reason)).toEqual([undefined, undefined, undefined]);
    // No further images are held out of the trials.
    expect(rows[0].images).toEqual(rows[2].images);
  });

  it('needs to be told how it is split', async () => {
    writeFileSync(join(folder, 'whole.yaml'), 'dataset: {name: image-folder, dir: photos, imageSize: 32}\n');
    const { code, stderr } = await runCli(folder, ['train', 'whole.yaml', '--out', 'new']);
    expect(code).toBe(2);
    expect(stderr).toContain('there are no evaluation images: no val/, valid/, validation/ or test/');
    expect(stderr).toContain('dataset.validationFraction: 0.2');
  });
});

describe('isda config new', () => {
  it('writes a config and its twin, which train, ablate and sweep take as they are', async () => {
    const { code, stdout, stderr } = await runCli(folder, ['config', 'new', '--data', 'photos', '--out', 'my.yaml']);
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(
      [
        '2 classes, 13 images',
        'warning: skipped files that are not images: 1 .txt',
        join(folder, 'my.yaml'),
        join(folder, 'my-cross-entropy.yaml'),
        'next: isda train --config my.yaml\n',
      ].join('\n'),
    );
    const text = read(folder, 'my.yaml');
    expect(text).toContain('# ISDA on 2 classes, 13 images (6 to 7 a class), shorter side 18 pixels: ');
    expect(text).toContain('covariance: diagonal\n');
    expect(text).toContain('validationFraction: 0.2 # there is no val/');
    for (const [config, loss] of [
      ['my.yaml', 'isda'],
      ['my-cross-entropy.yaml', 'cross-entropy'],
    ]) {
      // From any folder: the images are named by their whole path.
      const changes = [
        '--set',
        'training.epochs=1',
        '--set',
        'training.execution=eager',
        '--out',
        join(folder, `${loss}-run`),
      ];
      const trained = await runIsda(tmpdir(), ['train', join(folder, config), ...changes]);
      expect(trained.exitCode, trained.all).toBe(0);
      expect(trained.stdout).toMatch(new RegExp(`^loss +${loss}$`, 'm'));
    }
    for (const command of [
      ['ablate', '--variant', 'basic'],
      ['sweep', 'lambda0', '--values', '0.25,0.5'],
    ]) {
      const planned = await runCli(folder, [...command, '--config', 'my.yaml', '--dry-run']);
      expect(planned.code, planned.stderr).toBe(0);
    }
  });

  it('replaces no file, and says where there is no folder', async () => {
    writeFileSync(join(folder, 'mine-cross-entropy.yaml'), 'x: 1\n');
    const { code, stderr } = await runCli(folder, ['config', 'new', '--data', 'photos', '--out', 'mine.yaml']);
    expect(code).toBe(2);
    expect(stderr).toContain(`a file of that name exists\n  ${join(folder, 'mine-cross-entropy.yaml')}`);
    const nowhere = await runCli(folder, ['config', 'new', '--data', 'nowhere']);
    expect(nowhere.stderr).toContain(
      `error: cannot examine the images: there is no such folder\n  ${join(folder, 'nowhere')}`,
    );
  });

  it('makes the folder of --out, and a name of letters that a run can have', async () => {
    cpSync(join(folder, 'photos'), join(folder, 'Fotos (für Ännä)'), { recursive: true });
    const named = await runCli(folder, ['config', 'new', '--data', 'Fotos (für Ännä)']);
    expect(named.stdout).toContain(`\n${join(folder, 'Fotos-fur-Anna.yaml')}\n`);
    const inside = await runCli(folder, ['config', 'new', '--data', 'photos', '--out', 'configs/my photos.yaml']);
    expect(inside.code, inside.stderr).toBe(0);
    expect(inside.stdout).toContain("\nnext: isda train --config 'configs/my photos.yaml'\n");
  });

  it('says what a folder is that no config can be written for', async () => {
    mkdirSync(join(folder, 'cifar-10-batches-bin'));
    writeFileSync(join(folder, 'cifar-10-batches-bin', 'data_batch_1.bin'), '');
    for (const name of ['a', 'b']) {
      mkdirSync(join(folder, 'broken', name), { recursive: true });
      writeFileSync(join(folder, 'broken', name, '1.jpg'), 'nothing');
    }
    for (const [data, text] of [
      ['broken', 'none of the 2 examined images can be read'],
      ['cifar-10-batches-bin', 'has the binary files of CIFAR-10: `dataset.name: cifar10` reads them'],
      ['photos/cat/turned-6.jpg', 'it is a file, not a folder'],
    ]) {
      const { code, stderr } = await runCli(folder, ['config', 'new', '--data', data, '--out', 'never.yaml']);
      expect(code).not.toBe(0);
      expect(stderr).toContain(text);
    }
    expect(existsSync(join(folder, 'never.yaml'))).toBe(false);
  });
});
