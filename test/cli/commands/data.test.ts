import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cifarRecords, temporaryFolder, writeFiles } from '../../data/helpers.js';
import { runCli } from '../../support/cli.js';

const isda = (folder: string, line: string, environment: Record<string, string> = {}) =>
  runCli(folder, line.split(' '), environment);

describe('isda data', () => {
  it('synthesizes and verifies, looking in ./data by default and in $ISDA_DATA', async () => {
    const folder = await temporaryFolder();
    const made = await isda(folder, 'data synthesize --out data --train 20 --test 10 --seed 3');
    const set = join(folder, 'data', 'cifar-10-batches-bin');
    expect(made.code).toBe(0);
    // Real runs would take these images for CIFAR-10.
    expect(made.stderr).toMatch(/^warning: runs without dataset\.dir look for CIFAR-10 here and will use these images/);
    expect(await isda(folder, 'data synthesize --out apart --train 20 --test 10')).toMatchObject({ stderr: '' });
    expect(made.stdout).toMatch(
      new RegExp(`^${set}\n {2}data_batch_1.bin: 4 records\n[^]*test_batch.bin: 10 records\n$`),
    );
    const found = await isda(folder, 'data verify cifar10');
    expect(found.code).toBe(0);
    expect(found.stdout).toContain('train: 20 records, 10 of 10 classes, 2 images each\n');
    expect(found.stdout).toContain('not the official files, 30 records\n');
    expect((await isda('/', 'data verify cifar10', { ISDA_DATA: join(folder, 'data') })).stdout).toBe(found.stdout);
  });

  it('prints JSON', async () => {
    const folder = await temporaryFolder();
    const made = await isda(folder, 'data synthesize --out d --name cifar100 --train 20 --test 10 --classes 5 --json');
    const set = join(folder, 'd', 'cifar-100-binary');
    expect(JSON.parse(made.stdout)).toMatchObject({ folder: set, outcome: 'written' });
    const found = await isda(folder, 'data verify cifar100 --dir d --json');
    expect(JSON.parse(found.stdout)).toMatchObject({
      official: false,
      problems: [],
      parts: [{ count: 20 }, { count: 10 }],
    });
  });

  it('exits 1 and lists what is wrong with damaged files', async () => {
    const folder = await writeFiles(await temporaryFolder(), {
      'data_batch_1.bin': cifarRecords('cifar10', [11]),
      'test_batch.bin': cifarRecords('cifar10', [1]),
    });
    const { code, stdout, stderr } = await isda(folder, 'data verify cifar10 --dir .');
    expect(code).toBe(1);
    expect(stdout).toContain('problem: cannot read CIFAR-10: record 0 has the label 11; allowed are 0 … 9');
    expect(stdout).not.toContain('official files');
    expect(stderr).toContain('error: cannot use CIFAR-10: 1 problem found');
  });

  it('exits 1 with a hint where there is nothing', async () => {
    const { code, stderr } = await isda(await temporaryFolder(), 'data verify cifar100');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: cannot find CIFAR-100: [^]*hint: `isda data download cifar100`/);
  });

  it.each([
    ['data verify mnist', 'cifar10, cifar100'],
    ['data synthesize', "required option '--out <dir>'"],
    ['data synthesize --out d --train -1', 'argument missing|whole number'],
    ['data synthesize --out d --train 1e3', 'Expected a whole number of at least 0.'],
    ['data synthesize --out d --classes 11', 'classes is 11; CIFAR-10'],
    ['data download cifar10 --from nowhere.tgz', 'there is no such file'],
  ])('%s exits 2', async (line, message) => {
    const { code, stderr } = await isda(await temporaryFolder(), line);
    expect(code).toBe(2);
    expect(stderr).toMatch(new RegExp(message));
  });
});
