// bin/isda.js: the settings that it makes before the program starts, and its errors.
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { projectRoot } from '../config/support.js';
import { isdaCommand, runIsda } from '../support/process.js';
import { test } from '../temporary-folder.js';

test('gives Node.js one pool thread per core, unless the user sets another number', async ({ folder }) => {
  // Counts the threads that were added once the pool had more tasks than threads.
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
  // Libraries start their own threads, the same number each time.
  const others = (await added('1')) - 1;
  expect((await added(undefined)) - others).toBe(Math.max(4, availableParallelism()));
  expect((await added('9')) - others).toBe(9);
});

test('loads the program from few files', async ({ folder }) => {
  await runIsda(folder, ['--version'], { NODE_V8_COVERAGE: join(folder, 'loaded') });
  const [report] = await readdir(join(folder, 'loaded'));
  const { result } = JSON.parse(await readFile(join(folder, 'loaded', report), 'utf8')) as {
    result: { url: string }[];
  };
  const files = result.map(({ url }) => url).filter((url) => url.startsWith('file:'));
  expect(files).toContain(pathToFileURL(join(projectRoot, 'dist', 'cli', 'main.js')).href);
  expect(files.length).toBeLessThan(40);
});

test('reports a deleted working directory as an error with a message', async ({ folder }) => {
  await mkdir(join(folder, 'gone'));
  const script = 'cd gone && rmdir ../gone && exec "$@"';
  const args = ['-c', script, 'sh', process.execPath, ...isdaCommand, 'losses'];
  const { exitCode, stdout, stderr } = await execa('sh', args, { cwd: folder, reject: false });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toBe(
    'error: cannot start: the working directory no longer exists\n  hint: change to another folder first (cd)',
  );
});

describe('a program that cannot be loaded', () => {
  /** Makes the files of a fresh git clone that the launcher reads. */
  async function freshClone(folder: string): Promise<string> {
    for (const name of ['bin', 'package.json', 'package-lock.json']) {
      await cp(join(projectRoot, name), join(folder, name), { recursive: true });
    }
    return join(folder, 'bin', 'isda.js');
  }
  const start = (folder: string, ...args: string[]) =>
    execa(process.execPath, args, { cwd: folder, reject: false, env: { NO_COLOR: '1' } });

  test.for([[], ['--help'], ['--version'], ['losses'], ['train', '--config', 'doctor.yaml']])(
    '`isda %s` in a fresh clone reports the commands to run first',
    async (args, { folder }) => {
      const outcome = await start(folder, await freshClone(folder), ...args);
      expect(outcome).toMatchObject({ exitCode: 1, stdout: '' });
      expect(outcome.stderr).toBe(
        [
          'error: cannot start: packages not installed; program not compiled',
          '  hint: `npm ci`, then `npm run build`; or `npm start`, which does all of this and shows a demonstration',
        ].join('\n'),
      );
    },
  );

  test('runs `isda doctor` in a fresh clone, also from another folder', async ({ folder }) => {
    await mkdir(join(folder, 'clone'));
    const program = await freshClone(join(folder, 'clone'));
    const inside = await start(join(folder, 'clone'), program, 'doctor');
    expect(inside).toMatchObject({ exitCode: 1, stderr: 'error: essential parts are missing: packages, program' });
    expect(inside.stdout).toMatch(/^ok +isda +\d+\.\d+\.\d+\nok +Node\.js +\d+\./);
    expect(inside.stdout).toMatch(/^MISSING +packages +not installed\n +→ `npm ci`$/m);
    expect(inside.stdout).toMatch(/^MISSING +program +not compiled\n +→ `npm run build`$/m);
    await writeFile(join(folder, 'ccache'), '', { mode: 0o755 });
    const env = { NO_COLOR: '1', CXX: `${join(folder, 'ccache')} g++` };
    const withWords = await execa(process.execPath, [program, 'doctor'], { cwd: folder, reject: false, env });
    expect(withWords.stdout).toContain(`ok       C++ compiler  ${join(folder, 'ccache')}\n`);
    const outside = await start(folder, program, 'doctor', '--json');
    const { ok, findings } = JSON.parse(outside.stdout) as { ok: boolean; findings: { advice?: string }[] };
    expect(ok).toBe(false);
    expect(findings.map(({ advice }) => advice)).toContain(`\`npm ci\` in ${join(folder, 'clone')}`);
  });

  test('names a missing package or a missing file of the compiled program', async ({ folder }) => {
    const program = await freshClone(folder);
    await mkdir(join(folder, 'node_modules'));
    await mkdir(join(folder, 'dist', 'cli'), { recursive: true });
    await symlink(join(projectRoot, 'node_modules', 'zod'), join(folder, 'node_modules', 'zod'));
    await writeFile(join(folder, 'dist', 'cli', 'main.js'), "import 'commander';\n");
    await writeFile(join(folder, 'dist', 'package.json'), '{"type": "module"}');
    const without = await start(folder, program, 'losses');
    expect(without.stderr).toMatch(
      /^error: cannot start: packages without [^\n]*commander, [^\n]*\n {2}hint: `npm ci`; or /,
    );
    expect(without.stderr).not.toContain('zod');
    await writeFile(join(folder, 'dist', 'cli', 'main.js'), "import './gone.js';\n");
    await rm(join(folder, 'node_modules'), { recursive: true });
    await symlink(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
    const incomplete = await start(folder, program, 'losses');
    expect(incomplete.stderr).toMatch(
      /^error: cannot start: program not loaded: [^\n]*gone\.js[^\n]*\n {2}hint: `npm run build`; or /,
    );
  });

  test('reports missing packages for pictures only when a picture is drawn', async ({ folder }) => {
    const program = await freshClone(folder);
    await cp(join(projectRoot, 'dist'), join(folder, 'dist'), { recursive: true });
    const packages = await readdir(join(projectRoot, 'node_modules'));
    await mkdir(join(folder, 'node_modules'));
    for (const name of packages.filter((one) => !['@julusian', '@resvg', 'dejavu-fonts-ttf'].includes(one))) {
      await symlink(join(projectRoot, 'node_modules', name), join(folder, 'node_modules', name));
    }
    expect(await start(folder, program, 'losses')).toMatchObject({ exitCode: 0, stderr: '' });
    const script = `const { svgToPng } = await import('./dist/report/png.js');
      try { svgToPng('<svg/>', () => {}); } catch (error) { console.log(error.message); console.log(error.hint); }`;
    const drawn = await start(folder, '--input-type=module', '-e', script);
    expect(drawn.stdout).toBe(
      "cannot turn the figure into a PNG: Cannot find module '@resvg/resvg-js'\n" +
        'reinstall the packages, in a clone with `npm ci`; an .svg figure does not need them',
    );
  });

  test.for(['losses', 'doctor'])(
    '`isda %s` reports a limit of too few open files with a message',
    async (command, { folder }) => {
      const script = 'ulimit -n 24 && exec "$@"';
      const args = ['-c', script, 'sh', process.execPath, ...isdaCommand, command];
      const { exitCode, stdout, stderr } = await execa('sh', args, { cwd: folder, reject: false });
      expect(exitCode).toBe(1);
      expect(command === 'doctor' ? stdout : stderr).toMatch(/open files:? +the limit of open files is too low/);
      expect(command === 'doctor' ? stdout : stderr).toContain('`ulimit -n 1024` raises the limit');
      expect(stderr).not.toMatch(/^ +at /m);
    },
  );
});
