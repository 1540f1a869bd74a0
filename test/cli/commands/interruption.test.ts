// Runs that are interrupted, politely and not, and then resume: they end with the bytes of a run that was not.
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { listCheckpoints } from '../../../src/records/checkpoint-names.js';
import { heldDataset, signalHeld, signalsTaken, startHeld, type ImageHold } from '../../support/held.js';
import { runHere } from '../../support/cli.js';
import { printed, runIsda, startIsda } from '../../support/process.js';
import { checkpointsOf, makeData, metricsOf, outcomeOf, read, trainArgs } from '../../support/runs.js';
import { expectStopped } from '../../support/stopped.js';

/** 6 steps an epoch, the last one smaller. */
const [imagesPerEpoch, batchSize] = [70, 12];
const settings = [
  `dataset=${JSON.stringify(heldDataset({ train: imagesPerEpoch, test: 20 }))}`,
  `training={epochs: 3, batchSize: ${batchSize}, evaluationBatchSize: 10, workers: 0}`,
];
const argsOf = (out: string, more: readonly string[] = []) =>
  ['train', '--config', 'tiny-isda', '--out', out].concat(
    [...settings, ...more].flatMap((change) => ['--set', change]),
  );

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
const uninterrupted = await runHere(folder, argsOf('whole'));
if (uninterrupted.exitCode !== 0) throw new Error(uninterrupted.all);
const whole = outcomeOf(join(folder, 'whole'));
afterAll(() => rm(folder, { recursive: true, force: true }));

type Moment = Pick<ImageHold, 'part' | 'image'>;
/** While a step of a process that starts at the beginning loads its images; both count from 1. */
const inStep = (step: number, epoch = 1): Moment => ({
  image: (epoch - 1) * imagesPerEpoch + (step - 1) * batchSize + 1,
});

/** Starts a run and signals it at a moment; how it ended. */
async function interrupt(out: string, signal: NodeJS.Signals, moment: Moment, more: readonly string[] = []) {
  return await signalHeld(await startHeld(folder, argsOf(out, more), { run: 'train', ...moment }), signal);
}

/** Runs the same command to its end in the test's process. */
async function finish(out: string, more: readonly string[] = []) {
  const outcome = await runHere(folder, argsOf(out, more));
  expect(outcome.exitCode, outcome.all).toBe(0);
  return outcome;
}

/** Stops a run, which has to end with a checkpoint and to say so. */
async function stop(out: string, signal: NodeJS.Signals, moment: Moment, more: readonly string[] = []) {
  const stopped = await interrupt(out, signal, moment, more);
  expectStopped(stopped, signal, join(folder, out));
  return stopped;
}

describe('a run that is asked to stop', () => {
  const moments: [string, NodeJS.Signals, Moment, string][] = [
    // A process's first step follows other work in the same turn of the event loop, so one more may come before it
    // stops.
    ['SIGTERM in the first step', 'SIGTERM', inStep(1), '1 after [12]'],
    ['SIGINT in the middle of the first epoch', 'SIGINT', inStep(4), '1 after 4'],
    ['SIGUSR1 in the evaluation after the first epoch', 'SIGUSR1', { part: 'test', image: 1 }, '1 after 6'],
    ['SIGTERM in the middle of the third epoch', 'SIGTERM', inStep(3, 3), '3 after 3'],
  ];
  it.each(moments)('%s: ends with 75 and a checkpoint, and resumes to the same bytes', async (name, ...rest) => {
    const [signal, moment, place] = rest;
    const out = name.replaceAll(' ', '-');
    await stop(out, signal, moment);
    const resumed = await finish(out);
    expect(resumed.stdout).toMatch(new RegExp(`^resuming in epoch ${place} of 6 batches$`, 'm'));
    expect(outcomeOf(join(folder, out))).toEqual(whole);
  });

  // Those that are seldom sent stop the runs of optimizers.test.ts and mixing.test.ts.
  it('again and again, by other signals, resumes to the same bytes', async () => {
    await stop('often', 'SIGHUP', inStep(2));
    expect((await stop('often', 'SIGUSR2', inStep(2))).stdout).toContain(
      '\nresuming in epoch 1 after 2 of 6 batches\n',
    );
    expect((await stop('often', 'SIGXCPU', inStep(2))).stdout).toContain(
      '\nresuming in epoch 1 after 4 of 6 batches\n',
    );
    const resumed = await finish('often');
    expect(resumed.stdout).toContain('\nresuming in epoch 1 after 6 of 6 batches\n');
    expect(outcomeOf(join(folder, 'often'))).toEqual(whole);
  });

  it('inside the warm-up it resumes to the same bytes', async () => {
    const warm = ['schedule={name: cosine, minLearningRate: 0.01, warmupEpochs: 1.5}'];
    await finish('warm-whole', warm);
    await stop('warm', 'SIGTERM', inStep(4), warm);
    await finish('warm', warm);
    expect(outcomeOf(join(folder, 'warm'))).toEqual(outcomeOf(join(folder, 'warm-whole')));
    const rates = metricsOf(join(folder, 'warm'))
      .slice(1)
      .map((row) => Number(row.split(',')[2]));
    // 6 steps of 9 by the end of epoch 1; cosine of epochs 1 to 3 between the initial 0.1 and 0.01.
    const cosine = [1, 2, 3].map((epoch) => 0.01 + 0.045 * (1 + Math.cos((Math.PI * epoch) / 3)));
    expect(rates).toHaveLength(3);
    rates.forEach((rate, index) => expect(rate).toBeCloseTo(cosine[index] * (index === 0 ? 6 / 9 : 1), 6));
  });

  it('a second SIGINT ends it at once, and the folder is free for the next', async () => {
    const held = await startHeld(folder, argsOf('twice'), { run: 'train', ...inStep(1) });
    held.child.kill('SIGINT');
    await signalsTaken(held.pid);
    expect((await signalHeld(held, 'SIGINT')).exitCode).toBe(130);
    await finish('twice');
    expect(outcomeOf(join(folder, 'twice'))).toEqual(whole);
  });

  it('stops with images in memory as well, anywhere in its steps', async () => {
    await makeData(folder, 64);
    // More epochs than it has time for.
    const child = startIsda(folder, trainArgs('memory', ['training.epochs=5000', 'dataset.subset=64']));
    expect(await printed(child, /^epoch 1\//)).toBe(true);
    child.kill('SIGTERM');
    const stopped = await child;
    expect(stopped.exitCode, stopped.all).toBe(75);
    expect(checkpointsOf(join(folder, 'memory'))).not.toEqual([]);
  });
});

describe('a run that is killed', () => {
  const moments: [string, Moment, string[], string | undefined][] = [
    ['before its first checkpoint', inStep(2), [], undefined],
    ['after an epoch', inStep(1, 2), [], '2 after 0'],
    ['in an epoch', inStep(4, 2), [], '2 after 0'],
    // That of epoch 1 is kept as the best.
    ['in an epoch, with a checkpoint every second', inStep(4, 3), ['output.checkpointEvery=2'], '3 after 0'],
    ['in an epoch, with a checkpoint every 4 steps', inStep(4, 2), ['output.checkpointEvery={steps: 4}'], '2 after 2'],
  ];
  it.each(moments)('%s resumes to the same bytes', async (name, moment, more, place) => {
    const out = `killed-${name.replaceAll(/[ ,]+/g, '-')}`;
    expect((await interrupt(out, 'SIGKILL', moment, more)).signal).toBe('SIGKILL');
    expect(existsSync(join(folder, out, '.lock'))).toBe(true);
    const resumed = await finish(out, more);
    if (place === undefined) expect(resumed.stdout).not.toMatch(/^resuming/m);
    else expect(resumed.stdout).toContain(`\nresuming in epoch ${place} of 6 batches\n`);
    expect(outcomeOf(join(folder, out))).toEqual(whole);
  });
});

describe('checkpoints', () => {
  it('come every checkpointEvery epochs and at the end', async () => {
    const more = ['output.checkpointEvery=3', 'output.keepCheckpoints=9', 'dataset.subset=24', 'training.epochs=4'];
    await finish('sparse', more);
    const files = await listCheckpoints(join(folder, 'sparse', 'checkpoints'));
    expect(files.map(({ epoch, step }) => [epoch, step])).toEqual([
      [3, 6],
      [4, 8],
    ]);
    const best = await listCheckpoints(join(folder, 'sparse', 'checkpoints'), 'best');
    const errors = metricsOf(join(folder, 'sparse')).map((line) => Number(line.split(',')[7]));
    const lowest = errors.slice(1).indexOf(Math.min(...errors.slice(1))) + 1;
    expect(best.at(-1)).toMatchObject({ epoch: lowest, step: 2 * lowest });
  });

  it('the newest being damaged, the one before is used with a warning, to the same bytes', async () => {
    await cp(join(folder, 'whole'), join(folder, 'damaged'), { recursive: true });
    const [, newest] = checkpointsOf(join(folder, 'damaged'));
    for (const name of [newest, `best-${newest}`])
      await rm(join(folder, 'damaged', 'checkpoints', name), { force: true });
    await cp(join(folder, 'whole', 'metrics.csv'), join(folder, 'damaged', 'checkpoints', newest));
    const { stdout } = await finish('damaged');
    expect(stdout).toContain(`warning: the checkpoint ${newest} is damaged and not used (cannot read safetensors: `);
    expect(stdout).toContain('\nresuming in epoch 3 after 0 of 6 batches\n');
    expect(outcomeOf(join(folder, 'damaged'))).toEqual(whole);
  });
});

describe('a run folder in use', () => {
  it('is refused with the process that uses it, which is not disturbed', async () => {
    const { child, go } = await startHeld(folder, argsOf('busy'), { run: 'train', ...inStep(1) });
    const lock = read(folder, 'busy', '.lock');
    const second = await runIsda(folder, argsOf('busy', ['dataset.subset=24']));
    expect(second.exitCode).toBe(1);
    expect(second.stderr).toMatch(
      new RegExp(`^error: cannot use the run folder: process ${child.pid} on \\S+ is training in it\n`),
    );
    expect(second.stdout).toBe('');
    expect(lock).toContain(`"pid":${child.pid}`);
    go();
    expect((await child).exitCode).toBe(0);
    expect(outcomeOf(join(folder, 'busy'))).toEqual(whole);
  });
});
