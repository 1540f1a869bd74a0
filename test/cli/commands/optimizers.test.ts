// Each optimizer from a config: it trains, and a run that is stopped goes on to the same bytes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { printed, runIsda, startIsda } from '../../support/process.js';
import { makeData, outcomeOf, trainArgs } from '../../support/runs.js';

const changes = ['dataset.subset=216', 'training.batchSize=12', 'training.epochs=2'];
const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(['sgd', 'adam', 'adamw', 'rmsprop'])('optimizer.name: %s', (name) => {
  const more = [...changes, `optimizer={name: ${name}, learningRate: 0.001}`];
  it('trains, and goes on after a stop to the same bytes', async () => {
    const whole = await runIsda(folder, trainArgs(`${name}-whole`, more));
    expect(whole.exitCode, whole.all).toBe(0);
    const child = startIsda(folder, trainArgs(name, more));
    expect(await printed(child, /^steps /, 1)).toBe(true);
    child.kill('SIGTERM');
    const stopped = await child;
    expect(stopped.exitCode, stopped.all).toBe(75);
    const resumed = await runIsda(folder, trainArgs(name, more));
    expect(resumed.exitCode, resumed.all).toBe(0);
    expect(resumed.stdout).toMatch(/^resuming in epoch 1 after \d+ of 18 batches$/m);
    expect(outcomeOf(join(folder, name))).toEqual(outcomeOf(join(folder, `${name}-whole`)));
  });
});
