// Commands that write into a run folder are safe: training, training of a generator, import.
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, vi } from 'vitest';
import type * as RunFolders from '../../src/records/run-folder.js';
import { runCli, type Outcome } from '../support/cli.js';
import { makeData } from '../support/runs.js';
import { test } from '../temporary-folder.js';

/** Whether locks taken from now on can be released. */
const releases = vi.hoisted(() => ({ fail: false }));
vi.mock('../../src/records/run-folder.js', async (original) => {
  const actual = await original<typeof RunFolders>();
  return {
    ...actual,
    lockRunFolder: async (...args: Parameters<typeof actual.lockRunFolder>) => {
      const lock = await actual.lockRunFolder(...args);
      const release = async (): Promise<void> => {
        await lock.release();
        if (releases.fail) throw new Error('the lock cannot be deleted');
      };
      return { ...lock, release };
    },
  };
});

const users = ['train', 'gan train', 'import'] as const;

/** Runs a command in the folder `run`, whose only checkpoint is unusable, which all commands detect early. */
async function refused(user: (typeof users)[number], folder: string, environment = {}): Promise<Outcome> {
  if (!existsSync(join(folder, 'data'))) await makeData(folder, 128);
  const checkpoints = join(folder, 'run', 'checkpoints');
  mkdirSync(checkpoints, { recursive: true });
  writeFileSync(join(checkpoints, 'epoch-0001-step-0000001.safetensors'), 'damaged');
  const data = ['--set', 'dataset.dir=data', '--out', 'run'];
  if (user === 'gan train') return runCli(folder, ['gan', 'train', '--config', 'tiny-gan', ...data], environment);
  if (user === 'train') return runCli(folder, ['train', '--config', 'tiny-isda', ...data], environment);
  await runCli(folder, ['export', '--config', 'tiny-isda', '--out', 'network.safetensors']);
  return runCli(folder, ['import', 'network.safetensors', '--config', 'tiny-isda', ...data], environment);
}

const reasons = {
  train: 'cannot resume: all checkpoints are damaged (1)',
  'gan train': 'cannot resume: all checkpoints are damaged (1)',
  import: 'cannot import the network: the run folder has checkpoints already',
};

describe.each(users)('isda %s', (user) => {
  test('says why it ended, and keeps it in log.txt', async ({ folder }) => {
    expect((await refused(user, folder)).stderr).toContain(reasons[user]);
    expect(readFileSync(join(folder, 'run', 'log.txt'), 'utf8')).toContain(reasons[user]);
  });

  test('takes over the lock of its own Slurm job that was queued again', async ({ folder }) => {
    mkdirSync(join(folder, 'run'));
    const holder = { pid: 1, host: 'another-machine', start: '5', job: '17', restarts: 0 };
    writeFileSync(join(folder, 'run', '.lock'), JSON.stringify(holder));
    expect((await refused(user, folder)).stderr).toContain('process 1 on another-machine is training in it');
    const environment = { SLURM_JOB_ID: '17', SLURM_RESTART_COUNT: '1' };
    expect((await refused(user, folder, environment)).stderr).toContain(reasons[user]);
  });

  test('says why it ended also where the log is on a full disk', async ({ folder }) => {
    mkdirSync(join(folder, 'run'));
    symlinkSync('/dev/full', join(folder, 'run', 'log.txt'));
    expect((await refused(user, folder)).stderr).toContain(reasons[user]);
  });

  test('says why it ended also where the lock cannot be given back', async ({ folder }) => {
    releases.fail = true;
    try {
      expect((await refused(user, folder)).stderr).toContain(reasons[user]);
    } finally {
      releases.fail = false;
    }
  });
});

test('an import succeeds where the lock cannot be given back, and says in log.txt what it was', async ({ folder }) => {
  await runCli(folder, ['export', '--config', 'tiny-isda', '--out', 'network.safetensors']);
  releases.fail = true;
  try {
    const args = ['import', 'network.safetensors', '--config', 'tiny-isda', '--out', 'run'];
    expect(await runCli(folder, args)).toMatchObject({ code: 0, stderr: '' });
  } finally {
    releases.fail = false;
  }
  const log = readFileSync(join(folder, 'run', 'log.txt'), 'utf8');
  expect(log).toMatch(/ imported .*network\.safetensors: \d+ tensors, \d+ values\n$/);
});
