// Writing and reading the record of a sweep's choice.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { experimentSchema } from '../../src/config/schema.js';
import { readLambda0Choices, sweepSubject, writeSweep } from '../../src/grids/sweep.js';
import { test } from '../temporary-folder.js';

const record = { experiment: 'x', network: 'resnet-32', dataset: 'cifar10', holdout: 50, points: [] };

describe("a sweep's choice of lambda0", () => {
  test('is read back with what it is for', async ({ folder }) => {
    await writeSweep(folder, { ...record, chosen: { name: 'lambda0-0.25', settings: { 'loss.lambda0': 0.25 } } });
    expect(await readLambda0Choices([folder, join(folder, 'none')])).toEqual([
      { network: 'resnet-32', dataset: 'cifar10', lambda0: 0.25, onTestImages: false },
    ]);
  });
  test('has the settings that it is for, and whether it was made on the test images', async ({ folder }) => {
    const config = experimentSchema.parse({
      experiment: 'x',
      dataset: { name: 'cifar10', subset: 1000, holdout: 50, testSubset: 100 },
      loss: { name: 'isda', lambda0: 2, covariance: 'diagonal' },
    });
    const subject = sweepSubject(config);
    expect(subject.settings).toEqual({
      'dataset.subset': '1000',
      'loss.covariance': '"diagonal"',
      'loss.name': '"isda"',
    });
    const chosen = { name: 'a', settings: { 'loss.lambda0': 0.25 } };
    const read = async (more: object) => {
      await writeSweep(folder, { ...record, ...subject, ...more, chosen });
      return readLambda0Choices([folder]);
    };
    expect(await read({})).toEqual([{ ...subject, lambda0: 0.25, onTestImages: false }]);
    expect(await read({ holdout: 0 })).toMatchObject([{ onTestImages: true }]);
    const validating = { settings: { 'dataset.validationFraction': '0.1' }, holdout: 0 };
    expect(await read(validating)).toMatchObject([{ onTestImages: false }]);
  });
  test('is none where another key was swept, or nothing is chosen yet', async ({ folder }) => {
    await writeSweep(folder, record);
    expect(await readLambda0Choices([folder])).toEqual([]);
    await writeSweep(folder, { ...record, chosen: { name: 'a', settings: { 'optimizer.learningRate': 0.1 } } });
    expect(await readLambda0Choices([folder])).toEqual([]);
  });
  test('is refused where the file is damaged', async ({ folder }) => {
    writeFileSync(join(folder, 'sweep.json'), '{"chosen":');
    await expect(readLambda0Choices([folder])).rejects.toThrow('it is not the record of a sweep');
  });
});
