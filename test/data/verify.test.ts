import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifarFormats } from '../../src/data/datasets/cifar/format.js';
import { isOfficial } from '../../src/data/datasets/cifar/official.js';
import { verifyDataset } from '../../src/data/verify.js';
import { cifarRecords, temporaryFolder, writeFiles } from './helpers.js';
import { md5 } from '../support/archive.js';

const official = process.env.ISDA_DATA === undefined ? '' : join(process.env.ISDA_DATA, 'cifar-10-batches-bin');

describe('verifyDataset', () => {
  it('counts records and classes and knows that files are not official', async () => {
    const train = cifarRecords('cifar10', [1, 1, 2]);
    const folder = await writeFiles(await temporaryFolder(), {
      'data_batch_1.bin': train,
      'test_batch.bin': cifarRecords('cifar10', [9]),
    });
    const report = await verifyDataset('cifar10', folder);
    expect(report).toMatchObject({ name: 'cifar10', folder, official: false, problems: [] });
    const file = { file: 'data_batch_1.bin', records: 3, md5: md5(train), official: false };
    expect(report.parts[0]).toEqual({
      part: 'train',
      count: 3,
      classCounts: [0, 2, 1, 0, 0, 0, 0, 0, 0, 0],
      files: [file],
    });
    expect(report.parts[1].count).toBe(1);
    expect(await isOfficial(cifarFormats.cifar10, folder)).toBe(false);
  });

  it('reports every problem, not only the first', async () => {
    const folder = await writeFiles(await temporaryFolder(), {
      'data_batch_1.bin': cifarRecords('cifar10', [10]),
      'data_batch_2.bin': cifarRecords('cifar10', [1]).subarray(1),
      'data_batch_3.bin': cifarRecords('cifar10', [1, 2]),
    });
    const report = await verifyDataset('cifar10', folder);
    expect(report.problems.map(({ message }) => message)).toEqual([
      'cannot read CIFAR-10: record 0 has the label 10; allowed are 0 … 9',
      'cannot read CIFAR-10: the file is cut off at byte 3072: record 0 has 3072 of its 3073 bytes (bytes 0 … 3072)',
      'cannot read CIFAR-10: the test images are missing (test_batch.bin)',
    ]);
    expect(report.problems[0].place).toBe(join(folder, 'data_batch_1.bin'));
    expect(report.parts[0].count).toBe(2);
  });

  it.skipIf(!existsSync(official))('recognizes the official CIFAR-10 in $ISDA_DATA', async () => {
    const report = await verifyDataset('cifar10', official);
    expect(report.official).toBe(true);
    expect(report.parts.map(({ classCounts }) => classCounts)).toEqual([Array(10).fill(5000), Array(10).fill(1000)]);
    expect(await isOfficial(cifarFormats.cifar10, official)).toBe(true);
  });
});
