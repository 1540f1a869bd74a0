// Disks that are full, read-only, removed or without permission: an error names path and space, and the last good
// checkpoint is kept.
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it, type TestContext } from 'vitest';
import { keptMetrics, openMetrics, readMetrics } from '../../src/records/metrics-csv.js';
import { runFolder } from '../../src/records/run-folder.js';
import { knownMetrics, metricsOf } from '../../src/training/metrics/registry.js';
import { runHere } from '../support/cli.js';
import { startHeld } from '../support/held.js';
import { asUser, isdaCommand, runIsda } from '../support/process.js';
import { makeData } from '../support/runs.js';
import { scale } from './scale.js';
import { mountSmallDisk, type SmallDisk } from './small-disk.js';
import { expectPlainError, expectWholeRows, smallRun, stepsKept, stepsPerEpoch, wholeOutcome } from './support.js';

const openFile = async (path: string, options: Parameters<typeof keptMetrics>[1]) =>
  openMetrics(path, await keptMetrics(path, options));

const folder = await mkdtemp(join(tmpdir(), 'isda-faults-'));
await makeData(folder, 64);
const outcome = await runHere(folder, smallRun('whole'));
if (outcome.exitCode !== 0) throw new Error(outcome.all);
const whole = await wholeOutcome(join(folder, 'whole'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A small disk for one test; the test is skipped if none can be mounted. */
async function disk(context: TestContext, bytes: number): Promise<SmallDisk> {
  const mounted = await mountSmallDisk(join(folder, `disk-${context.task.id}`), bytes);
  if (mounted === undefined) return context.skip('a tmpfs cannot be mounted by this user');
  context.onTestFinished(() => mounted.unmount());
  return mounted;
}

/** Where runs are paused while their folder is changed. */
const afterFirstEpoch = { run: 'train', line: /^epoch 1\// };

const full =
  /^error: cannot (write|create the folder) \S+: the disk is full \(\S+ \S+ free\)\n {2}hint: free some space/m;

/** Runs the command line again with enough space, and expects the bytes of the undisturbed run. */
async function finishes(out: string): Promise<void> {
  const last = await runHere(folder, smallRun(out));
  expect(last.exitCode, last.all).toBe(0);
  expect(await wholeOutcome(join(folder, out))).toEqual(whole);
}

describe('a disk that is full', () => {
  it('for the third checkpoint: the last good one is intact, and the run resumes once there is room', async (context) => {
    // A checkpoint has 0.8 MB: two and a half fit.
    const small = await disk(context, 2_200_000);
    const out = join(small.path, 'run');
    const stopped = await runIsda(folder, smallRun(out, ['output.keepCheckpoints=3']));
    expectPlainError(stopped, 'full disk');
    expect(stopped.stderr).toMatch(full);
    expect(stopped.stderr).toContain(join(out, 'checkpoints'));
    expect(await stepsKept(out)).toBeGreaterThanOrEqual(stepsPerEpoch);
    await expectWholeRows(out);
    expect(readdirSync(join(out, 'checkpoints')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await cp(out, join(folder, 'grown'), { recursive: true });
    await finishes('grown');
  });

  it('from the start, with a few pages left: whatever comes first is named, and the run begins once there is room', async (context) => {
    const small = await disk(context, 2_000_000);
    for (const pages of scale({ short: [2, 4], long: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16] })) {
      small.empty();
      rmSync(join(small.path, 'run'), { recursive: true, force: true });
      small.fill(pages * 4096);
      const outcome = await runHere(folder, smallRun(join(small.path, 'run')));
      expectPlainError(outcome, `${pages} pages left`);
      expect(outcome.stderr).toMatch(full);
      await rm(join(folder, 'emptied'), { recursive: true, force: true });
      await cp(join(small.path, 'run'), join(folder, 'emptied'), { recursive: true });
      await finishes('emptied');
    }
  });

  it('while the run goes on: rows are whole, and nothing is lost but the last interval', async (context) => {
    const small = await disk(context, 4_000_000);
    const out = join(small.path, 'run');
    const { child, go } = await startHeld(folder, smallRun(out), afterFirstEpoch);
    small.fill();
    go();
    const outcome = await child;
    expectPlainError(outcome, 'filled while the run went on');
    expect(outcome.stderr).toMatch(full);
    await expectWholeRows(out);
    small.empty();
    await cp(out, join(folder, 'filled'), { recursive: true });
    await finishes('filled');
  });

  it('for metrics.csv: a torn row is no row', async (context) => {
    const small = await disk(context, 40_960);
    const path = join(small.path, 'metrics.csv');
    const columns = metricsOf({ classes: 10, recordedScalars: [] });
    const row = (epoch: number) =>
      ({ epoch, iteration: epoch, learningRate: 0.1, lambda: 0, trainLoss: 1 / 3, trainError: 1, testLoss: 1 / 7, testError: 2, seconds: 1, imagesPerSecond: 1 }); // prettier-ignore
    const metrics = await openFile(path, { columns });
    small.fill();
    let written = 0;
    const failure = await (async () => {
      for (;;) await metrics.append(row(++written));
    })().catch((error: unknown) => error as Error);
    expect(failure.message).toBe(`cannot write ${path}: the disk is full (0 B free)`);
    await metrics.close();
    const digest = metrics.digest();
    expect((await readMetrics(path, knownMetrics)).map(({ epoch }) => epoch)).toEqual(
      Array.from({ length: written - 1 }, (_, i) => i + 1),
    );
    small.empty();
    const again = await openFile(path, { columns, resumeAfterEpoch: written - 1, expectedDigest: digest });
    await again.append(row(written));
    await again.close();
    expect(await readMetrics(path, knownMetrics)).toHaveLength(written);
  });

  it('for what it prints: said on stderr, with exit code 1', async (context) => {
    if (!existsSync('/dev/full')) context.skip('there is no /dev/full');
    const command = [process.execPath, ...isdaCommand, ...smallRun('printed')].map((word) => `'${word}'`).join(' ');
    const outcome = await execa('sh', ['-c', `exec ${command} >/dev/full`], { cwd: folder, reject: false });
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(/^error: cannot write to stdout: ENOSPC: no space left on device/);
    await finishes('printed');
  });
});

describe('a limit on the size of files', () => {
  it('that a checkpoint exceeds is an error with its path', async () => {
    const command = [process.execPath, ...isdaCommand, ...smallRun('limited')].map((word) => `'${word}'`).join(' ');
    const limited = await execa('sh', ['-c', `ulimit -f 1000; exec ${command}`], {
      cwd: folder,
      reject: false,
      all: true,
    });
    expect(limited.exitCode, limited.all).toBe(1);
    expect(limited.stderr).toMatch(
      /^error: cannot write \S+limited\/checkpoints\/\S+: the file is larger than this file system or a limit \(ulimit -f\) allows$/m,
    );
    await finishes('limited');
  });
});

describe('a folder that cannot be written', () => {
  it('on a file system that is read-only', async (context) => {
    const small = await disk(context, 1_000_000);
    mkdirSync(join(small.path, 'run'));
    await small.readOnly();
    for (const out of ['run', 'new']) {
      const outcome = await runHere(folder, smallRun(join(small.path, out)));
      expectPlainError(outcome, out);
      expect(outcome.stderr).toMatch(/^error: cannot (write|create the folder) \S+: the file system is read-only$/m);
      expect(outcome.stderr).toContain(join(small.path, out));
    }
  });

  it('that becomes read-only while the run goes on: the last good checkpoint is intact', async (context) => {
    const out = join(folder, 'turned');
    const { child, go } = await startHeld(folder, smallRun('turned'), afterFirstEpoch);
    const checkpoints = join(out, 'checkpoints');
    const bound = await execa('mount', ['--bind', checkpoints, checkpoints], { reject: false });
    if (bound.failed) {
      child.kill('SIGKILL');
      await child;
      context.skip('a folder cannot be mounted by this user');
    }
    await execa('mount', ['-o', 'remount,bind,ro', checkpoints]);
    go();
    const outcome = await child;
    await execa('umount', ['-l', checkpoints]);
    expectPlainError(outcome, 'turned read-only');
    expect(outcome.stderr).toMatch(/^error: cannot write \S+turned\/checkpoints\/\S+: the file system is read-only$/m);
    await finishes('turned');
  });

  it('for want of permission', async (context) => {
    mkdirSync(join(folder, 'forbidden'));
    chmodSync(join(folder, 'forbidden'), 0o555);
    const probe = await execa(asUser[0], [...asUser.slice(1), 'true'], { reject: false });
    if (probe.failed) context.skip('this user is never refused');
    const [program, ...words] = [...asUser, process.execPath, ...isdaCommand, ...smallRun('forbidden/run')];
    const outcome = await execa(program, words, { cwd: folder, reject: false, all: true });
    expect(outcome.exitCode, outcome.all).toBe(1);
    expect(outcome.stderr).toMatch(
      /^error: cannot create the folder \S+forbidden\/run: permission denied\n {2}hint: check the owner/m,
    );
  });
});

describe('a run folder that is deleted while the run goes on', () => {
  it('ends the run with an error, and is not made again', async () => {
    const { child, go } = await startHeld(folder, smallRun('deleted'), afterFirstEpoch);
    await rm(join(folder, 'deleted'), { recursive: true, force: true });
    go();
    const outcome = await child;
    expectPlainError(outcome, 'deleted folder');
    expect(outcome.stderr).toMatch(
      /^error: cannot write \S+deleted\/\S+: (its folder does not exist|it was deleted or replaced during the run)$/m,
    );
    expect(existsSync(join(folder, 'deleted'))).toBe(false);
  });

  it('as metrics.csv alone', async () => {
    const { child, go } = await startHeld(folder, smallRun('emptied-metrics'), afterFirstEpoch);
    await rm(join(folder, 'emptied-metrics', 'metrics.csv'));
    go();
    const outcome = await child;
    expectPlainError(outcome, 'deleted metrics');
    expect(outcome.stderr).toContain('metrics.csv: it was deleted or replaced during the run');
    // No checkpoint was written without its metrics, so the run starts again.
    await finishes('emptied-metrics');
  });

  it('resumes no checkpoint whose metrics are gone', async () => {
    await finishes('without-metrics');
    const { metrics, summary } = runFolder(join(folder, 'without-metrics'));
    await rm(summary);
    await writeFile(metrics, '');
    expectPlainError(await runHere(folder, smallRun('without-metrics')), 'metrics that are gone');
  });
});
