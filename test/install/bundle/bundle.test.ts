// A bundle of fake parts: packed, unpacked by its script with few tools and by `--from-bundle`, and damaged.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { appendFile, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatError } from '../../../src/common/errors.js';
import { checkNode, productionPackages } from '../../../src/install/bundle/contents.js';
import { readManifest } from '../../../src/install/bundle/manifest.js';
import { makeBundle } from '../../../src/install/bundle/pack.js';
import { ensureFromBundle } from '../../../src/install/bundle/unpack.js';
import { findEngine } from '../../../src/install/location.js';
import { bareMachine, type Machine } from '../fakes.js';
import { engineOptions, makeEngine, makeNode, makeProgram, pack, writeTree, type Packing } from './stand-ins.js';

const tools = ['sh', 'cat', 'cut', 'dirname', 'gzip', 'mkdir', 'mv', 'readlink', 'rm', 'sed', 'sha256sum', 'sort'];

describe('a bundle', () => {
  let packing: Packing;
  let there: Machine;
  let count = 0;
  const name = (): string => `bundle-${++count}`;

  beforeAll(async () => {
    const machine = await bareMachine();
    const node = join(machine.root, 'node', 'node');
    const root = join(machine.root, 'program');
    await makeProgram(root);
    await makeNode(node);
    packing = { machine, engine: await makeEngine(machine), root, node };
  });
  afterAll(() => rm(packing.machine.root, { recursive: true, force: true }));
  beforeEach(async () => {
    there = await bareMachine();
    const bin = join(there.root, 'tools');
    await mkdir(bin);
    for (const tool of [...tools, 'tar', 'uname'])
      await symlink((await execa('which', [tool])).stdout, join(bin, tool));
    there.environment['PATH'] = bin;
    return () => rm(there.root, { recursive: true, force: true });
  });

  /** Runs the bundle's script with only the tools that it lists. */
  const install = (bundle: string, target = 'isda') =>
    execa('sh', [join(bundle, 'install.sh'), target], {
      cwd: there.root,
      env: there.environment,
      extendEnv: false,
      reject: false,
    });
  const run = (program: string, env: Record<string, string>) =>
    execa(program, ['doctor', 'two words'], { env: { ...there.environment, ...env }, extendEnv: false });

  it('installs with a shell and coreutils, and starts from anywhere', async () => {
    const bundle = await pack(packing, name());
    const { exitCode, stdout, stderr } = await install(bundle);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('start it with isda/isda');
    const folder = join(there.root, 'isda');
    expect(readdirSync(there.root)).not.toContain('isda.unfinished');
    const expected = [
      join(folder, 'app/bin/isda.js'),
      'doctor',
      'two words',
      `ISDA_HOME=${folder}`,
      'ISDA_BUILD=cpu',
      'ISDA_LIBTENSORFLOW=',
    ];
    const calledBy = (program: string): string[] => [...expected, `ISDA_PROGRAM=${program}`];
    const disturbed = { ISDA_HOME: '/nowhere', ISDA_LIBTENSORFLOW: '/nowhere' };
    expect((await run(join(folder, 'isda'), disturbed)).stdout.split('\n')).toEqual(calledBy(join(folder, 'isda')));
    const link = join(there.root, "it's a link");
    await symlink(join(folder, 'isda'), link);
    const quoted = `'${link.replace("'", "'\\''")}'`;
    expect((await run(link, {})).stdout.split('\n')).toEqual(calledBy(quoted));
    expect(findEngine({ home: folder, environment: {}, build: 'cpu' }).found?.version).toBe('9.9.9');
  });

  it('holds what runs, and nothing of the development', async () => {
    await install(await pack(packing, name()));
    const files = readdirSync(join(there.root, 'isda'), { recursive: true }).map(String);
    const of = (pattern: RegExp): string[] => files.filter((file) => pattern.test(file));
    expect(of(/^app\/node_modules\/.*package\.json$/).sort()).toEqual([
      'app/node_modules/shared/package.json',
      'app/node_modules/used/node_modules/nested/package.json',
      'app/node_modules/used/package.json',
    ]);
    expect(of(/\.d\.ts$|\.map$|^app\/src|include/)).toEqual([]);
    expect(of(/^app\/(LICENSE|THIRD-PARTY-NOTICES)$/)).toHaveLength(2);
    expect(of(/libcublas/)).toHaveLength(1);
    await rm(join(there.root, 'isda'), { recursive: true });
    await install(await pack(packing, name(), { withoutLibraries: true }));
    const without = readdirSync(join(there.root, 'isda'), { recursive: true }).map(String);
    expect(files.filter((file) => !without.includes(file)).every((file) => file.includes('nvidia'))).toBe(true);
    expect(without.length).toBeLessThan(files.length);
  });

  it('is the same bytes for the same files', async () => {
    const bytes = async (): Promise<Buffer> => {
      const bundle = await pack(packing, name());
      return readFileSync(join(bundle, readManifest(bundle).parts[0].file));
    };
    expect((await bytes()).equals(await bytes())).toBe(true);
  });

  it('comes in parts of the size asked for', async () => {
    const bundle = await pack(packing, name(), { partBytes: 3000 });
    const { parts } = readManifest(bundle);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.slice(0, -1).every(({ bytes }) => bytes === 3000)).toBe(true);
    for (const { file, bytes } of parts) expect(statSync(join(bundle, file)).size).toBe(bytes);
    expect((await install(bundle)).exitCode).toBe(0);

    await rename(join(bundle, parts[1].file), join(bundle, 'away'));
    const missing = await install(bundle, 'other');
    expect(missing).toMatchObject({ exitCode: 1 });
    expect(missing.stderr).toContain(`${parts[1].file}: FAILED open or read`);
    expect(missing.stderr).toContain('error: cannot install isda: a part is missing or damaged');
    await writeFile(join(bundle, parts[1].file), Buffer.alloc(3000));
    const damaged = await install(bundle, 'other');
    expect(damaged.stderr).toContain(`${parts[1].file}: FAILED`);
    expect(existsSync(join(there.root, 'other'))).toBe(false);
    await expect(ensureFromBundle(bundle, engineOptions(there))).rejects.toThrow(/part .*002 is damaged/);
  });

  it('installs to a folder that is given with a slash at its end', async () => {
    const { exitCode, stdout } = await install(await pack(packing, name()), 'two words//');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('start it with two words/isda');
    expect(existsSync(join(there.root, 'two words', 'isda'))).toBe(true);
  });

  it('says what is wrong before it unpacks', async () => {
    const bundle = await pack(packing, name());
    await mkdir(join(there.root, 'taken'));
    expect((await install(bundle, 'taken')).stderr).toContain('taken already exists');
    await rm(join(there.root, 'tools', 'tar'));
    expect((await install(bundle)).stderr).toBe('error: cannot install isda: tar is not on the PATH');
    await symlink((await execa('which', ['tar'])).stdout, join(there.root, 'tools', 'tar'));
    const manifest = readFileSync(join(bundle, 'manifest.json'), 'utf8');
    const part = join(bundle, 'manifest.json');
    await expect(ensureFromBundle(part, engineOptions(there))).rejects.toThrow('it is not a folder');
    await writeFile(join(there.root, 'tools', 'getconf'), '#!/bin/sh\necho glibc 2.9\n', { mode: 0o755 });
    expect((await install(bundle)).stderr).toMatch(/glibc is 2\.9 here, but the bundle needs 2\.\d+ or newer/);
    await writeFile(join(bundle, 'manifest.json'), manifest.replace(/Linux-\w+/, 'Linux-abacus'));
    expect((await install(bundle)).stderr).toContain('the bundle is for Linux-abacus');
    await expect(ensureFromBundle(bundle, engineOptions(there))).rejects.toThrow('it is for Linux-abacus');
    await rm(join(bundle, 'manifest.json'));
    expect((await install(bundle)).stderr).toContain('no manifest.json');
    await expect(ensureFromBundle(bundle, engineOptions(there))).rejects.toThrow('it has no manifest.json');
  });

  it('gives its engine to an installation without a network or a compiler', async () => {
    const bundle = await pack(packing, name(), { partBytes: 3000 });
    const options = { ...engineOptions(there), build: undefined };
    const engine = await ensureFromBundle(bundle, options);
    expect(engine).toMatchObject({ version: '9.9.9', build: 'cpu', directory: engine.directory });
    expect(engine.directory.startsWith(there.home)).toBe(true);
    expect(findEngine({ ...options, build: 'cpu' }).found).toEqual(engine);
    const made = readdirSync(engine.directory, { recursive: true }).map(String).sort();
    const original = readdirSync(packing.engine.directory, { recursive: true }).map(String).sort();
    expect(made).toEqual(original.filter((file) => !file.startsWith('include')));
    // It replaces a damaged engine and an intact one.
    await appendFile(engine.bindingPath, 'x');
    expect(await ensureFromBundle(bundle, options)).toEqual(engine);
    expect(findEngine({ ...options, build: 'cpu' }).found).toEqual(engine);
  });

  it('refuses the engine of another version', async () => {
    const bundle = await pack(packing, name());
    const path = join(bundle, 'manifest.json');
    await writeFile(path, readFileSync(path, 'utf8').replace(/tensorflow-2\.\d+/, 'tensorflow-1.0'));
    const refused = ensureFromBundle(bundle, engineOptions(there));
    await expect(refused).rejects.toThrow(/contains the engine tensorflow-1\.0.*this program uses tensorflow-2/);
    expect(existsSync(there.home)).toBe(false);
  });
});

describe('packing', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await bareMachine();
    return () => rm(machine.root, { recursive: true, force: true });
  });

  it('refuses a folder with something in it', async () => {
    const out = machine.root;
    const fixed = { out, node: { path: process.execPath, version: '' }, partBytes: undefined, log: () => {} };
    const refused = makeBundle({ ...fixed, withoutLibraries: false }, engineOptions(machine));
    await expect(refused).rejects.toMatchObject({ kind: 'usage' });
    await expect(refused).rejects.toThrow('the folder is not empty');
  });

  it('refuses a Node.js that does not stand alone', async () => {
    const source = join(machine.root, 'a.cc');
    await writeFile(source, 'extern "C" int f() { return 0; }');
    const library = join(machine.root, 'libnode.so.115');
    await execa('c++', ['-shared', '-fPIC', source, '-o', library, '-Wl,-soname,libnode.so.115']);
    const node = join(machine.root, 'node');
    await makeNode(node, ['-Wl,--no-as-needed', library]);
    expect(() => checkNode(node)).toThrow('it needs libnode.so.115');
    expect(() => checkNode(source)).toThrow('it is not a Linux executable');
    expect(() => checkNode(process.execPath)).not.toThrow();
  });

  it('says which package is not installed', async () => {
    await writeTree(machine.root, { 'package.json': '{"dependencies": {"absent": "1"}}' });
    let message = '';
    try {
      productionPackages(machine.root);
    } catch (error) {
      message = formatError(error, false);
    }
    expect(message).toBe('error: cannot pack the program: its package absent is not installed\n  hint: run `npm ci`');
  });
});
