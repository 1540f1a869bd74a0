// Runs with worker threads end with the bytes of runs without, also where they were stopped and went on with others.
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { printed, runIsda, startIsda } from '../../support/process.js';
import { makeData, outcomeOf, read, trainArgs } from '../../support/runs.js';
import { test } from '../../temporary-folder.js';

const changes = (workers: number): string[] => [
  'dataset.subset=428',
  'training.batchSize=12',
  'training.epochs=2',
  'augmentation.autoaugment=true',
  `training.workers=${workers}`,
];

describe('training.workers', () => {
  test('changes nothing of a run but its time', async ({ folder }) => {
    await makeData(folder);
    for (const workers of [0, 1, 2, 4]) {
      const { exitCode, all } = await runIsda(folder, trainArgs(`run${workers}`, changes(workers)));
      expect(exitCode, all).toBe(0);
      const loading = { 0: 'in the training thread', 1: '1 worker thread' }[workers] ?? `${workers} worker threads`;
      expect(all).toContain(`\nloading     ${loading}\n`);
      expect(all).toMatch(/\ndata wait {3}\d+\.\d\d % of the training steps' time\n/);
      const { dataWaitPercent } = JSON.parse(read(folder, `run${workers}`, 'summary.json')) as Record<string, number>;
      expect(dataWaitPercent).toBeGreaterThanOrEqual(0);
      expect(dataWaitPercent).toBeLessThan(100);
      expect(outcomeOf(join(folder, `run${workers}`))).toEqual(outcomeOf(join(folder, 'run0')));
    }
  });

  test('may change where a run goes on in the middle of an epoch', async ({ folder }) => {
    await makeData(folder);
    expect((await runIsda(folder, trainArgs('whole', changes(0)))).exitCode).toBe(0);
    const child = startIsda(folder, trainArgs('run', changes(2)));
    expect(await printed(child, /^epoch 1/)).toBe(true);
    child.kill('SIGTERM');
    const stopped = await child;
    expect(stopped.exitCode, stopped.all).toBe(75);
    const again = await runIsda(folder, trainArgs('run', changes(1)));
    expect(again.exitCode, again.all).toBe(0);
    expect(again.stdout).toMatch(/^resuming in epoch 2 after \d+ of 36 batches$/m);
    expect(outcomeOf(join(folder, 'run'))).toEqual(outcomeOf(join(folder, 'whole')));
  });
});
