// Malicious files: images with a wrong size in the header, and run folders that contain code.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readImageFile } from '../../src/data/datasets/image-folder/image-file.js';
import { decodedSize } from '../../src/data/datasets/image-folder/verify.js';
import { BrokenImage } from '../../src/data/reader.js';
import { imageBytesOf } from '../data/datasets/image-folder/support.js';
import { runCli } from '../support/cli.js';
import { makeData, trainArgs } from '../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-faults-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The offset of the height in a JPEG's frame header; the width follows. */
const frameAt = (bytes: Buffer): number => bytes.indexOf(Buffer.from([0xff, 0xc0])) + 5;

describe('an image', () => {
  it.each([
    [60_000, 60_000, 'its header gives the size 60000 x 60000, more than 178956970 pixels'],
    [4000, 4000, 'its header gives the size 4000 x 4000, too large for a file of'],
    [0, 8, 'its header gives a width or height of 0'],
  ])('JPEG that claims %i x %i', async (width, height, reason) => {
    const bytes = await imageBytesOf('a.jpg', 1);
    bytes.writeUInt16BE(height, frameAt(bytes));
    bytes.writeUInt16BE(width, frameAt(bytes) + 2);
    const path = join(folder, 'lies.jpg');
    writeFileSync(path, bytes);
    expect(() => readImageFile(path)).toThrow(reason);
  });

  it('PNG that claims 50000 x 50000', async () => {
    const bytes = await imageBytesOf('a.png', 1);
    bytes.writeUInt32BE(50_000, 16);
    bytes.writeUInt32BE(50_000, 20);
    writeFileSync(join(folder, 'lies.png'), bytes);
    expect(() => readImageFile(join(folder, 'lies.png'))).toThrow('its header gives the size 50000 x 50000, more than');
  });

  it('of a few bytes, or cut off anywhere, is broken and nothing worse', async () => {
    const path = join(folder, 'cut');
    for (const kind of ['a.jpg', 'a.png']) {
      const bytes = await imageBytesOf(kind, 1);
      for (let length = 0; length < bytes.length; length += 1 + (length >> 3)) {
        writeFileSync(path, bytes.subarray(0, length));
        await expect(decodedSize(path), `${kind} of ${length} bytes`).rejects.toBeInstanceOf(BrokenImage);
      }
    }
  });
});

describe('a run folder with code of its own', () => {
  it('does not run it unless the command line names it', async () => {
    await makeData(folder, 64);
    const mark = join(folder, 'it-ran');
    const code = `import { writeFileSync } from 'node:fs';\nwriteFileSync(${JSON.stringify(mark)}, '');\nexport const createNetwork = () => ({});\n`;
    const run = join(folder, 'strange');
    mkdirSync(run);
    writeFileSync(join(run, 'net.mjs'), code);
    writeFileSync(
      join(run, 'config.yaml'),
      'experiment: strange\ndataset: {name: cifar10}\nmodel: {name: custom, module: ./net.mjs}\n',
    );
    const named = `model.module=${join(run, 'net.mjs')}`;
    for (const words of [
      ['evaluate', '--run', run],
      ['export', '--run', run, '--out', 'x.safetensors'],
    ]) {
      const outcome = await runCli(folder, words);
      expect(outcome).toEqual({
        code: 2,
        stdout: '',
        stderr: [
          `error: cannot use the run: its config contains custom modules: ${named}`,
          `  ${join(run, 'config.yaml')}`,
          `  hint: if you trust them, name them: --set ${named}`,
          '',
        ].join('\n'),
      });
    }
    // Reading a config must not run the code that it names.
    for (const words of [
      ['config', 'check', join(run, 'config.yaml')],
      ['config', 'print', join(run, 'config.yaml')],
    ]) {
      expect(await runCli(folder, words)).toMatchObject({ code: 0 });
    }
    expect(() => readFileSync(mark)).toThrow('ENOENT');
    // If it is named on the command line, this check passes, and only the checkpoint is missing.
    const trusted = await runCli(folder, ['evaluate', '--run', run, '--set', named]);
    expect(trusted.stderr).toContain('it has no checkpoint yet');
    // A config named on the command line is trusted.
    const trained = await runCli(folder, trainArgs('strange-run', [], join(run, 'config.yaml')), { ...process.env });
    expect(trained.stderr).toContain('the result of createNetwork is not complete');
    expect(readFileSync(mark, 'utf8')).toBe('');
  });
});
