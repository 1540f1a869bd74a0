// The findings of `isda doctor` about the data sets.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { examine } from '../../../src/cli/doctor/examination.js';
import { test } from '../../temporary-folder.js';

test('reports which data sets are present, and whether they are complete', async ({ folder }) => {
  await mkdir(join(folder, 'cifar-100-binary'));
  await mkdir(join(folder, 'cifar-10-batches-bin'));
  for (const name of ['train', 'test']) await writeFile(join(folder, 'cifar-100-binary', `${name}.bin`), '');
  for (const batch of [1, 2, 4, 5]) {
    await writeFile(join(folder, 'cifar-10-batches-bin', `data_batch_${batch}.bin`), '');
  }
  const findings = await examine({ ISDA_HOME: folder, ISDA_DATA: folder, PATH: '' }, '/nowhere');
  expect(findings.find(({ name }) => name === 'cifar100')).toEqual({
    name: 'cifar100',
    state: 'good',
    value: join(folder, 'cifar-100-binary'),
  });
  expect(findings.find(({ name }) => name === 'cifar10')).toMatchObject({
    state: 'note',
    value: `${join(folder, 'cifar-10-batches-bin')} lacks data_batch_3.bin, test_batch.bin`,
  });
});
