// Grids on a real Slurm, as their user meets them: from nothing to the table, through requeues, kills and cancels.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCell } from '../../../src/grids/store/cell.js';
import { printed, runIsda, startIsda, type IsdaProcess } from '../../support/process.js';
import { makeData, outcomeOf, read } from '../../support/runs.js';
import { scancel, scontrol, stateOf, withoutSlurm } from '../../support/slurm.js';

const missing = await withoutSlurm();
if (missing !== undefined) console.warn(`the tests on a real Slurm are skipped: ${missing}`);

const names = ['tiny-basic-seed1', 'tiny-isda-seed1'];
const study = `study: tiny
config: tiny-isda
set:
  dataset: { dir: data, subset: 428 }
  training: { epochs: 6, batchSize: 12 }
rows:
  - name: isda
  - { name: basic, set: { loss: { name: cross-entropy } } }
`;

describe.skipIf(missing !== undefined)('--executor slurm', () => {
  let folder: string;
  const outcomes = (out: string) => names.map((name) => outcomeOf(join(folder, out, name)));
  let expected: ReturnType<typeof outcomes>;
  let table: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isda 'test' "));
    await makeData(folder);
    writeFileSync(join(folder, 'study.yaml'), study);
    const whole = await runIsda(folder, ['study', 'study.yaml', '--seeds', '1', '--out', 'whole']);
    if (whole.exitCode !== 0) throw new Error(whole.all);
    expected = outcomes('whole');
    table = read(folder, 'whole', 'outcomes.csv');
  });
  afterAll(async () => {
    // A test that failed may have left jobs.
    const stores = readdirSync(folder).filter((name) => existsSync(join(folder, name, 'slurm')));
    for (const name of stores.flatMap(submissions)) await scancel(`--name=${name}`).catch(() => undefined);
    await rm(folder, { recursive: true, force: true });
  });

  const args = (out: string, ...more: string[]): string[] => [
    ...['study', 'study.yaml', '--seeds', '1', '--out', out, '--executor', 'slurm', '--poll', '0.5', ...more],
  ];
  const submissions = (out: string): string[] => readdirSync(join(folder, out, 'slurm'));
  /** The job of a store's only submission. */
  const jobOf = (out: string): string => {
    const [name] = submissions(out);
    return (JSON.parse(read(folder, out, 'slurm', name, 'submission.json')) as { job: string }).job;
  };
  /** Waits until the run of `isda`, the first task, has completed an epoch. */
  async function training(out: string): Promise<void> {
    for (;;) {
      try {
        if (/ epoch 1/.test(read(folder, out, 'tiny-isda-seed1', 'log.txt'))) return;
      } catch {
        // Not begun yet.
      }
      await setTimeout(20);
    }
  }
  async function untilState(task: string, state: RegExp): Promise<void> {
    while (!state.test(await stateOf(task))) await setTimeout(100);
  }
  async function complete(child: IsdaProcess | Promise<Awaited<IsdaProcess>>, out: string) {
    const ended = await child;
    expect(ended.exitCode, ended.all).toBe(0);
    expect(outcomes(out)).toEqual(expected);
    return ended;
  }
  const begun = (out: string, name: string): number =>
    read(folder, out, name, 'log.txt').match(/experiment {2}/g)?.length ?? 0;

  it('from nothing to the table, with the bytes of a local grid', async () => {
    const done = await complete(runIsda(folder, args('plain')), 'plain');
    expect(done.stderr).toBe('');
    expect(done.stdout).toMatch(/^grid {4}2 runs\nsubmit {2}2 runs, job \d+_0 to \d+_1\n/);
    expect(done.stdout).toMatch(/\ndone {4}tiny-isda-seed1 {2}[\d.]+ % \(mean of 6 epochs\) {2}[\d.]+ s\n/);
    expect(read(folder, 'plain', 'outcomes.csv')).toBe(table);
    expect(await readCell(join(folder, 'plain', names[0]))).toMatchObject({ state: 'done', attempts: 1 });
    const again = await runIsda(folder, args('plain'));
    expect(again.stdout).toMatch(
      /^grid {4}2 runs\nfound {3}tiny-isda-seed1, done before\nfound {3}tiny-basic-seed1, done before\n/,
    );
    expect(submissions('plain')).toHaveLength(1);
  });

  it.each([
    ['the signal before the time limit', ['scancel', '--signal=USR1', '--batch']],
    ['scontrol requeue', ['scontrol', 'requeue']],
  ] as const)('%s: a checkpoint, back into the queue, and the same bytes', async (way, [program, ...words]) => {
    const out = `requeued by ${way}`;
    const child = startIsda(folder, args(out));
    await training(out);
    const task = `${jobOf(out)}_0`;
    const seen = printed(child, /^requeue /);
    const asked = execa(program, [...words, task], { reject: false });
    expect(await seen).toBe(true);
    // While the job ends, scancel signals again and again: the next start is not to be stopped too.
    asked.kill();
    await asked;
    // Slurm waits two minutes so that nothing of the first start is left; begun at once, a job may end at once.
    await untilState(task, /^PENDING/);
    await setTimeout(5000);
    await scontrol('update', `JobId=${task}`, 'StartTime=now');
    const { stdout } = await complete(child, out);
    expect(stdout).toContain(`\nrequeue tiny-isda-seed1, job ${task}: it resumes from its checkpoint\n`);
    expect(begun(out, 'tiny-isda-seed1')).toBe(2);
    expect(await readCell(join(folder, out, 'tiny-isda-seed1'))).toMatchObject({ attempts: 1 });
  });

  it('kill -9 of the command: the same one finds the jobs and submits nothing', async () => {
    const child = startIsda(folder, args('killed'));
    expect(await printed(child, /^submit/)).toBe(true);
    child.kill('SIGKILL');
    await child;
    await training('killed');
    const { stdout } = await complete(runIsda(folder, args('killed')), 'killed');
    expect(stdout).not.toContain('submit');
    expect(submissions('killed')).toHaveLength(1);
    expect(names.map((name) => begun('killed', name))).toEqual([1, 1]);
  });

  it('kill -9 of a run: it is recorded as failed, the other goes on, and the same command submits it alone', async () => {
    const child = startIsda(folder, args('dead'));
    await training('dead');
    const { pid } = JSON.parse(read(folder, 'dead', 'tiny-isda-seed1', '.lock')) as { pid: number };
    process.kill(pid, 'SIGKILL');
    const failed = await child;
    expect(failed.exitCode, failed.all).toBe(1);
    const task = `${jobOf('dead')}_0`;
    expect(failed.stderr).toContain(`\n  tiny-isda-seed1: job ${task}: killed (SIGKILL), perhaps out of memory\n`);
    expect(failed.stderr).toMatch(
      /; `isda study study\.yaml --seeds 1 --out dead --executor slurm --poll 0\.5` tries again$/,
    );
    const { stdout } = await complete(runIsda(folder, args('dead')), 'dead');
    expect(stdout).toMatch(/^submit {2}tiny-isda-seed1, job \d+_0$/m);
    expect(begun('dead', 'tiny-basic-seed1')).toBe(1);
  });

  it('scancel of a task: it is recorded as stopped, and the same command submits it again', async () => {
    const child = startIsda(folder, args('cancelled'));
    await training('cancelled');
    const task = `${jobOf('cancelled')}_0`;
    await scancel(task);
    const stopped = await child;
    expect(stopped.exitCode, stopped.all).toBe(75);
    expect(stopped.stdout).toContain(`\nstopped tiny-isda-seed1: job ${task}: cancelled (scancel)\n`);
    const { stdout } = await complete(runIsda(folder, args('cancelled')), 'cancelled');
    expect(stdout).toMatch(/^submit {2}tiny-isda-seed1, job \d+_0$/m);
    expect(begun('cancelled', 'tiny-isda-seed1')).toBe(2);
  });

  it('--detach returns at once; `isda runs` shows the jobs; Ctrl-C of a follower leaves them', async () => {
    const { exitCode, stdout } = await runIsda(folder, args('left', '--detach', '--jobs', '1'));
    expect(exitCode).toBe(0);
    expect(stdout).toContain(
      '\n2 of 2 runs remain in the queue: `isda runs left` shows them, ' +
        '`isda study study.yaml --seeds 1 --out left --jobs 1 --executor slurm --poll 0.5` follows them',
    );
    const task = `${jobOf('left')}_0`;
    await untilState(task, /^RUNNING/);
    const runs = await runIsda(folder, ['runs', 'left']);
    expect(runs.stdout).toMatch(/^tiny-basic-seed1 +queued +\d+_1 +0\/6 +- .* s +JobArrayTaskLimit$/m);
    expect(runs.stdout).toMatch(new RegExp(`^tiny-isda-seed1 +running +${task} .* on \\S+$`, 'm'));
    const listed = await runIsda(folder, ['runs', 'left', '--state', 'queued', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { name: names[0], state: 'queued', jobName: `${jobOf('left')}_1` },
    ]);
    const child = startIsda(folder, args('left'));
    expect(await printed(child, /^start/)).toBe(true);
    child.kill('SIGINT');
    const stopped = await child;
    expect(stopped.exitCode).toBe(75);
    expect(stopped.stderr).toMatch(/^stopped by SIGINT: \d of 2 are done, and \d are left/);
    const again = 'isda study study.yaml --seeds 1 --out left --executor slurm --poll 0.5';
    expect(stopped.stderr).toContain(
      `\n  hint: \`${again}\` follows them again; \`scancel ${jobOf('left')}\` cancels them`,
    );
    await complete(runIsda(folder, args('left')), 'left');
    expect(submissions('left')).toHaveLength(1);
  });

  it('a partition that is not there: the words of sbatch, and nothing is queued', async () => {
    const refused = await runIsda(folder, args('refused', '--set', 'slurm.partition=nowhere'));
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toBe(
      'error: cannot submit to Slurm: invalid partition specified: nowhere; Batch job submission failed: Invalid partition name specified\n' +
        '  hint: `sinfo` lists the partitions; slurm.partition in the config selects one',
    );
    expect((await runIsda(folder, ['runs', 'refused'])).stdout).toMatch(/2 runs: 2 planned$/);
  });

  it('isda sweep: the trials, then the final run', async () => {
    const sweep = [
      ...['sweep', 'lambda0', '--config', 'tiny-isda', '--set', 'dataset.dir=data', '--values', '0,0.5'],
      ...['--holdout', '50', '--final-seeds', '1', '--out', 'sweep', '--executor', 'slurm', '--poll', '0.5'],
    ];
    const { exitCode, stdout, all } = await runIsda(folder, sweep);
    expect(exitCode, all).toBe(0);
    expect(stdout.match(/^submit .*/gm)).toEqual([
      expect.stringMatching(/^submit {2}2 runs, job/),
      expect.stringMatching(/^submit {2}tiny-isda-lambda0-\S+-final-seed1, job/),
    ]);
  });
});

it('without Slurm: what is missing, and what to do', async () => {
  const elsewhere = await mkdtemp(join(tmpdir(), 'isda-test-'));
  try {
    const grid = ['ablate', '--config', 'tiny-isda', '--executor', 'slurm'];
    const { exitCode, stderr } = await runIsda(elsewhere, grid, { PATH: elsewhere });
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "error: cannot read Slurm's settings: scontrol is not on the PATH\n" +
        "  hint: run this on a machine with Slurm's commands, such as a login node; `--executor local` runs on this machine",
    );
    expect(readdirSync(elsewhere)).toEqual([]);
  } finally {
    await rm(elsewhere, { recursive: true });
  }
});
