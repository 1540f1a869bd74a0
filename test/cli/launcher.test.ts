// bin/isda.js: what it sets before the program begins.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import { isdaCommand, runIsda } from '../support/process.js';
import { test } from '../temporary-folder.js';

test('Node.js has a pool thread for every core, unless the user says otherwise', async ({ folder }) => {
  // Counts the threads that were added after the pool was given more work than it has.
  const probe = join(folder, 'probe.cjs');
  await writeFile(
    probe,
    `const { readdirSync } = require('node:fs');
const count = () => readdirSync('/proc/self/task').length;
const before = count();
process.on('exit', () => process.stderr.write('threads ' + (count() - before)));
setImmediate(() => { for (let i = 0; i < 64; i++) require('node:crypto').pbkdf2('a', 'b', 1000, 8, 'sha1', () => {}); });`,
  );
  const added = async (size: string | undefined): Promise<number> => {
    const environment = { NODE_OPTIONS: `--require=${probe}`, UV_THREADPOOL_SIZE: size };
    return Number((await runIsda(folder, ['losses'], environment)).stderr.replace('threads ', ''));
  };
  // Libraries have threads of their own, the same number each time.
  const others = (await added('1')) - 1;
  expect((await added(undefined)) - others).toBe(Math.max(4, availableParallelism()));
  expect((await added('9')) - others).toBe(9);
});

test('a working directory that was deleted is an error in words', async ({ folder }) => {
  await mkdir(join(folder, 'gone'));
  const script = 'cd gone && rmdir ../gone && exec "$@"';
  const args = ['-c', script, 'sh', process.execPath, ...isdaCommand, 'losses'];
  const { exitCode, stdout, stderr } = await execa('sh', args, { cwd: folder, reject: false });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toBe(
    'error: cannot start: the working directory no longer exists\n  hint: change to another folder first (cd)',
  );
});
