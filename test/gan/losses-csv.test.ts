// losses.csv: written rows are read back; a resumed run's file is truncated after the checkpoint, or refused.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { keptLosses, openLosses, readLosses } from '../../src/gan/losses-csv.js';
import { test } from '../temporary-folder.js';

const names = ['discriminatorLoss', 'generatorLoss', 'realClassLoss'];
const row = (iteration: number) => ({
  iteration,
  means: { discriminatorLoss: iteration / 3, generatorLoss: -iteration, realClassLoss: 1e-9 },
  seconds: 2 * iteration + 0.12345,
});

async function written(
  folder: string,
  iterations: readonly number[],
  resumeAfter?: number,
  diversity?: boolean,
): Promise<string> {
  const path = join(folder, 'losses.csv');
  const file = await openLosses(path, names, await keptLosses(path, names, { every: 10, resumeAfter, diversity }));
  for (const iteration of iterations)
    await file.append({ ...row(iteration), ...(diversity === true ? { diversity: 0.123456 } : {}) });
  await file.close();
  return path;
}

describe('losses.csv', () => {
  test('comes back as it was written, seconds rounded', async ({ folder }) => {
    const path = await written(folder, [10, 20]);
    expect(readFileSync(path, 'utf8')).toBe(
      [
        'iteration,discriminator_loss,generator_loss,real_class_loss,seconds',
        '10,3.3333333333333335,-10,1e-9,20.123',
        '20,6.666666666666667,-20,1e-9,40.123',
        '',
      ].join('\n'),
    );
    const [, second] = await readLosses(path, names);
    expect(second).toEqual({ ...row(20), seconds: 40.123 });
  });

  test('resumes after the checkpoint, without later and torn rows', async ({ folder }) => {
    const path = await written(folder, [10, 20, 30]);
    appendFileSync(path, '40,1,');
    await written(folder, [30], 25);
    expect((await readLosses(path, names)).map(({ iteration }) => iteration)).toEqual([10, 20, 30]);
  });

  test('has the diversity of samples where it is measured', async ({ folder }) => {
    const path = await written(folder, [10], undefined, true);
    expect(readFileSync(path, 'utf8').split('\n')[0]).toMatch(/,diversity,seconds$/);
    await written(folder, [20], 10, true);
    expect((await readLosses(path, names)).map(({ diversity }) => diversity)).toEqual([0.1235, 0.1235]);
  });

  test('of a run that began without the diversity resumes without it', async ({ folder }) => {
    const path = await written(folder, [10]);
    await written(folder, [20], 10, true);
    expect(await readLosses(path, names)).toEqual(
      [10, 20].map((n) => ({ ...row(n), seconds: Number(row(n).seconds.toFixed(3)) })),
    );
  });

  test('is refused with another number than the checkpoint was written with, and not for another time', async ({
    folder,
  }) => {
    const path = join(folder, 'losses.csv');
    const options = { every: 10, resumeAfter: 20 };
    const file = await openLosses(path, names, await keptLosses(path, names, { every: 10 }));
    for (const iteration of [10, 20]) await file.append(row(iteration));
    const expectedDigest = file.digest();
    await file.append(row(30));
    await file.close();
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.replace('20.123', '21.123'));
    const kept = await keptLosses(path, names, { ...options, expectedDigest });
    const resumed = await openLosses(path, names, kept);
    expect(resumed.digest()).toBe(expectedDigest);
    await resumed.close();
    writeFileSync(path, whole.replace('10,3.3', '10,3.4'));
    await expect(keptLosses(path, names, { ...options, expectedDigest })).rejects.toMatchObject({
      message: 'cannot resume: the losses were changed since the checkpoint was written, or are damaged',
      code: 'metrics/damaged',
      place: `${path}:2`,
    });
    // Checkpoints of earlier versions lack it.
    expect((await keptLosses(path, names, options)).rows).toHaveLength(2);
  });

  test('begins anew where nothing is kept of it', async ({ folder }) => {
    const path = await written(folder, [10, 20]);
    await written(folder, [], 9);
    expect(await readLosses(path, names)).toEqual([]);
  });

  test.for([
    ['a row missing at the end', [10], 'cannot resume: the row of iteration 20 is missing from the losses', 3],
    ['a row missing within', [10, 30], 'cannot resume: the row of iteration 20 is missing from the losses', 3],
  ] as const)('is refused with %s', async ([, iterations, message, line], { folder }) => {
    const path = await written(folder, iterations);
    const resumed = keptLosses(path, names, { every: 10, resumeAfter: 20 });
    await expect(resumed).rejects.toMatchObject({ message, place: `${path}:${line}` });
  });

  test('is refused with other columns', async ({ folder }) => {
    const path = join(folder, 'losses.csv');
    writeFileSync(path, 'iteration,discriminator_loss,code_loss,seconds\n10,1,1,1\n');
    await expect(readLosses(path, names)).rejects.toThrow('cannot read the losses: unknown column "code_loss"');
  });

  test('holds finite numbers only', async ({ folder }) => {
    const path = join(folder, 'losses.csv');
    const file = await openLosses(path, names, await keptLosses(path, names, { every: 10 }));
    const bad = { ...row(10), means: { ...row(10).means, generatorLoss: NaN } };
    await expect(file.append(bad)).rejects.toThrow(`cannot write ${path}: generator_loss of iteration 10 is NaN`);
    await file.close();
  });
});
