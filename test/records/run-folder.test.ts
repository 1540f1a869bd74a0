import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { gitRevision, writeEnvironment } from '../../src/records/environment.js';
import { processStart, takeLock, thisProcess } from '../../src/common/lock.js';
import { openLog } from '../../src/records/log.js';
import { lockRunFolder, runFolder } from '../../src/records/run-folder.js';
import { test } from '../temporary-folder.js';

describe('lock', () => {
  const alive = new Map([
    [10, 'start-a'],
    [11, 'start-b'],
  ]);
  const context = { now: Date.now, startOf: (pid: number) => Promise.resolve(alive.get(pid)) };
  const first = { pid: 10, host: 'box' };
  const second = { pid: 11, host: 'box' };

  test('a second run is refused with the first one', async ({ folder }) => {
    const path = join(folder, '.lock');
    const lock = await takeLock(path, first, context);
    await expect(takeLock(path, second, context)).rejects.toMatchObject({
      message: 'cannot use the run folder: process 10 on box is training in it',
      place: path,
    });
    await lock.release();
    expect(existsSync(path)).toBe(false);
    await (await takeLock(path, second, context)).release();
    await lock.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a holder whose lock was taken over is told so, and leaves that lock alone', async ({ folder }) => {
    const path = join(folder, '.lock');
    const lock = await takeLock(path, first, context);
    await expect(lock.requireHeld()).resolves.toBeUndefined();
    const other = JSON.stringify({ pid: 9, host: 'other', start: 'x' });
    writeFileSync(path, other);
    await expect(lock.requireHeld()).rejects.toMatchObject({
      code: 'run/locked',
      message: 'cannot use the run folder: process 9 on other has taken it over',
      place: path,
    });
    await lock.release();
    expect(readFileSync(path, 'utf8')).toBe(other);
    rmSync(path);
    // No one else works in the folder: what the process has computed must not be lost.
    await expect(lock.requireHeld()).resolves.toBeUndefined();
  });

  test('the lock of a dead process is taken over, also where its pid lives again', async ({ folder }) => {
    const path = join(folder, '.lock');
    for (const dead of [
      { pid: 9, host: 'box', start: 'long ago' },
      { pid: 10, host: 'box', start: 'another start' },
    ]) {
      writeFileSync(path, JSON.stringify(dead));
      const lock = await takeLock(path, second, context);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ ...second, start: 'start-b' });
      await lock.release();
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that of a process which was killed while it took over a dead lock is no hindrance', async ({ folder }) => {
    const path = join(folder, '.lock');
    const dead = JSON.stringify({ pid: 9, host: 'box', start: 'long ago' });
    for (const name of [path, `${path}.takeover`]) writeFileSync(name, dead);
    await (await takeLock(path, second, context)).release();
    expect(readdirSync(folder)).toEqual([]);
    // A living process is using it.
    writeFileSync(path, dead);
    writeFileSync(`${path}.takeover`, JSON.stringify({ ...first, start: 'start-a' }));
    await expect(takeLock(path, second, context)).rejects.toThrow('cannot take the lock: ');
    expect(readdirSync(folder).sort()).toEqual(['.lock', '.lock.takeover']);
  });

  test('a lock of another machine, or one that was cut off, counts while it is fresh', async ({ folder }) => {
    const path = join(folder, '.lock');
    for (const text of [JSON.stringify({ pid: 9, host: 'other', start: 'x' }), '{"pid":9,"ho', '']) {
      writeFileSync(path, text);
      await expect(takeLock(path, second, context)).rejects.toThrow('is training in it');
      const old = Date.now() / 1000 - 301;
      utimesSync(path, old, old);
      await (await takeLock(path, second, context)).release();
    }
  });

  test('a lock that only looks old is left to a holder that shows that it lives', async ({ folder }) => {
    const path = join(folder, '.lock');
    writeFileSync(path, JSON.stringify({ pid: 9, host: 'other', start: 'x' }));
    const old = Date.now() / 1000 - 400;
    utimesSync(path, old, old);
    const watched: string[] = [];
    const watching = (milliseconds: number, onBegin: () => void) => ({
      ...context,
      watch: {
        milliseconds,
        begins: (holder: string) => {
          watched.push(holder);
          onBegin();
        },
      },
    });
    // Its clock is five minutes behind, and the message shows its time.
    const beat = (): void => utimesSync(path, old + 30, old + 30);
    const attempt = takeLock(path, second, watching(600_000, beat));
    await expect(attempt).rejects.toThrow('process 9 on other is training in it');
    await (
      await takeLock(
        path,
        second,
        watching(1, () => undefined),
      )
    ).release();
    expect(watched).toEqual(['process 9 on other', 'process 9 on other']);
  });

  test('a lock of the same machine in another space of pids counts while it is fresh', async ({ folder }) => {
    const path = join(folder, '.lock');
    const own = { ...second, space: 'boot-1 pid:[2]' };
    for (const space of ['boot-1 pid:[1]', 'boot-2 pid:[2]']) {
      writeFileSync(path, JSON.stringify({ pid: 9, host: 'box', space, start: 'x' }));
      await expect(takeLock(path, own, context)).rejects.toThrow('process 9 on box is training in it');
      const old = Date.now() / 1000 - 301;
      utimesSync(path, old, old);
      await (await takeLock(path, own, context)).release();
    }
    for (const space of ['boot-1 pid:[2]', undefined]) {
      writeFileSync(path, JSON.stringify({ pid: 9, host: 'box', space, start: 'x' }));
      await (await takeLock(path, own, context)).release();
    }
  });

  test('this process is known in its own space alone', async ({ folder }) => {
    const own = thisProcess();
    expect(own.space).toMatch(/^[0-9a-f-]{36} pid:\[\d+\]$/);
    const here = { now: Date.now, startOf: processStart };
    const lock = await takeLock(join(folder, '.lock'), own, here);
    // As from pid 1 of a container on this machine.
    const other = { ...own, pid: 1, space: `${own.space!} of a container` };
    await expect(takeLock(join(folder, '.lock'), other, here)).rejects.toThrow(`process ${process.pid} on`);
    await lock.release();
  });

  test('a Slurm job that was queued again takes over from itself, and from no other', async ({ folder }) => {
    const path = join(folder, '.lock');
    const job = (restarts: number, name = '7') =>
      thisProcess({ SLURM_JOB_ID: name, SLURM_RESTART_COUNT: `${restarts}` });
    const left = JSON.stringify({ ...job(1), pid: 9, host: 'other', start: 'x' });
    for (const own of [second, job(1), job(0), job(2, '8')]) {
      writeFileSync(path, left);
      await expect(takeLock(path, { ...second, ...own, pid: 11, host: 'box' }, context)).rejects.toThrow(
        'process 9 on',
      );
    }
    const lock = await takeLock(path, { ...job(2), pid: 11, host: 'box' }, context);
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({
      ...second,
      start: 'start-b',
      job: '7',
      restarts: 2,
    });
    await lock.release();
    writeFileSync(path, JSON.stringify({ ...thisProcess({ SLURM_JOB_ID: '7' }), pid: 9, host: 'other', start: 'x' }));
    await (await takeLock(path, { ...job(1), pid: 11, host: 'box' }, context)).release();
  });

  test('a former holder does not delete the lock of its successor', async ({ folder }) => {
    const path = join(folder, '.lock');
    const lock = await takeLock(path, first, context);
    const successor = JSON.stringify({ ...second, start: 'start-b' });
    writeFileSync(path, successor);
    await lock.release();
    expect(readFileSync(path, 'utf8')).toBe(successor);
  });

  test('of many that find a dead lock at once, one gets it', async ({ folder }) => {
    const path = join(folder, '.lock');
    const all = { now: Date.now, startOf: (pid: number) => Promise.resolve(pid === 9 ? undefined : 'same') };
    for (let round = 0; round < 50; round++) {
      const dead = JSON.stringify({ pid: 9, host: 'box', start: 'long ago' });
      writeFileSync(path, dead);
      if (round % 2 === 1) writeFileSync(`${path}.takeover`, dead);
      const attempts = await Promise.allSettled(
        Array.from({ length: 6 }, (_, index) => takeLock(path, { pid: 100 + index, host: 'box' }, all)),
      );
      const taken = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []));
      expect(taken).toHaveLength(1);
      await taken[0].release();
    }
  });

  test('real processes: this one lives, one that has ended does not', async () => {
    expect(await processStart(process.pid)).toBeDefined();
    expect(await processStart(process.pid)).toBe(await processStart(process.pid));
    const child = execa(process.execPath, ['-e', '0']);
    const pid = child.pid!;
    await child;
    expect(await processStart(pid)).toBeUndefined();
  });

  test('lockRunFolder makes the folder', async ({ folder }) => {
    const run = runFolder(join(folder, 'runs', 'a'));
    const lock = await lockRunFolder(run, Date.now);
    expect(JSON.parse(readFileSync(run.lock, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
    await expect(lockRunFolder(run, Date.now)).rejects.toThrow(`process ${process.pid} on`);
    await lock.release();
  });
});

describe('environment.json', () => {
  test('says what the run was made on, without environment variables', async ({ folder }) => {
    const path = join(folder, 'environment.json');
    await writeEnvironment(path, {
      isda: '0.1.0',
      engine: 'libtensorflow 2.21.0',
      device: 'cpu',
      intraOpThreads: 1,
      interOpThreads: undefined,
      gitRevision: undefined,
      started: '2020-01-01T00:00:00.000Z',
    });
    const environment = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(environment)).toEqual(
      ['isda', 'gitRevision', 'node', 'engine', 'device', 'platform', 'host', 'cpu', 'cores', 'intraOpThreads', 'interOpThreads', 'memoryBytes', 'started'], // prettier-ignore
    );
    expect(environment).toMatchObject({
      isda: '0.1.0',
      gitRevision: null,
      node: process.version,
      intraOpThreads: 1,
      interOpThreads: null,
    });
  });

  test('the revision marks changes; no repository is no error', async ({ folder }) => {
    const git = execa({ cwd: folder, env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CEILING_DIRECTORIES: folder } });
    mkdirSync(join(folder, 'plain'));
    expect(await gitRevision(join(folder, 'plain'))).toBeUndefined();
    await git`git init -q`;
    writeFileSync(join(folder, 'a'), '1');
    await git`git add a`;
    await git`git -c user.name=a -c user.email=a@b commit -qm one`;
    const revision = await gitRevision(folder);
    expect(revision).toMatch(/^[0-9a-f]{40}$/);
    writeFileSync(join(folder, 'a'), '2');
    expect(await gitRevision(folder)).toBe(`${revision}+changes`);
  });
});

describe('log.txt', () => {
  test('each line has its time and is in the file at once', ({ folder }) => {
    const path = join(folder, 'log.txt');
    const log = openLog(path, () => 0);
    log.write('one\ntwo\n');
    expect(readFileSync(path, 'utf8')).toBe('1970-01-01T00:00:00.000Z one\n1970-01-01T00:00:00.000Z two\n');
    log.close();
    log.close();
    appendFileSync(path, 'torn');
    const again = openLog(path, () => 1000);
    again.write('three');
    again.close();
    expect(readFileSync(path, 'utf8').split('\n').slice(2)).toEqual(['torn', '1970-01-01T00:00:01.000Z three', '']);
  });

  test('a log that cannot be opened', ({ folder }) => {
    expect(() => openLog(join(folder, 'none', 'log.txt'), Date.now)).toThrow('its folder does not exist');
  });
});
