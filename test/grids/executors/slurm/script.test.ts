// The batch script, run by bash with fakes of `isda` and scontrol: the trained cells, forwarded signals, and files.
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quote, restartLine, scriptText } from '../../../../src/grids/executors/slurm/script.js';
import { signalsTaken } from '../../../support/held.js';
import { test } from '../../../temporary-folder.js';

/**
 * Records its arguments and threads; on SIGTERM exits with 75, like `isda train`, once `hold` is removed; else with the
 * code in `how`.
 */
const standIn = `#!/bin/bash
printf '%s\\n' "$@" "threads \${TF_NUM_INTRAOP_THREADS:-}" "\${GREETING:-}" >words
trap 'echo caught >>words; while [ -e hold ]; do sleep 0.02; done; exit 75' TERM
how=$(cat how)
case $how in
  wait) touch begun; while :; do sleep 0.02; done ;;
  die) kill -KILL $$ ;;
  *) echo "error: $how" >&2; exit "$how" ;;
esac
`;

/** A submission of two cells in a store whose path needs quoting. */
function setUp(folder: string, how: string, before: readonly string[] = []) {
  const root = join(folder, `a "store" of $HOME's \`100%\``);
  const here = join(root, 'slurm', 'x');
  const work = join(folder, 'work');
  for (const path of [join(root, 'a-seed1'), join(root, 'b-seed1'), here, work, join(folder, 'bin')]) {
    mkdirSync(path, { recursive: true });
  }
  const program = join(folder, `is'da`);
  writeFileSync(program, standIn);
  writeFileSync(join(folder, 'bin', 'scontrol'), `#!/bin/sh\necho "$@" >${quote(join(work, 'scontrol'))}\n`);
  // The script checks its run every half second; here more often.
  writeFileSync(join(folder, 'bin', 'sleep'), `#!/bin/sh\nPATH=${quote(process.env['PATH']!)} exec sleep 0.02\n`);
  for (const name of ['scontrol', 'sleep']) chmodSync(join(folder, 'bin', name), 0o755);
  chmodSync(program, 0o755);
  writeFileSync(join(work, 'how'), how);
  writeFileSync(join(here, 'cells.txt'), 'a-seed1\nb-seed1\n');
  writeFileSync(join(here, 'job.sh'), scriptText({ root, folder: here, command: [program, 'bin/isda.js'], before }));
  const start = (env: Record<string, string> = {}, task = '1') =>
    execa('bash', [join(here, 'job.sh')], {
      cwd: work,
      reject: false,
      all: true,
      forceKillAfterDelay: false,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        ...{ SLURM_ARRAY_TASK_ID: task, SLURM_ARRAY_JOB_ID: '12', TF_NUM_INTRAOP_THREADS: undefined, ...env },
      },
    });
  const read = (path: string): string => readFileSync(path, 'utf8');
  return {
    start,
    run: join(root, 'b-seed1'),
    words: () => read(join(work, 'words')).trimEnd().split('\n'),
    exit: () => read(join(here, 'task-1.exit')),
    hasExit: () => existsSync(join(here, 'task-1.exit')),
    begun: () => existsSync(join(work, 'begun')),
    asked: () => (existsSync(join(work, 'scontrol')) ? read(join(work, 'scontrol')).trim() : undefined),
    errors: () => read(join(root, 'b-seed1', 'errors.txt')),
  };
}

describe('quote', () => {
  it('is the same text to bash, whatever it is', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((value) => value.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const { stdout } = await execa('bash', ['-c', `printf %s ${quote(value)}`], { stripFinalNewline: false });
        expect(stdout).toBe(value);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the script of a task', () => {
  test.for([
    ['0', 0],
    ['1', 1],
    ['2', 2],
    ['75', 75],
    ['die', 137],
  ] as const)('trains the run of its line: a run that ends so, %s, leaves %i', async ([how, code], { folder }) => {
    const { start, words, exit, run, asked } = setUp(folder, how);
    expect((await start()).exitCode).toBe(code);
    expect(exit()).toBe(`${code}\n`);
    expect(words().slice(0, 6)).toEqual(['bin/isda.js', 'train', '--config', join(run, 'config.yaml'), '--out', run]);
    expect(asked()).toBeUndefined();
  });

  test('keeps what the run wrote to stderr, and prints nothing', async ({ folder }) => {
    const { start, errors } = setUp(folder, '1');
    expect((await start()).all).toBe('');
    expect(errors()).toBe('error: 1\n');
  });

  test('begins a further start in the log with its number', async ({ folder }) => {
    const { start } = setUp(folder, '0');
    expect((await start({ SLURM_RESTART_COUNT: '2' })).all).toMatch(restartLine);
  });

  test('gives TensorFlow the cores of the job, unless the user has said how many', async ({ folder }) => {
    const { start, words } = setUp(folder, '0');
    await start();
    expect(words()[6]).toBe('threads');
    await start({ SLURM_CPUS_PER_TASK: '3' });
    expect(words()[6]).toBe('threads 3');
    await start({ SLURM_CPUS_PER_TASK: '3', TF_NUM_INTRAOP_THREADS: '7' });
    expect(words()[6]).toBe('threads 7');
  });

  test('runs the lines of `before` first', async ({ folder }) => {
    const { start, words } = setUp(folder, '0', ['export GREETING="good day"']);
    await start();
    expect(words()[7]).toBe('good day');
  });

  test('keeps its own variables from those of `before`', async ({ folder }) => {
    const names = ['store', 'here', 'task', 'cells', 'run', 'known', 'asked', 'limit'];
    const { start, exit, words, run } = setUp(
      folder,
      '75',
      names.map((name) => `${name}=/other`),
    );
    expect((await start()).exitCode).toBe(75);
    expect(words()[5]).toBe(run);
    expect(exit()).toBe('75\n');
  });

  test('records the end of a run also if `before` makes the shell strict', async ({ folder }) => {
    const { start, exit } = setUp(folder, '2', ['set -euo pipefail']);
    expect((await start()).exitCode).toBe(2);
    expect(exit()).toBe('2\n');
  });

  test.for([
    ['SIGUSR1', 'requeue 12_1', 'the time limit is near: to be queued again'],
    ['SIGTERM', undefined, ''],
  ] as const)('%s: the run writes its checkpoint, scontrol gets: %s', async ([signal, asks, says], { folder }) => {
    const { start, words, hasExit, begun, asked } = setUp(folder, 'wait');
    const child = start();
    while (!begun()) await setTimeout(5);
    child.kill(signal);
    const ended = await child;
    expect(ended.exitCode).toBe(75);
    // A requeued task has no end yet.
    expect(hasExit()).toBe(asks === undefined);
    expect(words().at(-1)).toBe('caught');
    expect(asked()).toBe(asks);
    expect(ended.all).toBe(says);
  });

  test('a run that cannot be queued again has ended', async ({ folder }) => {
    const { start, exit, begun } = setUp(folder, 'wait');
    writeFileSync(join(folder, 'bin', 'scontrol'), '#!/bin/sh\nexit 1\n');
    const child = start();
    while (!begun()) await setTimeout(5);
    child.kill('SIGUSR1');
    expect((await child).exitCode).toBe(75);
    expect(exit()).toBe('75\n');
  });

  test('a run without time for a step is not queued again forever', async ({ folder }) => {
    const { start, run, exit, hasExit, begun, asked, errors } = setUp(folder, 'wait');
    const reach = async (progress?: string): Promise<number | undefined> => {
      for (const name of ['begun', 'scontrol']) rmSync(join(folder, 'work', name), { force: true });
      const child = start();
      while (!begun()) await setTimeout(5);
      if (progress !== undefined) writeFileSync(join(run, 'checkpoints', progress), '');
      child.kill('SIGUSR1');
      return (await child).exitCode;
    };
    mkdirSync(join(run, 'checkpoints'));
    for (const progress of [...'abcdef'].flatMap((name) => [name, undefined])) {
      expect(await reach(progress)).toBe(75);
      expect(asked()).toBe('requeue 12_1');
    }
    // The last one of these was the first of a row.
    for (let more = 2; more < 5; more++) expect(await reach()).toBe(75);
    expect(hasExit()).toBe(false);
    expect(await reach()).toBe(1);
    expect(asked()).toBeUndefined();
    expect(exit()).toBe('1\n');
    expect(errors()).toBe('error: the time limit was reached 5 times without progress; slurm.time sets it\n');
    // Submitted again by the user, it has as many attempts.
    expect(await reach()).toBe(75);
  });

  test('a second signal while the checkpoint is written changes nothing', async ({ folder }) => {
    const { start, begun, words, asked } = setUp(folder, 'wait');
    const hold = join(folder, 'work', 'hold');
    writeFileSync(hold, '');
    const child = start();
    while (!begun()) await setTimeout(5);
    child.kill('SIGUSR1');
    while (words().at(-1) !== 'caught') await setTimeout(5);
    child.kill('SIGTERM');
    await signalsTaken(child.pid!);
    rmSync(hold);
    expect((await child).exitCode).toBe(75);
    expect(asked()).toBe('requeue 12_1');
  });

  test('of two signals at the same moment, in either order, none is lost', async ({ folder }) => {
    const { start, begun, asked, words } = setUp(folder, 'wait');
    for (const signals of [
      ['SIGUSR1', 'SIGTERM'],
      ['SIGTERM', 'SIGUSR1'],
      ['SIGUSR1', 'SIGTERM'],
    ] as const) {
      for (const name of ['begun', 'scontrol']) rmSync(join(folder, 'work', name), { force: true });
      const child = start();
      while (!begun()) await setTimeout(5);
      for (const signal of signals) process.kill(child.pid!, signal);
      expect((await child).exitCode).toBe(75);
      expect(words().at(-1)).toBe('caught');
      expect(asked()).toBe('requeue 12_1');
    }
  });

  test('a signal that comes before the run begins is not lost', async ({ folder }) => {
    const { start, asked } = setUp(folder, 'wait', ['kill -USR1 $$']);
    // The fake may be ended before it handles signals.
    expect([75, 143]).toContain((await start()).exitCode);
    expect(asked()).toBe('requeue 12_1');
  });

  test('an earlier exit code is gone as soon as the task begins anew', async ({ folder }) => {
    const { start, exit, begun, hasExit } = setUp(folder, '1');
    await start();
    expect(exit()).toBe('1\n');
    writeFileSync(join(folder, 'work', 'how'), 'wait');
    const child = start();
    while (!begun()) await setTimeout(5);
    expect(hasExit()).toBe(false);
    child.kill('SIGTERM');
    await child;
    expect(exit()).toBe('75\n');
  });

  test('says where the store is not to be seen', async ({ folder }) => {
    const { start } = setUp(folder, '0');
    const { exitCode, all } = await start({}, '7');
    expect(exitCode).toBe(1);
    expect(all).toMatch(/^error: \S+ does not see the store .*100%`$/);
  });
});
