// Runs that are interrupted, politely and not, and then go on: they end with the bytes of a run that was not.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { listCheckpoints, loadNewestCheckpoint } from '../../../src/records/checkpoints.js';
import { loadConfig } from '../../../src/config/load.js';
import { fingerprint } from '../../../src/config/fingerprint.js';
import { printed, runIsda, startIsda } from '../../support/process.js';
import { checkpointsOf, makeData, metricsOf, outcomeOf, read, trainArgs } from '../../support/runs.js';

/** 36 steps an epoch, the last one smaller: time enough for a signal to come in the middle. */
const changes = ['dataset.subset=428', 'training.batchSize=12', 'training.epochs=4'];

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
await makeData(folder);
const uninterrupted = await runIsda(folder, trainArgs('whole', changes));
if (uninterrupted.exitCode !== 0) throw new Error(uninterrupted.all);
const whole = outcomeOf(join(folder, 'whole'));
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Moment {
  /** After so many lines that match, and so many milliseconds. */
  readonly line: RegExp;
  readonly times: number;
  readonly delay: number;
  /** Checkpoints that have to be there first: one is written only after its epoch's line is printed. */
  readonly checkpoints?: number;
}
const started: Moment = { line: /^steps /, times: 1, delay: 0 };
const epochs = (times: number, delay = 0): Moment => ({ line: /^epoch /, times, delay });

/** Starts a run and signals it at a moment. */
async function interrupt(out: string, signal: NodeJS.Signals, moment: Moment, more: string[] = []) {
  const { line, times, delay, checkpoints = 0 } = moment;
  const child = startIsda(folder, trainArgs(out, [...changes, ...more]));
  expect(await printed(child, line, times)).toBe(true);
  while ((await listCheckpoints(join(folder, out, 'checkpoints'))).length < checkpoints) await setTimeout(5);
  await setTimeout(delay);
  child.kill(signal);
  return await child;
}

/** Runs the same command to its end. */
async function finish(out: string, more: string[] = []) {
  const outcome = await runIsda(folder, trainArgs(out, [...changes, ...more]));
  expect(outcome.exitCode, outcome.all).toBe(0);
  return outcome;
}

/** Batches of the running epoch that the newest checkpoint of a run has done. */
async function batchOf(out: string): Promise<number> {
  const run = join(folder, out);
  const { config } = loadConfig(join(run, 'config.yaml'), { configsDirectory: run, workingDirectory: run });
  const checkpoint = await loadNewestCheckpoint(join(run, 'checkpoints'), { fingerprints: [fingerprint(config)] });
  return (checkpoint!.progress as { batch: number }).batch;
}

describe('a run that is asked to stop', () => {
  const moments: [string, NodeJS.Signals, Moment][] = [
    ['SIGTERM in the first step', 'SIGTERM', started],
    ['SIGINT in the middle of the first epoch', 'SIGINT', { ...started, delay: 150 }],
    ['SIGUSR1 after the first epoch', 'SIGUSR1', epochs(1)],
    ['SIGTERM in the middle of the third epoch', 'SIGTERM', epochs(2, 100)],
    ['SIGHUP of a closed terminal', 'SIGHUP', started],
    ['SIGUSR2 of a cluster', 'SIGUSR2', { ...started, delay: 80 }],
    ['SIGXCPU of a limit', 'SIGXCPU', { ...started, delay: 80 }],
  ];
  it.each(moments)('%s: ends with 75 and a checkpoint, and goes on to the same bytes', async (name, signal, moment) => {
    const out = name.replaceAll(' ', '-');
    const stopped = await interrupt(out, signal, moment);
    expect(stopped.exitCode, stopped.all).toBe(75);
    expect(stopped.stderr).toBe(
      [
        `stopped by ${signal}: a checkpoint is written`,
        `  ${join(folder, out)}`,
        '  hint: the same command goes on from there',
      ].join('\n'),
    );
    expect(stopped.stdout.split('\n').at(-1)).toBe(`${signal}: writing a checkpoint`);
    expect(existsSync(join(folder, out, '.lock'))).toBe(false);
    expect(existsSync(join(folder, out, 'summary.json'))).toBe(false);
    expect(await batchOf(out)).toBeGreaterThan(0);
    const resumed = await finish(out);
    expect(resumed.stdout).toMatch(/^resuming in epoch \d after \d+ of 36 batches$/m);
    expect(outcomeOf(join(folder, out))).toEqual(whole);
  });

  it('again and again goes on to the same bytes', async () => {
    for (const signal of ['SIGTERM', 'SIGUSR1'] as const) {
      expect((await interrupt('often', signal, started)).exitCode).toBe(75);
      expect((await interrupt('often', signal, { ...started, delay: 80 })).exitCode).toBe(75);
    }
    await finish('often');
    expect(outcomeOf(join(folder, 'often'))).toEqual(whole);
  });

  it('inside the warm-up it goes on to the same bytes', async () => {
    const warm = ['schedule={name: cosine, minLearningRate: 0.01, warmupEpochs: 1.5}'];
    expect((await runIsda(folder, trainArgs('warm-whole', [...changes, ...warm]))).exitCode).toBe(0);
    const stopped = await interrupt('warm', 'SIGTERM', { ...started, delay: 80 }, warm);
    expect(stopped.exitCode, stopped.all).toBe(75);
    await finish('warm', warm);
    expect(outcomeOf(join(folder, 'warm'))).toEqual(outcomeOf(join(folder, 'warm-whole')));
    const rates = metricsOf(join(folder, 'warm'))
      .slice(1)
      .map((row) => Number(row.split(',')[2]));
    // 36 steps of 54 by the end of epoch 1; cosine of epochs 1 to 4 between the initial 0.1 and 0.01.
    const cosine = [1, 2, 3, 4].map((epoch) => 0.01 + 0.045 * (1 + Math.cos((Math.PI * epoch) / 4)));
    rates.forEach((rate, index) => expect(rate).toBeCloseTo(cosine[index] * (index === 0 ? 36 / 54 : 1), 6));
  });

  it('a second SIGINT ends it at once, and the folder is free for the next', async () => {
    // One step takes long enough for both signals to come within it.
    const slow = ['dataset.subset=512', 'training.batchSize=512', 'training.epochs=2', 'model.depth=32'];
    const child = startIsda(folder, trainArgs('twice', slow));
    expect(await printed(child, /^steps /)).toBe(true);
    child.kill('SIGINT');
    await setTimeout(20);
    child.kill('SIGINT');
    expect((await child).exitCode).toBe(130);
    const next = startIsda(folder, trainArgs('twice', slow));
    expect(await printed(next, /^steps /)).toBe(true);
    next.kill('SIGTERM');
    expect((await next).exitCode).toBe(75);
  });
});

describe('a run that is killed', () => {
  const moments: [string, Moment, string[], RegExp | undefined][] = [
    ['before its first checkpoint', { ...started, delay: 60 }, [], undefined],
    ['after an epoch', epochs(2), [], /^resuming in epoch [23] after 0 of 36 batches$/m],
    ['in an epoch', { ...epochs(1, 50), checkpoints: 1 }, [], /^resuming in epoch [23] after 0 of 36 batches$/m],
    [
      'in an epoch, with a checkpoint every second, or of the best',
      epochs(3),
      ['output.checkpointEvery=2'],
      /^resuming in epoch [34] after 0 of 36 batches$/m,
    ],
    [
      'in an epoch, with a checkpoint every 10 steps',
      { ...epochs(1, 250), checkpoints: 1 },
      ['output.checkpointEvery={steps: 10}'],
      // Or from the best epoch's, where no tenth step has come since.
      /^resuming in epoch ([1-3] after (10|20|30|4|14|24|34|8|18|28)|[23] after 0) of 36 batches$/m,
    ],
  ];
  it.each(moments)('%s goes on to the same bytes', async (name, moment, more, line) => {
    const out = `killed-${name.replaceAll(/[ ,]+/g, '-')}`;
    expect((await interrupt(out, 'SIGKILL', moment, more)).signal).toBe('SIGKILL');
    expect(existsSync(join(folder, out, '.lock'))).toBe(true);
    const resumed = await finish(out, more);
    if (line === undefined) expect(resumed.stdout).not.toMatch(/^resuming/m);
    else expect(resumed.stdout).toMatch(line);
    expect(outcomeOf(join(folder, out))).toEqual(whole);
  });
});

describe('checkpoints', () => {
  it('come every checkpointEvery epochs and at the end', async () => {
    const more = ['output.checkpointEvery=3', 'output.keepCheckpoints=9', 'dataset.subset=24'];
    await finish('sparse', more);
    const files = await listCheckpoints(join(folder, 'sparse', 'checkpoints'));
    expect(files.map(({ epoch, step }) => [epoch, step])).toEqual([
      [4, 6],
      [5, 8],
    ]);
    const best = await listCheckpoints(join(folder, 'sparse', 'checkpoints'), 'best');
    const errors = metricsOf(join(folder, 'sparse')).map((line) => Number(line.split(',')[7]));
    const lowest = errors.slice(1).indexOf(Math.min(...errors.slice(1))) + 1;
    expect(best.at(-1)).toMatchObject({ epoch: lowest + 1, step: 2 * lowest });
  });

  it('the newest being damaged, the one before is used with a warning, to the same bytes', async () => {
    await cp(join(folder, 'whole'), join(folder, 'damaged'), { recursive: true });
    const [, newest] = checkpointsOf(join(folder, 'damaged'));
    for (const name of [newest, `best-${newest}`])
      await rm(join(folder, 'damaged', 'checkpoints', name), { force: true });
    await cp(join(folder, 'whole', 'metrics.csv'), join(folder, 'damaged', 'checkpoints', newest));
    const { stdout } = await finish('damaged');
    expect(stdout).toContain(`warning: the checkpoint ${newest} is damaged and not used (cannot read safetensors: `);
    expect(stdout).toContain('\nresuming in epoch 4 after 0 of 36 batches\n');
    expect(outcomeOf(join(folder, 'damaged'))).toEqual(whole);
  });
});

describe('a run folder in use', () => {
  it('is refused with the process that uses it, which is not disturbed', async () => {
    const child = startIsda(folder, trainArgs('busy', changes));
    expect(await printed(child, /^steps /)).toBe(true);
    const lock = read(folder, 'busy', '.lock');
    const second = await runIsda(folder, trainArgs('busy', ['dataset.subset=24']));
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`^error: cannot use the run folder: process ${child.pid} on \\S+ is training in it\n`),
    );
    expect(second.stdout).toBe('');
    expect(lock).toContain(`"pid":${child.pid}`);
    expect((await child).exitCode).toBe(0);
    expect(outcomeOf(join(folder, 'busy'))).toEqual(whole);
  });
});
