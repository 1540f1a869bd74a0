// An incomplete copy of an official set is refused; a user's own sets may have any size.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCifar } from '../../../../src/data/datasets/cifar/cifar.js';
import { cifarFormats, type CifarFormat } from '../../../../src/data/datasets/cifar/format.js';
import { md5OfFile, requireComplete } from '../../../../src/data/datasets/cifar/official.js';
import { verifyDataset } from '../../../../src/data/verify.js';
import { cifarRecords, temporaryFolder, writeFiles } from '../../helpers.js';

const real = process.env.ISDA_DATA === undefined ? '' : join(process.env.ISDA_DATA, 'cifar-10-batches-bin');
const names = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
const content = Object.fromEntries([
  ...names.map((name, index) => [name, cifarRecords('cifar10', [1, 2], index)] as const),
  ['test_batch.bin', cifarRecords('cifar10', [3], 9)] as const,
]);
const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** CIFAR-10 with `content` in place of its official files. */
const format: CifarFormat = {
  ...cifarFormats.cifar10,
  officialCount: { train: 10, test: 1 },
  md5: Object.fromEntries(Object.entries(content).map(([name, bytes]) => [name, md5Of(bytes)])),
};
const check = async (files: Readonly<Record<string, Uint8Array>>): Promise<string | undefined> => {
  const folder = await writeFiles(await temporaryFolder(), files);
  return requireComplete(format, folder).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
};
const without = (...missing: readonly string[]) =>
  Object.fromEntries(Object.entries(content).filter(([name]) => !missing.includes(name)));

describe('requireComplete', () => {
  it('takes the whole set, and sets of one’s own with fewer files or records', async () => {
    expect(await check(content)).toBeUndefined();
    const own = cifarRecords('cifar10', [4], 7);
    expect(await check({ 'data_batch_1.bin': own, 'test_batch.bin': own.subarray(0) })).toBeUndefined();
    expect(await check({ 'data_batch_1.bin': cifarRecords('cifar10', [4, 5], 7) })).toBeUndefined();
  });

  it('refuses official files without the others, and with one cut off between records', async () => {
    expect(await check(without('data_batch_4.bin', 'data_batch_5.bin'))).toBe(
      'cannot use CIFAR-10: the set is not complete: data_batch_4.bin is missing, data_batch_5.bin is missing',
    );
    const cut = { ...content, 'data_batch_3.bin': content['data_batch_3.bin'].subarray(0, 3073) };
    expect(await check(cut)).toBe(
      'cannot use CIFAR-10: the set is not complete: data_batch_3.bin has 1 of its 2 records',
    );
  });
});

describe.skipIf(!existsSync(real))('the official CIFAR-10 in $ISDA_DATA', () => {
  it('is known as such by its parts, and refused without the last batches', async () => {
    const [train, test] = await Promise.all(
      (['train', 'test'] as const).map((part) => loadCifar({ name: 'cifar10', directory: real, part })),
    );
    expect([train.official, test.official]).toEqual([true, true]);
    const folder = await temporaryFolder();
    for (const name of [...names.slice(0, 3), 'test_batch.bin']) await copyFile(join(real, name), join(folder, name));
    await expect(loadCifar({ name: 'cifar10', directory: folder, part: 'test' })).rejects.toMatchObject({
      code: 'data/damaged',
    });
    const { problems } = await verifyDataset('cifar10', folder);
    expect(problems).toMatchObject([{ message: expect.stringContaining('data_batch_4.bin is missing') as string }]);
    await rm(join(folder, 'data_batch_1.bin'));
    expect(await md5OfFile(join(folder, 'data_batch_2.bin'))).toBe(cifarFormats.cifar10.md5['data_batch_2.bin']);
  });
});
