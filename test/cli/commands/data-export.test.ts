// `isda data export`: CIFAR's images as a folder of class folders.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect } from 'vitest';
import { runCli } from '../../support/cli.js';
import { makeData } from '../../support/runs.js';
import { test } from '../../temporary-folder.js';

describe('isda data export', () => {
  test('writes the first images of the classes that are named, pixel by pixel, named by their position', async ({
    folder,
  }) => {
    await makeData(folder, 60);
    const args = ['data', 'export', 'cifar10', '--out', 'new/pictures', '--classes', 'synthetic_3', 'synthetic_7'];
    const { code, stdout, stderr } = await runCli(folder, [...args, '--count', '4']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${join(folder, 'new/pictures')}: 8 images of 2 classes\n`);
    expect(readdirSync(join(folder, 'new'))).toEqual(['pictures']);
    const files = [1, 2, 3, 4, 5].map((at) => `data/cifar-10-batches-bin/data_batch_${at}.bin`);
    const records = Buffer.concat(files.map((file) => readFileSync(join(folder, file))));
    for (const [label, name] of [
      [3, 'synthetic_3'],
      [7, 'synthetic_7'],
    ] as const) {
      const of = Array.from({ length: records.length / 3073 }, (_, at) => at).filter(
        (at) => records[at * 3073] === label,
      );
      const written = readdirSync(join(folder, 'new/pictures', name));
      expect(written).toEqual(of.slice(0, 4).map((at) => `${String(at).padStart(5, '0')}.png`));
      const { data } = await sharp(join(folder, 'new/pictures', name, written[3]))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const planes = records.subarray(of[3] * 3073 + 1, (of[3] + 1) * 3073);
      expect([...data]).toEqual(Array.from({ length: 3072 }, (_, at) => planes[(at % 3) * 1024 + Math.floor(at / 3)]));
    }
    const json = await runCli(folder, ['data', 'export', 'cifar10', '--out', 'all', '--part', 'test', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ images: 100, classes: { length: 10 } });
  });

  test('replaces nothing, and names a class that is near', async ({ folder }) => {
    await makeData(folder, 20);
    mkdirSync(join(folder, 'mine'));
    writeFileSync(join(folder, 'mine', 'letter.txt'), '');
    const taken = await runCli(folder, ['data', 'export', 'cifar10', '--out', 'mine']);
    expect([taken.code, taken.stderr]).toEqual([
      2,
      `error: cannot write the images: the folder exists and is not empty\n  ${join(folder, 'mine')}\n  hint: choose another folder with --out\n`,
    ]);
    const unknown = await runCli(folder, ['data', 'export', 'cifar10', '--out', 'new', '--classes', 'syntetic_3']);
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'error: cannot write the images: cifar10 has no class syntetic_3\n  hint: did you mean synthetic_3?\n',
    ]);
    expect(readdirSync(folder).sort()).toEqual(['data', 'mine']);
  });
});
