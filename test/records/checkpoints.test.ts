import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { IsdaError } from '../../src/common/errors.js';
import { decodeCheckpoint, encodeCheckpoint, type CheckpointState } from '../../src/records/checkpoint-file.js';
import { listCheckpoints, type CheckpointChoice } from '../../src/records/checkpoint-names.js';
import {
  clearCheckpoints,
  continueFrom,
  loadNewestCheckpoint,
  openCheckpoints,
  saveCheckpoint,
} from '../../src/records/checkpoints.js';
import { damagedBestCheckpoints } from '../../src/records/damaged-checkpoints.js';
import { test } from '../temporary-folder.js';

function stateOf(epoch: number, step: number, fingerprint = 'abc'): CheckpointState {
  return {
    epoch,
    step,
    tensors: [
      { name: 'fc.weight', shape: [2, 2], data: Float32Array.of(epoch, step, -0, NaN) },
      { name: 'isda.count', shape: [3], data: Int32Array.of(1, 2, 3) },
    ],
    progress: { epoch, best: [1.5, null], text: '"sha256":"0000', rate: 0.1 },
    fingerprint,
  };
}

const load = (folder: string) => loadNewestCheckpoint(folder, { fingerprints: ['abc'] });

describe('saving and loading', () => {
  test('the newest comes back whole', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1, 391), 5);
    const path = await saveCheckpoint(folder, stateOf(3, 1173), 5);
    expect(path).toBe(join(folder, 'epoch-0003-step-0001173.safetensors'));
    expect(await load(folder)).toEqual({ ...stateOf(3, 1173), path, warnings: [] });
  });

  test('nothing there', async ({ folder }) => {
    expect(await load(folder)).toBeUndefined();
  });

  test('only the newest `keep` stay', async ({ folder }) => {
    for (let epoch = 1; epoch <= 5; epoch++) await saveCheckpoint(folder, stateOf(epoch, epoch * 391), 2);
    expect(readdirSync(folder).sort()).toEqual([
      'epoch-0004-step-0001564.safetensors',
      'epoch-0005-step-0001955.safetensors',
    ]);
  });

  test('order is by number, also beyond the padding of the names', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(9999, 9_999_999), 3);
    await saveCheckpoint(folder, stateOf(10_000, 10_000_390), 3);
    expect((await load(folder))?.epoch).toBe(10_000);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('checkpoints of an abandoned future go when an earlier one is saved', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(8, 80), 2);
    await saveCheckpoint(folder, stateOf(9, 90), 2);
    await saveCheckpoint(folder, stateOf(1, 10), 2);
    expect(readdirSync(folder)).toEqual(['epoch-0001-step-0000010.safetensors']);
  });

  test('a run that starts over clears them; other files stay', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1, 10), 2);
    writeFileSync(join(folder, 'notes.txt'), '');
    await clearCheckpoints(folder);
    expect(readdirSync(folder)).toEqual(['notes.txt']);
    expect(await load(folder)).toBeUndefined();
  });

  test('leftovers of a write that a crash cut off are removed', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1, 10), 2);
    const leftover = '.epoch-0002-step-0000020.safetensors.0123456789ab.tmp';
    writeFileSync(join(folder, leftover), 'half');
    // Reading is allowed while a run is writing.
    expect((await load(folder))?.epoch).toBe(1);
    expect(readdirSync(folder)).toContain(leftover);
    await openCheckpoints(folder);
    expect(readdirSync(folder)).toEqual(['epoch-0001-step-0000010.safetensors']);
  });

  test('a folder that was deleted is not made again', async ({ folder }) => {
    await expect(saveCheckpoint(join(folder, 'gone'), stateOf(1, 10), 2)).rejects.toThrow(/its folder does not exist$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('the same state makes the same bytes', () => {
    expect(Buffer.concat(encodeCheckpoint(stateOf(1, 2)))).toEqual(Buffer.concat(encodeCheckpoint(stateOf(1, 2))));
  });

  test('a number that JSON has not is refused instead of becoming null', async ({ folder }) => {
    const state = { ...stateOf(1, 2), progress: { best: Infinity } };
    await expect(saveCheckpoint(folder, state, 2)).rejects.toThrow('best of the progress is Infinity');
  });
});

describe('the best', () => {
  const save = (folder: string, epoch: number, ...as: CheckpointChoice[]) =>
    saveCheckpoint(folder, stateOf(epoch, epoch * 10), 2, as);
  const epochsOf = async (folder: string, choice: CheckpointChoice) =>
    (await listCheckpoints(folder, choice)).map(({ epoch }) => epoch);
  const best = (folder: string) => loadNewestCheckpoint(folder, { fingerprints: ['abc'] }, undefined, 'best');

  test('stays until a better one is there and every kept checkpoint is after that', async ({ folder }) => {
    await save(folder, 1, 'newest', 'best');
    for (const epoch of [2, 3, 4]) await save(folder, epoch, 'newest');
    expect(await epochsOf(folder, 'best')).toEqual([1]);
    await save(folder, 5, 'newest', 'best');
    expect([await epochsOf(folder, 'newest'), await epochsOf(folder, 'best')]).toEqual([
      [4, 5],
      [1, 5],
    ]);
    expect((await best(folder))?.epoch).toBe(5);
    await save(folder, 6, 'newest');
    expect([await epochsOf(folder, 'newest'), await epochsOf(folder, 'best')]).toEqual([[5, 6], [5]]);
  });

  test('is one file with the newest of the same place', async ({ folder }) => {
    await save(folder, 1, 'newest', 'best');
    const [one, other] = readdirSync(folder).map((name) => statSync(join(folder, name)));
    expect([one.ino, one.nlink]).toEqual([other.ino, 2]);
  });

  test('is kept beside checkpoints that are not due, and resumed from where it is the newest', async ({ folder }) => {
    await save(folder, 1, 'newest');
    await save(folder, 3, 'best');
    const newest = (await load(folder))!;
    expect(newest.path).toBe(join(folder, 'best-epoch-0003-step-0000030.safetensors'));
    await continueFrom(folder, newest, 2);
    expect([await epochsOf(folder, 'newest'), await epochsOf(folder, 'best')]).toEqual([[1, 3], [3]]);
    expect((await load(folder))?.path).toBe(join(folder, 'epoch-0003-step-0000030.safetensors'));
  });

  test('does not pile up between checkpoints that are due', async ({ folder }) => {
    for (const epoch of [1, 2, 3, 4]) await save(folder, epoch, 'best');
    expect(await epochsOf(folder, 'best')).toEqual([3, 4]);
    await save(folder, 5, 'newest');
    expect(await epochsOf(folder, 'best')).toEqual([4]);
    for (const epoch of [6, 7, 8, 9]) await save(folder, epoch, 'best');
    expect(await epochsOf(folder, 'best')).toEqual([4, 8, 9]);
    await save(folder, 10, 'newest');
    expect([await epochsOf(folder, 'newest'), await epochsOf(folder, 'best')]).toEqual([
      [5, 10],
      [4, 9],
    ]);
  });

  test('of an abandoned future goes: when an earlier one is saved, or when the run resumes', async ({ folder }) => {
    await save(folder, 2, 'newest', 'best');
    await save(folder, 3, 'newest', 'best');
    writeFileSync(join(folder, 'epoch-0003-step-0000030.safetensors'), '');
    writeFileSync(join(folder, 'best-epoch-0003-step-0000030.safetensors'), '');
    await continueFrom(folder, (await load(folder))!, 2);
    expect([await epochsOf(folder, 'newest'), await epochsOf(folder, 'best')]).toEqual([[2, 3], [2]]);
    await save(folder, 3, 'newest', 'best');
    await save(folder, 1, 'newest');
    expect([await epochsOf(folder, 'newest'), await epochsOf(folder, 'best')]).toEqual([[1], []]);
  });

  test('of an earlier version, named by the epoch after it, is in its place by its step', async ({ folder }) => {
    // Both names have epoch 2: the first, in the earlier form, for the end of epoch 1, the second for that of epoch 2.
    await saveCheckpoint(folder, stateOf(2, 10), 2, ['newest', 'best']);
    await saveCheckpoint(folder, stateOf(2, 20), 2, ['newest', 'best']);
    expect((await load(folder))?.step).toBe(20);
    await saveCheckpoint(folder, stateOf(3, 30), 2, ['newest']);
    expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([20, 30]);
    expect((await listCheckpoints(folder, 'best')).map(({ step }) => step)).toEqual([20]);
    // A name in the earlier form with a higher epoch but a lower step is that of the older checkpoint.
    await clearCheckpoints(folder);
    await saveCheckpoint(folder, stateOf(3, 20), 2);
    await saveCheckpoint(folder, stateOf(2, 25), 2);
    expect((await load(folder))?.step).toBe(25);
  });

  test('there is none, or only damaged ones', async ({ folder }) => {
    await save(folder, 1, 'newest');
    expect(await best(folder)).toBeUndefined();
    writeFileSync(await save(folder, 2, 'best'), '');
    await expect(best(folder)).rejects.toThrow('all checkpoints are damaged (1)');
    expect((await load(folder))?.epoch).toBe(1);
    await clearCheckpoints(folder);
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('damage', () => {
  const whole = Buffer.concat(encodeCheckpoint(stateOf(2, 20)));

  test('every change of a byte is noticed', () => {
    expect(decodeCheckpoint(whole, 'whole').step).toBe(20);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (place, change) => {
        const file = Buffer.from(whole);
        file[place] ^= change;
        expect(() => decodeCheckpoint(file, 'damaged')).toThrow(IsdaError);
      }),
      { numRuns: 1000 },
    );
    for (let place = 0; place < whole.length; place++) {
      const file = Buffer.from(whole);
      file[place] ^= 1;
      expect(() => decodeCheckpoint(file, 'damaged')).toThrow(IsdaError);
    }
  });

  test('every cut is noticed', () => {
    for (let length = 0; length < whole.length; length++)
      expect(() => decodeCheckpoint(whole.subarray(0, length), 'cut')).toThrow(IsdaError);
  });

  test('a damaged newest one is passed over with a warning', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1, 10), 3);
    await saveCheckpoint(folder, stateOf(2, 20), 3);
    const newest = await saveCheckpoint(folder, stateOf(3, 30), 3);
    writeFileSync(newest, readFileSync(newest).subarray(0, 300));
    const loaded = await load(folder);
    expect(loaded?.epoch).toBe(2);
    expect(loaded?.warnings).toHaveLength(1);
    expect(loaded?.warnings[0]).toContain('epoch-0003-step-0000030.safetensors is damaged');
  });

  /** Replaces a file by a link to itself, which nobody can open, not even root. */
  function makeUnreadable(path: string): void {
    renameSync(path, `${path}.whole`);
    symlinkSync(basename(path), path);
  }

  test('a newest one that cannot be read is not passed over: the run would delete it', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(2, 20), 3);
    const newest = await saveCheckpoint(folder, stateOf(3, 30), 3);
    makeUnreadable(newest);
    await expect(load(folder)).rejects.toMatchObject({
      code: 'file/read',
      message: expect.stringContaining(`cannot read ${newest}: ELOOP`) as string,
      hint: 'it may be whole: make it readable, or move it away to use an earlier checkpoint',
    });
    renameSync(`${newest}.whole`, newest);
    expect((await load(folder))?.epoch).toBe(3);
  });

  test('a best one that cannot be read is not called lost', async ({ folder }) => {
    const best = await saveCheckpoint(folder, stateOf(1, 10), 3, ['best']);
    makeUnreadable(best);
    expect(await damagedBestCheckpoints(folder, { step: 20 })).toEqual([
      expect.stringContaining(`cannot read ${best}: ELOOP`),
    ]);
    expect(existsSync(`${best}.whole`)).toBe(true);
  });

  test('where all are damaged the run does not silently start over', async ({ folder }) => {
    const path = await saveCheckpoint(folder, stateOf(1, 10), 3);
    writeFileSync(path, '');
    await expect(load(folder)).rejects.toMatchObject({
      message: 'cannot resume: all checkpoints are damaged (1)',
      hint: 'choose another folder with --out',
    });
  });
});

describe('checkpoints that do not belong here', () => {
  test('another experiment', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1, 10, 'other'), 3);
    await expect(load(folder)).rejects.toMatchObject({
      message: 'cannot resume: the checkpoint belongs to another experiment',
      place: join(folder, 'epoch-0001-step-0000010.safetensors'),
      hint: 'choose another folder with --out',
    });
  });

  test('another version of the format', async ({ folder }) => {
    const path = await saveCheckpoint(folder, stateOf(1, 10), 3);
    const zeros = '0'.repeat(64);
    const text = readFileSync(path)
      .toString('latin1')
      .replace('"version":"1"', '"version":"9"')
      .replace(/("sha256":")[0-9a-f]{64}/, `$1${zeros}`);
    const checksum = createHash('sha256').update(text, 'latin1').digest('hex');
    writeFileSync(path, text.replace(`"sha256":"${zeros}`, `"sha256":"${checksum}`), 'latin1');
    await expect(load(folder)).rejects.toThrow('cannot resume: the checkpoint has version 9 of the format, not 1');
  });

  test('a plain safetensors file is not taken for one', () => {
    const plain = readFileSync(new URL('../fixtures/python.safetensors', import.meta.url));
    expect(() => decodeCheckpoint(plain, 'plain')).toThrow('it was not written by isda');
  });
});
