import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { mkdir, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatError } from '../../../../src/common/errors.js';
import { loadCifar } from '../../../../src/data/datasets/cifar/cifar.js';
import type { CifarName } from '../../../../src/data/datasets/cifar/format.js';
import { cifarRecords, temporaryFolder, writeFiles } from '../../helpers.js';

const sample = join(import.meta.dirname, '../../../../../shared/data/cifar100-sample');
const official = process.env.ISDA_DATA === undefined ? '' : join(process.env.ISDA_DATA, 'cifar-10-batches-bin');

/** The error as a user sees it. */
async function errorOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: unknown) => formatError(error, false),
  );
}

describe('loadCifar', () => {
  it('turns the planes of CIFAR-10 records into NHWC, over all files in order', async () => {
    const first = cifarRecords('cifar10', [3, 9], 1);
    const second = cifarRecords('cifar10', [0], 2);
    const folder = await writeFiles(await temporaryFolder(), { 'data_batch_1.bin': first, 'data_batch_2.bin': second });
    const dataset = await loadCifar({ name: 'cifar10', directory: folder, part: 'train' });
    expect(dataset).toMatchObject({ name: 'cifar10', classes: 10, height: 32, width: 32, channels: 3, count: 3 });
    expect([...dataset.labels]).toEqual([3, 9, 0]);
    const both = Buffer.concat([first, second]);
    for (const [image, y, x, c] of [
      [0, 0, 0, 0],
      [0, 31, 31, 2],
      [1, 5, 17, 1],
      [2, 30, 2, 2],
    ]) {
      expect(dataset.storage.images[((image * 32 + y) * 32 + x) * 3 + c]).toBe(
        both[image * 3073 + 1 + (c * 32 + y) * 32 + x],
      );
    }
    expect(dataset.checksum).toBe(createHash('md5').update(both).digest('hex'));
    expect(dataset.mean).toEqual([125.3, 123, 113.9]);
    expect(dataset.std).toEqual([63, 62.1, 66.7]);
  });

  it('reads the fine label of CIFAR-100 and the pixels after both labels', async () => {
    const bytes = cifarRecords('cifar100', [99, 7]);
    const folder = await writeFiles(await temporaryFolder(), { 'test.bin': bytes });
    const dataset = await loadCifar({ name: 'cifar100', directory: folder, part: 'test' });
    expect(dataset.classes).toBe(100);
    expect([...dataset.labels]).toEqual([99, 7]);
    // The paper's code normalizes both sets with the statistics of CIFAR-10.
    expect([dataset.mean, dataset.std]).toEqual([
      [125.3, 123, 113.9],
      [63, 62.1, 66.7],
    ]);
    expect([...dataset.storage.images.subarray(3072, 3075)]).toEqual([
      bytes[3076],
      bytes[3076 + 1024],
      bytes[3076 + 2048],
    ]);
  });

  it('takes class names from the file where there is one, and numbers for the rest', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'test_batch.bin': cifarRecords('cifar10', [1]) });
    const load = () => loadCifar({ name: 'cifar10', directory: folder, part: 'test' });
    expect((await load()).classNames).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    await writeFiles(folder, { 'batches.meta.txt': 'airplane\r\nautomobile\n\n' });
    expect((await load()).classNames.slice(0, 3)).toEqual(['airplane', 'automobile', '2']);
    await writeFiles(folder, { 'batches.meta.txt': '\n' });
    expect(await errorOf(load())).toMatch(/the file has no names\n.*batches\.meta\.txt/);
    await writeFiles(folder, { 'batches.meta.txt': 'name\n'.repeat(11) });
    expect(await errorOf(load())).toMatch(/the file has 11 names, at most 10 fit\n.*batches\.meta\.txt/);
  });

  it('knows a part by its files, and by the names of its classes where these are not the usual ones', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'test_batch.bin': cifarRecords('cifar10', [1]) });
    const load = () => loadCifar({ name: 'cifar10', directory: folder, part: 'test' });
    const digests: (string | undefined)[] = [];
    const official = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');
    const { checksum, digest } = await load();
    expect(digest).toBe(checksum);
    for (const names of [official, ['synthetic_0', 'synthetic_1'], official.toReversed(), ['a', 'b'], ['b', 'a']]) {
      await writeFiles(folder, { 'batches.meta.txt': `${names.join('\n')}\n` });
      digests.push((await load()).digest);
    }
    expect(digests.slice(0, 2)).toEqual([checksum, checksum]);
    expect(new Set(digests).size).toBe(4);
  });

  it('finds the archive folder inside the given one', async () => {
    const parent = await temporaryFolder();
    await writeFiles(join(parent, 'cifar-100-binary'), { 'train.bin': cifarRecords('cifar100', [1]) });
    expect((await loadCifar({ name: 'cifar100', directory: parent, part: 'train' })).count).toBe(1);
  });
});

it.each(['data_batch_1.bin', 'batches.meta.txt'])('refuses a named pipe called %s, and does not wait', async (file) => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'data_batch_1.bin': cifarRecords('cifar10', [1]) });
  await rm(join(folder, file), { force: true });
  execFileSync('mkfifo', [join(folder, file)]);
  expect(await errorOf(loadCifar({ name: 'cifar10', directory: folder, part: 'train' }))).toContain(
    'it is a named pipe',
  );
});

describe('errors of loadCifar', () => {
  const load = (name: CifarName, directory: string, part: 'train' | 'test' = 'train') =>
    errorOf(loadCifar({ name, directory, part }));

  it('an empty folder', async () => {
    const folder = await temporaryFolder();
    const error = await load('cifar10', folder);
    expect(error).toContain(
      'cannot find CIFAR-10: no searched folder contains any of its files (data_batch_1.bin, test_batch.bin, …)',
    );
    expect(error).toContain(`looked in ${folder}\n`);
    expect(error).toContain(`looked in ${join(folder, 'cifar-10-batches-bin')}\n`);
    expect(error).toMatch(/hint: .*isda data download cifar10.*--set dataset\.dir=DIR.*ISDA_DATA/);
  });

  it('a part or a file before the last that is missing', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'data_batch_1.bin': cifarRecords('cifar10', [1]) });
    expect(await load('cifar10', folder, 'test')).toContain('the test images are missing (test_batch.bin)');
    await writeFiles(folder, { 'data_batch_3.bin': cifarRecords('cifar10', [1]) });
    expect(await load('cifar10', folder)).toContain('data_batch_2.bin is missing, but data_batch_3.bin exists');
  });

  it('a file that is cut off, with the byte', async () => {
    const bytes = cifarRecords('cifar10', [1, 2, 3]);
    const folder = await writeFiles(await temporaryFolder(), { 'data_batch_1.bin': bytes.subarray(0, 7000) });
    const error = await load('cifar10', folder);
    expect(error).toContain(
      'cannot read CIFAR-10: the file is cut off at byte 7000: record 2 has 854 of its 3073 bytes (bytes 6146 … 9218)',
    );
    expect(error).toContain(join(folder, 'data_batch_1.bin'));
  });

  it('a file of more than 2 GiB that is cut off', async () => {
    const folder = await writeFiles(await temporaryFolder(), { 'train.bin': '' });
    // Without blocks on the disk.
    await truncate(join(folder, 'train.bin'), 2 ** 31 + 1);
    expect(await load('cifar100', folder)).toContain('cannot read CIFAR-100: the file is cut off at byte 2147483649');
  });

  it('an empty file', async () => {
    const folder = await writeFiles(await temporaryFolder(), { 'train.bin': '' });
    expect(await load('cifar100', folder)).toMatch(/cannot read CIFAR-100: the file is empty\n {2}.*train\.bin/);
  });

  it('a folder in place of a file', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'train.bin'));
    expect(await load('cifar100', folder)).toMatch(/cannot read CIFAR-100: it is a folder\n {2}.*train\.bin/);
    const names = await writeFiles(await temporaryFolder(), { 'train.bin': cifarRecords('cifar100', [1]) });
    await mkdir(join(names, 'fine_label_names.txt'));
    expect(await load('cifar100', names)).toMatch(
      /cannot read the class names of CIFAR-100: it is a folder\n {2}.*fine_label_names\.txt\n {2}hint: /,
    );
  });

  it.each([
    ['cifar10', 'data_batch_1.bin', [1, 10], 'record 1 has the label 10; allowed are 0 … 9'],
    ['cifar100', 'train.bin', [99, 1, 100], 'record 2 has the fine label 100; allowed are 0 … 99'],
  ] as const)('a label out of range (%s)', async (name, file, labels, reason) => {
    const folder = await writeFiles(await temporaryFolder(), { [file]: cifarRecords(name, labels) });
    const error = await load(name, folder);
    expect(error).toContain(reason);
    expect(error).toContain(join(folder, file));
  });

  it('a coarse label out of range', async () => {
    const bytes = cifarRecords('cifar100', [0, 0]);
    bytes[3074] = 20;
    const folder = await writeFiles(await temporaryFolder(), { 'train.bin': bytes });
    expect(await load('cifar100', folder)).toContain('record 1 has the coarse label 20; allowed are 0 … 19');
  });
});

describe.skipIf(!existsSync(sample))('the sample of the real CIFAR-100', () => {
  it('loads with names and plausible pixels', async () => {
    const train = await loadCifar({ name: 'cifar100', directory: sample, part: 'train' });
    const test = await loadCifar({ name: 'cifar100', directory: sample, part: 'test' });
    expect([train.count, test.count]).toEqual([2000, 1000]);
    expect(train.classNames.slice(0, 3)).toEqual(['apple', 'aquarium_fish', 'baby']);
    for (const c of [0, 1, 2]) {
      const channel = train.storage.images.filter((_, i) => i % 3 === c);
      const mean = channel.reduce((sum, value) => sum + value, 0) / channel.length;
      // CIFAR-100's own means are (129.3, 124.1, 112.4).
      expect(Math.abs(mean - [129.3, 124.1, 112.4][c])).toBeLessThan(3);
    }
  });
});

describe.skipIf(!existsSync(official))('the real CIFAR-10 in $ISDA_DATA', () => {
  it('loads completely, with the statistics that normalize it', async () => {
    const train = await loadCifar({ name: 'cifar10', directory: official, part: 'train' });
    expect(train.count).toBe(50000);
    expect(train.classNames[9]).toBe('truck');
    const sums = [0, 0, 0];
    const squares = [0, 0, 0];
    for (let i = 0; i < train.storage.images.length; i++) {
      sums[i % 3] += train.storage.images[i];
      squares[i % 3] += train.storage.images[i] ** 2;
    }
    const n = train.storage.images.length / 3;
    for (const c of [0, 1, 2]) {
      const mean = sums[c] / n;
      expect(mean).toBeCloseTo(train.mean[c], 0);
      expect(Math.abs(Math.sqrt(squares[c] / n - mean ** 2) - train.std[c])).toBeLessThan(0.1);
    }
  });
});
