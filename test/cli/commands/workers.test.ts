// Runs with worker threads end with the bytes of runs without, also where they were stopped and resumed with others.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runHere } from '../../support/cli.js';
import { signalHeld, startHeld } from '../../support/held.js';
import { runIsda } from '../../support/process.js';
import { makeData, outcomeOf, read, trainArgs } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** 12 batches an epoch, the last one smaller. */
const changes = (workers: number): string[] => [
  'dataset.subset=140',
  'training.batchSize=12',
  'training.epochs=2',
  'augmentation.autoaugment=true',
  `training.workers=${workers}`,
];

describe('training.workers', () => {
  it.each([
    [0, 'in the training thread'],
    [1, '1 worker thread'],
    [2, '2 worker threads'],
    [4, '4 worker threads'],
  ])('%i changes nothing of a run but its time', async (workers, loading) => {
    // Worker threads run the built files, as the program does; without them a process tells nothing more.
    const run = workers === 0 ? runHere : runIsda;
    const { exitCode, all } = await run(folder, trainArgs(`run${workers}`, changes(workers)));
    expect(exitCode, all).toBe(0);
    expect(all).toContain(`\nloading     ${loading}\n`);
    expect(all).toMatch(/\ndata wait {3}\d+\.\d\d % of the training steps' time\n/);
    const { dataWaitPercent } = JSON.parse(read(folder, `run${workers}`, 'summary.json')) as Record<string, number>;
    expect(dataWaitPercent).toBeGreaterThanOrEqual(0);
    expect(dataWaitPercent).toBeLessThan(100);
    expect(outcomeOf(join(folder, `run${workers}`))).toEqual(outcomeOf(join(folder, 'run0')));
  });

  it('may change where a run resumes in the middle of an epoch', async () => {
    const held = await startHeld(folder, trainArgs('run', changes(2)), { run: 'train', line: /^epoch 1\// });
    const stopped = await signalHeld(held, 'SIGTERM');
    expect(stopped.exitCode, stopped.all).toBe(75);
    const again = await runIsda(folder, trainArgs('run', changes(1)));
    expect(again.exitCode, again.all).toBe(0);
    expect(again.stdout).toMatch(/^resuming in epoch 2 after [1-9]\d* of 12 batches$/m);
    expect(outcomeOf(join(folder, 'run'))).toEqual(outcomeOf(join(folder, 'run0')));
  });
});
