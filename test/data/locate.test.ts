import { symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatError } from '../../src/common/errors.js';
import { locateDataset } from '../../src/data/locate.js';
import { cifarRecords, temporaryFolder, writeFiles } from './helpers.js';

const files = { 'test.bin': cifarRecords('cifar100', [1]) };

describe('locateDataset', () => {
  it('looks in ./data of the working directory by default', async () => {
    const workingDirectory = await temporaryFolder();
    const folder = await writeFiles(join(workingDirectory, 'data', 'cifar-100-binary'), files);
    expect(await locateDataset('cifar100', { environment: {}, workingDirectory })).toBe(folder);
  });

  it('prefers $ISDA_DATA, and falls back to ./data where it lacks the set', async () => {
    const workingDirectory = await temporaryFolder();
    const fallback = await writeFiles(join(workingDirectory, 'data'), files);
    const environment = { ISDA_DATA: 'elsewhere' };
    expect(await locateDataset('cifar100', { environment, workingDirectory })).toBe(fallback);
    const preferred = await writeFiles(join(workingDirectory, 'elsewhere'), files);
    expect(await locateDataset('cifar100', { environment, workingDirectory })).toBe(preferred);
  });

  it('looks only in dir where it is given, and says where it looked', async () => {
    const workingDirectory = await temporaryFolder();
    await writeFiles(join(workingDirectory, 'data'), files);
    const located = locateDataset('cifar100', { dir: 'mine', environment: { ISDA_DATA: 'data' }, workingDirectory });
    const error = await located.catch((thrown: unknown) => formatError(thrown, false));
    const mine = join(workingDirectory, 'mine');
    expect(error).toContain(`  looked in ${mine}\n  looked in ${join(mine, 'cifar-100-binary')}\n  hint:`);
    expect(error).not.toContain(join(workingDirectory, 'data'));
  });

  it.each([
    [
      ['cifar-10-batches-py/data_batch_1', 'cifar-10-batches-py/batches.meta'],
      'cifar-10-batches-py is CIFAR-10 for Python',
    ],
    [['data_batch_1.mat', 'batches.meta.mat'], ' is CIFAR-10 for MATLAB, but only the binary version is supported'],
    [
      ['cifar-10-python.tar.gz'],
      'cifar-10-python.tar.gz is CIFAR-10 for Python, packed, but only the binary version is supported',
    ],
    [['cifar-10-binary.tar.gz'], 'cifar-10-binary.tar.gz is not unpacked: `isda data download cifar10 --from '],
  ])('recognizes the set in another form: %j', async (names, hint) => {
    const dir = await writeFiles(await temporaryFolder(), {});
    for (const name of names) await writeFiles(dirname(join(dir, name)), { [basename(name)]: Buffer.from('x') });
    const located = locateDataset('cifar10', { dir, environment: {}, workingDirectory: '/' });
    await expect(located).rejects.toMatchObject({ hint: expect.stringContaining(hint) as string });
    const other = locateDataset('cifar100', { dir, environment: {}, workingDirectory: '/' });
    await expect(other).rejects.toMatchObject({
      hint: expect.stringMatching(/^`isda data download cifar100`/) as string,
    });
  });

  it('does not call a folder missing that cannot be entered', async () => {
    const workingDirectory = await temporaryFolder();
    // Nobody can enter a link to itself, not even root.
    await symlink('data', join(workingDirectory, 'data'));
    await expect(locateDataset('cifar10', { environment: {}, workingDirectory })).rejects.toMatchObject({
      code: 'file/read',
      message: expect.stringContaining(
        `cannot read ${join(workingDirectory, 'data')}/data_batch_1.bin: ELOOP`,
      ) as string,
    });
  });

  it('lists every folder where nothing is found', async () => {
    const workingDirectory = await temporaryFolder();
    const located = locateDataset('cifar10', { environment: { ISDA_DATA: '/nowhere' }, workingDirectory });
    const error = await located.catch((thrown: unknown) => formatError(thrown, false));
    expect(error).toContain('looked in /nowhere/cifar-10-batches-bin');
    expect(error).toContain(`looked in ${join(workingDirectory, 'data')}\n`);
    expect(error).toContain('isda data download cifar10');
  });
});
