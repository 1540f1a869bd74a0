// The bootstrap of a fresh clone, with a fake npm: its commands, those that run only once, and failures.
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa, type Result } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';

const scripts = fileURLToPath(new URL('../../scripts/', import.meta.url));

interface Clone {
  readonly root: string;
  /** The npm commands so far. */
  npmCalls(): Promise<string[]>;
  bootstrap(): Promise<Result>;
}

/** A small project with the real bootstrap script and a fake npm, whose script is `npmScript`. */
async function makeClone(npmScript = 'mkdir -p node_modules dist; exit 0'): Promise<Clone> {
  const root = await mkdtemp(join(tmpdir(), 'isda-clone-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const files = {
    'scripts/bootstrap.mjs': await readFile(join(scripts, 'bootstrap.mjs'), 'utf8'),
    'src/a.ts': 'export const a = 1;',
    'tsconfig.json': '{}',
    'package-lock.json': '{"lock": 1}',
    'bin/isda.js': 'console.log("engine ready:", process.argv.slice(2).join(" "));',
    'tools/npm': `#!/bin/sh\necho "$@" >> "${root}/npm-calls"\n${npmScript}\n`,
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), text);
  }
  await chmod(join(root, 'tools/npm'), 0o755);
  const environment = { PATH: `${join(root, 'tools')}:/usr/bin:/bin` };
  return {
    root,
    npmCalls: async () => {
      const calls = existsSync(join(root, 'npm-calls')) ? await readFile(join(root, 'npm-calls'), 'utf8') : '';
      return calls.split('\n').filter(Boolean);
    },
    bootstrap: () =>
      execa(process.execPath, [join(root, 'scripts/bootstrap.mjs')], { env: environment, reject: false, cwd: '/' }),
  };
}

const install = 'ci --include=dev --no-audit --no-fund';
const build = 'run build';

describe('bootstrap', () => {
  it('installs, builds and sets up the engine, from any working directory', async () => {
    const clone = await makeClone();
    const result = await clone.bootstrap();
    expect(result).toMatchObject({ exitCode: 0, stdout: 'engine ready: setup' });
    expect(result.stderr).toMatch(/^\[ +\d+\.\d s\] installing.*\n.*compiling.*\n.*setting up.*\n.*ready$/);
    expect(await clone.npmCalls()).toEqual([install, build]);
  });

  it('deletes an earlier build, but no file that a run may still load', async () => {
    const clone = await makeClone();
    const [old, chunk] = ['dist/cli/old.js', 'dist/chunks/A.js'].map((path) => join(clone.root, path));
    for (const path of [old, chunk]) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, '');
    }
    await clone.bootstrap();
    expect([old, chunk].map(existsSync)).toEqual([false, true]);
  });

  it('does only what a change asks for', async () => {
    const clone = await makeClone();
    const callsOf = async (): Promise<string[]> => {
      const before = (await clone.npmCalls()).length;
      await clone.bootstrap();
      return (await clone.npmCalls()).slice(before);
    };
    await clone.bootstrap();
    expect(await callsOf()).toEqual([]);
    await writeFile(join(clone.root, 'src/a.ts'), 'export const a = 2;');
    expect(await callsOf()).toEqual([build]);
    await writeFile(join(clone.root, 'src/b.ts'), '');
    expect(await callsOf()).toEqual([build]);
    await writeFile(join(clone.root, 'package-lock.json'), '{"lock": 2}');
    expect(await callsOf()).toEqual([install, build]);
    await rm(join(clone.root, 'dist'), { recursive: true });
    expect(await callsOf()).toEqual([build]);
    await rm(join(clone.root, 'node_modules'), { recursive: true });
    expect(await callsOf()).toEqual([install]);
  });

  it('accepts packages that npm itself installed after the last change of the lock file', async () => {
    const clone = await makeClone();
    const record = join(clone.root, 'node_modules/.package-lock.json');
    await mkdir(dirname(record));
    await writeFile(record, '{}');
    await clone.bootstrap();
    expect(await clone.npmCalls()).toEqual([build]);
    await utimes(record, 0, 0);
    await clone.bootstrap();
    expect(await clone.npmCalls()).toEqual([build, install]);
  });

  it('shows the last lines of an npm that fails, and tries again the next time', async () => {
    const clone = await makeClone('echo "npm error code E404" >&2; echo "npm error 404 Not Found" >&2; exit 3');
    for (const attempt of [1, 2]) {
      const result = await clone.bootstrap();
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toMatch(
        /error: cannot install the packages: npm ended with exit code 3\n {2}npm error code E404\n {2}npm error 404/,
      );
      expect(result.stderr).not.toContain('    at ');
      expect(await clone.npmCalls()).toHaveLength(attempt);
    }
  });

  it('builds again after a build that failed', async () => {
    const clone = await makeClone('[ "$1" = ci ] && exit 0; mkdir -p dist; echo "src/a.ts(1,1): error TS1"; exit 2');
    await mkdir(join(clone.root, 'node_modules'));
    for (const attempt of [1, 2]) {
      const result = await clone.bootstrap();
      expect(result.exitCode).toBe(1);
      expect(result.stderr).toContain(
        'cannot compile the program: npm ended with exit code 2\n  src/a.ts(1,1): error TS1',
      );
      expect((await clone.npmCalls()).filter((call) => call === build)).toHaveLength(attempt);
    }
  });

  it('fails where the engine cannot be set up', async () => {
    const clone = await makeClone();
    await writeFile(join(clone.root, 'bin/isda.js'), 'console.error("error: no compiler"); process.exitCode = 1;');
    const result = await clone.bootstrap();
    expect(result.exitCode).toBe(1);
    expect(result.stderr).toMatch(/error: no compiler\nerror: cannot continue: the engine/);
  });

  it('refuses a Node.js that is too old', async () => {
    const check = async (version: string): Promise<string> => {
      const code = `import('${scripts}bootstrap.mjs').then(({ checkNode }) => checkNode('${version}'))`;
      return (await execa(process.execPath, ['-e', code], { reject: false })).stderr;
    };
    expect([await check('20.9.0'), await check('22.0.0')]).toEqual(['', '']);
    expect(await check('20.8.1')).toContain('cannot start: Node.js 20.8.1 is too old, 20.9 or newer is needed');
    expect(await check('18.19.1')).toContain('cannot start: Node.js 18.19.1 is too old');
  });
});
