// Checkpoints that a run which still trains deletes while another process reads them.
import { rm } from 'node:fs/promises';
import { describe, expect, vi } from 'vitest';
import type * as files from '../../src/common/files.js';
import type { CheckpointState } from '../../src/records/checkpoint-file.js';
import { loadNewestCheckpoint, saveCheckpoint } from '../../src/records/checkpoints.js';
import { test } from '../temporary-folder.js';

/** What happens before a file is read. */
const before = vi.hoisted((): { read: (path: string) => Promise<void> } => ({ read: () => Promise.resolve() }));

vi.mock('../../src/common/files.js', async (load) => {
  const own = await load<typeof files>();
  const readWhole = async (path: string) => {
    await before.read(path);
    return own.readWhole(path);
  };
  return { ...own, readWhole };
});

const stateOf = (epoch: number): CheckpointState => ({
  ...{ epoch, step: 10 * epoch, progress: {}, fingerprint: 'abc' },
  tensors: [{ name: 'fc.weight', shape: [1], data: Float32Array.of(epoch) }],
});

const load = (folder: string, selection?: { readonly epoch: number }) =>
  loadNewestCheckpoint(folder, { fingerprints: ['abc'] }, undefined, selection);

describe('a checkpoint that is deleted before it is read', () => {
  test('is not called damaged: the newest one is read', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1), 1);
    let epoch = 1;
    before.read = async () => {
      if (epoch < 4) await saveCheckpoint(folder, stateOf(++epoch), 1);
    };
    expect(await load(folder)).toMatchObject({ epoch: 4, warnings: [] });
  });

  test('is one that is not there, if it was chosen by its epoch', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1), 1);
    before.read = async (path) => {
      await rm(path, { force: true });
      await saveCheckpoint(folder, stateOf(2), 1);
    };
    expect(await load(folder, { epoch: 1 })).toBeUndefined();
  });

  test('does not keep the reader forever', async ({ folder }) => {
    await saveCheckpoint(folder, stateOf(1), 1);
    let epoch = 1;
    before.read = async () => void (await saveCheckpoint(folder, stateOf(++epoch), 1));
    await expect(load(folder)).rejects.toMatchObject({ code: 'checkpoint/damaged' });
  });
});
