import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { IsdaError } from '../../../../src/common/errors.js';
import { loadCifar } from '../../../../src/data/datasets/cifar/cifar.js';
import { synthesizeRecords, type SynthesizeOptions } from '../../../../src/data/datasets/synthetic/files.js';
import { synthesize } from '../../../../src/data/datasets/synthetic/synthesize.js';
import { mountSmallDisk } from '../../../faults/small-disk.js';
import { temporaryFolder, writeFiles } from '../../helpers.js';

const small: SynthesizeOptions = { name: 'cifar10', train: 23, test: 7, classes: 10, seed: 4 };

describe('synthesize', () => {
  it('writes the official files of CIFAR-10, which load', async () => {
    const directory = join(await temporaryFolder(), 'new');
    const result = await synthesize(small, directory);
    expect(result.outcome).toBe('written');
    expect((await readdir(directory)).join()).toBe('cifar-10-batches-bin');
    expect((await readdir(result.folder)).sort()).toEqual(
      [...result.files.map(({ file }) => file), 'batches.meta.txt', 'synthetic.json'].sort(),
    );
    expect(result.files.map(({ count }) => count)).toEqual([5, 5, 5, 4, 4, 7]);
    const train = await loadCifar({ name: 'cifar10', directory, part: 'train' });
    const test = await loadCifar({ name: 'cifar10', directory, part: 'test' });
    expect([...train.labels]).toEqual(Array.from({ length: 23 }, (_, i) => i % 10));
    expect(test.count).toBe(7);
    expect(train.classNames[9]).toBe('synthetic_9');
    expect(train.storage.images.slice(0, 7 * 3072)).not.toEqual(test.storage.images);
  });

  it('writes only the first files where there are fewer images than files', async () => {
    const directory = await temporaryFolder();
    const few = await synthesize({ ...small, train: 2 }, directory);
    expect(few.files.map(({ file }) => file)).toEqual(['data_batch_1.bin', 'data_batch_2.bin', 'test_batch.bin']);
    expect((await loadCifar({ name: 'cifar10', directory, part: 'train' })).count).toBe(2);
  });

  it('writes CIFAR-100 with coarse labels and both lists of names', async () => {
    const directory = await temporaryFolder();
    const { folder } = await synthesize({ ...small, name: 'cifar100', classes: 30, train: 31 }, directory);
    const train = await loadCifar({ name: 'cifar100', directory, part: 'train' });
    expect([train.classes, train.labels[29], train.labels[30]]).toEqual([100, 29, 0]);
    expect(train.classNames.slice(29, 31)).toEqual(['synthetic_29', '30']);
    expect((await readFile(join(folder, 'coarse_label_names.txt'), 'utf8')).trim().split('\n')).toHaveLength(20);
  });

  it('does nothing where the same set is there, and replaces another synthetic one', async () => {
    const directory = await temporaryFolder();
    await synthesize(small, directory);
    expect((await synthesize(small, directory)).outcome).toBe('present');
    expect((await synthesize({ ...small, train: 30 }, directory)).outcome).toBe('written');
    expect((await loadCifar({ name: 'cifar10', directory, part: 'train' })).count).toBe(30);
    expect((await readdir(directory)).join()).toBe('cifar-10-batches-bin');
  });

  it('keeps what somebody else put beside a set that it replaces', async () => {
    const directory = await temporaryFolder();
    const { folder } = await synthesize(small, directory);
    await writeFiles(folder, { 'notes.txt': 'mine' });
    await writeFiles(join(folder, 'sub'), { 'a.jpg': 'mine too' });
    expect((await synthesize({ ...small, train: 30 }, directory)).outcome).toBe('written');
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
    expect(await readFile(join(folder, 'sub', 'a.jpg'), 'utf8')).toBe('mine too');
    expect((await loadCifar({ name: 'cifar10', directory, part: 'train' })).count).toBe(30);
    expect((await readdir(directory)).join()).toBe('cifar-10-batches-bin');
  });

  it.each(['data_batch_2.bin', 'batches.meta.txt'])('refuses to replace a %s that it did not write', async (file) => {
    const directory = await temporaryFolder();
    const { folder } = await synthesize(small, directory);
    const length = (await readFile(join(folder, file))).length;
    await writeFiles(folder, { [file]: new Uint8Array(length).fill(65) });
    for (const options of [small, { ...small, seed: 9 }]) {
      await expect(synthesize(options, directory)).rejects.toMatchObject({
        code: 'file/exists',
        message: `cannot synthesize images: ${file} is not an unmodified file of the synthetic set`,
      });
    }
    expect((await readFile(join(folder, file), 'utf8')).slice(0, 3)).toBe('AAA');
  });

  it('names the folder and the free space if the disk is full, and leaves nothing', async (context) => {
    const directory = join(await temporaryFolder(), 'small');
    const disk = await mountSmallDisk(directory, 60_000);
    if (disk === undefined) return context.skip('no disk can be mounted here');
    onTestFinished(() => disk.unmount());
    await expect(synthesize(small, directory)).rejects.toMatchObject({
      message: expect.stringMatching(/^cannot write .*cifar-10-batches-bin: the disk is full \(.* free\)$/) as string,
      hint: 'free some space or choose another folder',
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    ['data_batch_2.bin', 'mkfifo', 'data_batch_2.bin'],
    ['batches.meta.txt', 'mkfifo', 'batches.meta.txt'],
    ['batches.meta.txt', 'mkdir', 'batches.meta.txt'],
    ['data_batch_2.bin', 'mkdir', 'data_batch_2.bin'],
    ['synthetic.json', 'mkfifo', 'synthetic set'],
    ['synthetic.json', 'mkdir', 'synthetic set'],
  ])('does not wait for a %s of %s', async (file, command, reason) => {
    const directory = await temporaryFolder();
    const { folder } = await synthesize(small, directory);
    await rm(join(folder, file));
    execFileSync(command, [join(folder, file)]);
    const refused = synthesize(small, directory);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toMatchObject({ code: 'file/exists' });
  });

  it('refuses to take the name of a file that is somebody else’s, and writes one that is missing again', async () => {
    const directory = await temporaryFolder();
    const { folder } = await synthesize({ ...small, train: 2 }, directory);
    await writeFiles(folder, { 'data_batch_3.bin': 'mine' });
    await expect(synthesize(small, directory)).rejects.toThrow(
      'data_batch_3.bin is not an unmodified file of the synthetic set',
    );
    expect(await readFile(join(folder, 'data_batch_3.bin'), 'utf8')).toBe('mine');
    await rm(join(folder, 'test_batch.bin'));
    expect((await synthesize({ ...small, train: 2 }, directory)).outcome).toBe('written');
    expect((await loadCifar({ name: 'cifar10', directory, part: 'test' })).count).toBe(7);
  });

  it('never replaces images that are not synthetic', async () => {
    const directory = await temporaryFolder();
    const folder = await writeFiles(join(directory, 'cifar-10-batches-bin'), { 'data_batch_1.bin': 'real' });
    await expect(synthesize(small, directory)).rejects.toThrow('does not contain a synthetic set');
    expect(await readFile(join(folder, 'data_batch_1.bin'), 'utf8')).toBe('real');
  });

  it.each([{ train: 0 }, { test: 1.5 }, { classes: 1 }, { classes: 11 }])('refuses %j', async (wrong) => {
    const directory = await temporaryFolder();
    const error = await synthesize({ ...small, ...wrong }, directory).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(IsdaError);
    expect((error as IsdaError).kind).toBe('usage');
    expect(await readdir(directory)).toEqual([]);
  });
});

describe('synthesizeRecords', () => {
  it('makes each image from (seed, part, position) alone', () => {
    const make = (first: number, count: number) => synthesizeRecords(small, 'train', first, count);
    expect(make(0, 12).slice(5 * 3073, 9 * 3073)).toEqual(make(5, 4));
    expect(synthesizeRecords({ ...small, seed: 5 }, 'train', 0, 2)).not.toEqual(make(0, 2));
  });

  it('can be learnt from colours alone to some degree, and not fully', () => {
    const pixelsOf = (seed: number, count: number) => {
      const bytes = synthesizeRecords({ ...small, seed }, 'train', 0, count);
      return Array.from({ length: count }, (_, i) => {
        const image = bytes.subarray(i * 3073 + 1, (i + 1) * 3073);
        const means = [0, 1, 2].map((c) => image.subarray(c * 1024, (c + 1) * 1024).reduce((a, b) => a + b, 0) / 1024);
        const grey = (means[0] + means[1] + means[2]) / 3;
        return means.map((mean) => mean - grey);
      });
    };
    const centres = Array.from({ length: 10 }, () => [0, 0, 0]);
    pixelsOf(1, 500).forEach((means, i) => means.forEach((mean, c) => (centres[i % 10][c] += mean / 50)));
    // Another seed gives the same task with other images.
    const wrong = pixelsOf(2, 500).filter((means, i) => {
      const distances = centres.map((centre) => Math.hypot(...centre.map((value, c) => value - means[c])));
      return distances.indexOf(Math.min(...distances)) !== i % 10;
    });
    expect(wrong.length / 500).toBeGreaterThan(0.2);
    expect(wrong.length / 500).toBeLessThan(0.75);
  });
});
