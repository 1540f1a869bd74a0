// Grids as their user meets them: real processes that are stopped and killed, and resume with nothing lost or done
// twice.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { readCell } from '../../../src/grids/store/cell.js';
import { listRuns } from '../../../src/grids/store/list.js';
import { heldDataset, isIdle, signalHeld, startHeld } from '../../support/held.js';
import { runHere } from '../../support/cli.js';
import { isdaCommand, printed, runIsda, startIsda, type IsdaOutcome } from '../../support/process.js';
import { outcomeOf, read } from '../../support/runs.js';

const folder = await mkdtemp(join(tmpdir(), 'isda-test-'));
/** Two epochs of 3 steps, executed eagerly: so few are not worth their graphs. JSON is YAML. */
const dataset = heldDataset({ train: 36, test: 20 });
const training = { epochs: 2, batchSize: 12, evaluationBatchSize: 20, workers: 0, execution: 'eager' };
const rows = [
  { name: 'isda' },
  { name: 'basic', set: { loss: { name: 'cross-entropy' } } },
  { name: 'focal', set: { loss: { name: 'focal' } } },
];
const study = { study: 'tiny', config: 'tiny-isda', set: { dataset, training }, rows };
writeFileSync(join(folder, 'study.yaml'), JSON.stringify(study));
/** The image at which a run of its own process begins its second epoch. */
const secondEpoch = 37;
const args = (out: string, ...more: string[]): string[] => [
  'study',
  'study.yaml',
  '--seeds',
  '1',
  '--out',
  out,
  ...more,
];
const names = ['tiny-basic-seed1', 'tiny-focal-seed1', 'tiny-isda-seed1'];

const whole = await runIsda(folder, args('whole'));
if (whole.exitCode !== 0) throw new Error(whole.all);
const outcomes = (out: string) => names.map((name) => outcomeOf(join(folder, out, name)));
const expected = outcomes('whole');
afterAll(() => rm(folder, { recursive: true, force: true }));

const statesOf = async (out: string) => (await listRuns(join(folder, out), Date.now)).runs.map(({ state }) => state);

/** Begins a store with runs that the undisturbed grid has done. */
async function withDone(out: string, ...done: readonly string[]): Promise<void> {
  for (const name of done) await cp(join(folder, 'whole', name), join(folder, out, name), { recursive: true });
}

/** Ends the grid of a store by the same command, which must come to the numbers of a grid that was not disturbed. */
async function finish(out: string) {
  return await expectFinished(out, await runHere(folder, args(out)));
}

async function expectFinished(out: string, finished: Pick<IsdaOutcome, 'exitCode' | 'stdout' | 'all'>) {
  expect(finished.exitCode, finished.all).toBe(0);
  expect(outcomes(out)).toEqual(expected);
  expect(await statesOf(out)).toEqual(['done', 'done', 'done']);
  return finished;
}

describe('isda study', () => {
  it('leaves a folder a run, the outcomes, and a table', () => {
    expect(whole.stderr).toBe('');
    expect(whole.stdout.split('\n').slice(0, 3)).toEqual([
      'grid    3 runs',
      'start   tiny-isda-seed1',
      expect.stringMatching(/^done {4}tiny-isda-seed1 {2}[\d.]+ % \(mean of 2 epochs\) {2}[\d.]+ s$/),
    ]);
    expect(whole.stdout).toMatch(
      /\nrow +last 10 % +95 % +minus basic +p +p \(Holm\) +best % +last % +seeds\n[- ]+\nisda +\d[\d.]* +n = 1 /,
    );
    expect(whole.stdout.split('\n').at(-1)).toBe('run store  whole (outcomes.csv, outcomes.md)');
    expect(readdirSync(join(folder, 'whole')).sort()).toEqual(['outcomes.csv', 'outcomes.md', ...names]);
    const [, isda] = read(folder, 'whole', 'outcomes.csv').split('\n');
    const summary = JSON.parse(read(folder, 'whole', 'tiny-isda-seed1', 'summary.json')) as Record<string, unknown>;
    expect(isda.split(',').slice(0, 3)).toEqual(['isda', String(summary['last10MeanTestErrorPercent']), '']);
  });

  it('a second time finds all runs, and gives the same as JSON', async () => {
    const again = await runHere(folder, args('whole', '--json'));
    expect(again.stderr.split('\n')).toEqual([
      'grid    3 runs',
      ...['isda', 'basic', 'focal'].map((row) => `found   tiny-${row}-seed1, done before`),
    ]);
    const told = JSON.parse(again.stdout) as { rows: { row: string }[]; runs: { state: string }[] };
    expect(told.rows.map(({ row }) => row)).toEqual(['isda', 'basic', 'focal']);
    expect(told.runs.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
  });

  it('with other settings leaves those runs as they are', async () => {
    const out = join(folder, 'others');
    await cp(join(folder, 'whole'), out, { recursive: true });
    writeFileSync(join(folder, 'one.yaml'), JSON.stringify({ ...study, rows: rows.slice(0, 1) }));
    const one = ['study', 'one.yaml', '--seeds', '1', '--out', 'others', '--set', 'training.epochs=1'];
    const other = await runHere(folder, one);
    expect(other.exitCode, other.all).toBe(0);
    expect(outcomes('others')).toEqual(expected);
    expect(await statesOf('others')).toEqual(['done', 'done', 'done', 'done']);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    '%s: checkpoints are written, exit code 75, and it resumes',
    async (signal) => {
      await withDone(signal, 'tiny-isda-seed1');
      const held = await startHeld(folder, args(signal), { run: 'tiny-basic-seed1', image: 13 });
      // The grid passes its signal on to the run.
      held.child.kill(signal);
      expect(await printed(held.child, /the active runs write their checkpoints$/)).toBe(true);
      await isIdle(held.child.pid!);
      held.go();
      const stopped = await held.child;
      expect(stopped.exitCode, stopped.all).toBe(75);
      expect(stopped.stdout).toContain(
        `\n${signal}: the active runs write their checkpoints\nstopped tiny-basic-seed1: `,
      );
      expect(stopped.stderr).toBe(
        [
          `stopped by ${signal}: 1 of 3 are done`,
          `  ${signal}`,
          `  hint: \`isda study study.yaml --seeds 1 --out ${signal}\` resumes the runs`,
        ].join('\n'),
      );
      expect(await statesOf(signal)).toEqual(['stopped', 'planned', 'done']);
      expect(readdirSync(join(folder, signal, 'tiny-basic-seed1', 'checkpoints')).length).toBeGreaterThan(0);
      // Runs that a grid has not begun are begun by the same command in the tests below.
      await withDone(signal, 'tiny-focal-seed1');
      const finished = await finish(signal);
      expect(finished.stdout).toContain('found   tiny-isda-seed1, done before\n');
      expect(await readCell(join(folder, signal, 'tiny-basic-seed1'))).toMatchObject({ attempts: 2 });
    },
  );

  it('kill -9 of the grid: its run lives on and is waited for, not run twice', async () => {
    await withDone('orphan', 'tiny-basic-seed1', 'tiny-focal-seed1');
    const { child, pid, go } = await startHeld(folder, args('orphan'), { run: 'tiny-isda-seed1', image: 1 });
    child.kill('SIGKILL');
    expect((await child).signal).toBe('SIGKILL');
    const again = startIsda(folder, args('orphan'));
    expect(await printed(again, new RegExp(`^waiting tiny-isda-seed1: process ${pid} on \\S+ is running it$`))).toBe(
      true,
    );
    go();
    const finished = await again;
    await expectFinished('orphan', finished);
    expect(finished.stdout).toContain('found   tiny-isda-seed1, done before\n');
    expect(await readCell(join(folder, 'orphan', 'tiny-isda-seed1'))).toMatchObject({ state: 'done', attempts: 1 });
    expect(read(folder, 'orphan', 'tiny-isda-seed1', 'log.txt').match(/experiment {2}/g)).toHaveLength(1);
  });

  it('kill -9 of the grid and its run: it resumes from the checkpoint', async () => {
    await withDone('dead', 'tiny-focal-seed1');
    const { child, pid } = await startHeld(folder, args('dead'), { run: 'tiny-isda-seed1', image: secondEpoch });
    child.kill('SIGKILL');
    process.kill(pid, 'SIGKILL');
    await child;
    while ((await statesOf('dead')).includes('running')) await setTimeout(10);
    expect(await statesOf('dead')).toEqual(['planned', 'done', 'stopped']);
    await finish('dead');
    expect(read(folder, 'dead', 'tiny-isda-seed1', 'log.txt')).toContain('resuming in epoch 2 after 0 of 3 batches\n');
    expect(await readCell(join(folder, 'dead', 'tiny-isda-seed1'))).toMatchObject({ attempts: 2 });
  });

  it('kill -9 of a run: it is recorded as failed, the rest go on, and the same command ends it', async () => {
    await withDone('killed', 'tiny-focal-seed1');
    const { child, pid } = await startHeld(folder, args('killed'), { run: 'tiny-isda-seed1', image: 1 });
    process.kill(pid, 'SIGKILL');
    const failed = await child;
    expect(failed.exitCode, failed.all).toBe(1);
    expect(failed.stderr).toBe(
      [
        'error: cannot finish all runs: 1 of 3 failed',
        '  tiny-isda-seed1: killed (SIGKILL), perhaps out of memory',
        '  hint: `isda runs killed --log tiny-isda-seed1` shows why (tiny-isda-seed1/errors.txt); `isda study study.yaml --seeds 1 --out killed` tries again',
      ].join('\n'),
    );
    expect(await statesOf('killed')).toEqual(['done', 'done', 'failed']);
    expect(failed.stdout).toMatch(/^isda +- +- +- +- +0 of 1$/m);
    await finish('killed');
  });

  it('two at once on one store share the runs', async () => {
    const both = await Promise.all([runIsda(folder, args('shared')), runIsda(folder, args('shared', '--jobs', '2'))]);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const started = both.flatMap(({ stdout }) => stdout.match(/^start .*$/gm) ?? []);
    expect(started.sort()).toEqual(names.map((name) => `start   ${name}`));
    for (const name of names)
      expect(await readCell(join(folder, 'shared', name))).toMatchObject({ state: 'done', attempts: 1 });
    const tables = both.map(({ stdout }) => stdout.slice(stdout.indexOf('\nrow ')));
    expect(tables[0]).toBe(tables[1]);
  });

  it('a run that fails says why, and its log is shown', async () => {
    const wrong = { ...study, set: { dataset: { dir: 'nowhere' } }, rows: rows.slice(0, 2) };
    writeFileSync(join(folder, 'bad.yaml'), JSON.stringify(wrong));
    const bad = await runHere(folder, ['study', 'bad.yaml', '--seeds', '1', '--out', 'bad']);
    expect(bad.exitCode).toBe(1);
    const reason = /^failed {2}tiny-isda-seed1: (cannot find CIFAR-10: .*)$/m.exec(bad.stdout)?.[1];
    expect(reason).toBeDefined();
    const log = await runHere(folder, ['runs', 'bad', '--log', 'tiny-isda-seed1']);
    expect(log.stdout).toContain(
      `tiny-isda-seed1: failed, ${reason}\n\nbad/tiny-isda-seed1/errors.txt\nerror: ${reason}\n`,
    );
    const list = await runHere(folder, ['runs', 'bad', '--state', 'failed', '--json']);
    expect((JSON.parse(list.stdout) as { reason: string }[]).map((run) => run.reason)).toEqual([reason, reason]);
  });
});

it('isda sweep resumes where it was stopped and ends with the choice and the final runs', async () => {
  const sweep = [
    ...['sweep', 'lambda0', '--config', 'tiny-isda', '--values', '0.5,0', '--holdout', '12', '--final-seeds', '2'],
    ...['--set', `dataset=${JSON.stringify(dataset)}`, '--set', `training=${JSON.stringify(training)}`],
    ...['--set', 'dataset.subset=24', '--out', 'sweep'],
  ];
  const held = await startHeld(folder, sweep, { run: 'lambda0-0.5-seed1', image: 1 });
  expect((await signalHeld(held, 'SIGTERM', held.child.pid)).exitCode).toBe(75);
  const stored = () => JSON.parse(readFileSync(join(folder, 'sweep', 'sweep.json'), 'utf8')) as Record<string, unknown>;
  expect(stored()).not.toHaveProperty('chosen');
  const { stdout, exitCode, all } = await runHere(folder, sweep);
  expect(exitCode, all).toBe(0);
  expect(stdout.split('\n')[1]).toBe('found   tiny-isda-lambda0-0-seed1, done before');
  const { points, chosen, final, holdout } = stored() as {
    points: { name: string; settings: object; outcome: { last10: { mean: number } } }[];
    chosen: { name: string; settings: object };
    final: { seeds: number[] };
    holdout: number;
  };
  expect(points.map(({ settings }) => settings)).toEqual([0, 0.5].map((value) => ({ 'loss.lambda0': value })));
  const errors = points.map(({ outcome }) => outcome.last10.mean);
  expect(chosen.name).toBe(points[errors.indexOf(Math.min(...errors))].name);
  expect([final.seeds, holdout]).toEqual([[1, 2], 12]);
  expect(stored()).toMatchObject({ settings: { 'dataset.subset': '24', 'loss.name': '"isda"' } });
  const config = read(folder, 'sweep', `tiny-isda-${chosen.name}-final-seed2`, 'config.yaml');
  expect(config).toMatch(/^ {2}holdout: 0$/m);
  expect(config).toMatch(/^ {2}seed: 2$/m);

  const written = () => readdirSync(join(folder, 'sweep')).filter((name) => /^(outcomes|selection)\./.test(name));
  expect(written()).toEqual(['outcomes.csv', 'outcomes.md', 'selection.csv', 'selection.md']);
  const withoutFinals = sweep.map((word, index) => (sweep[index - 1] === '--final-seeds' ? '0' : word));
  const chosenAlone = await runHere(folder, withoutFinals);
  expect(chosenAlone.exitCode, chosenAlone.all).toBe(0);
  expect(stored()).not.toHaveProperty('final');
  expect(written()).toEqual(['selection.csv', 'selection.md']);
});

it('a study may come through a pipe, whose configs start from the working directory', async () => {
  writeFileSync(join(folder, 'own.yaml'), 'extends: tiny-isda\n');
  const text = 'study: piped\nconfig: own.yaml\nseeds: 1\nrows: [{name: a}]\n';
  const { stdout, exitCode, all } = await execa(
    process.execPath,
    [...isdaCommand, 'study', '-', '--dry-run', '--json'],
    {
      ...{ cwd: folder, input: text, reject: false, all: true },
    },
  );
  expect(exitCode, all).toBe(0);
  expect((JSON.parse(stdout) as { runs: { name: string }[] }).runs.map(({ name }) => name)).toEqual(['piped-a-seed1']);
});
