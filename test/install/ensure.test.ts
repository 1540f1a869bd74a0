// The whole set-up with fake programs: its result, a single installation, and no remains after an interruption.
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureEngine } from '../../src/install/ensure.js';
import { engineDirectory, findEngine, type EngineSetupOptions } from '../../src/install/location.js';
import type { Wheel } from '../../src/install/wheels.js';
import {
  bareMachine,
  fakeBinding,
  fakeCompiler,
  fakePython,
  makeLibraries,
  makeWheel,
  wheelMembers,
  type Machine,
} from './fakes.js';

describe('ensureEngine', () => {
  let shared: string;
  let binding: string;
  let wheelFile: string;
  let wheel: Wheel;
  let machine: Machine;
  let lines: string[];

  beforeAll(async () => {
    shared = await mkdtemp(join(tmpdir(), 'isda-shared-'));
    binding = await fakeBinding(shared);
    wheelFile = join(shared, 'wheel.zip');
    wheel = await makeWheel(wheelFile);
  });
  afterAll(() => rm(shared, { recursive: true, force: true }));

  beforeEach(async () => {
    machine = await bareMachine();
    lines = [];
    return () => rm(machine.root, { recursive: true, force: true });
  });

  function options(more: Partial<EngineSetupOptions> = {}): EngineSetupOptions {
    const { home, environment } = machine;
    return { home, environment, build: 'cpu', wheels: [wheel], log: (line) => lines.push(line), ...more };
  }

  const record = (): string => join(machine.root, 'compiled');
  const downloads = (): string => join(machine.root, 'downloads');

  async function installPrograms(): Promise<void> {
    await machine.program('g++', fakeCompiler(binding, record()));
    const copy = `echo once >> "${downloads()}"; cp "${wheelFile}" "$dest/${wheel.file}"`;
    await machine.program('python3', fakePython(copy));
  }

  function remains(): string[] {
    const parent = dirname(engineDirectory(options()));
    return existsSync(parent) ? readdirSync(parent) : [];
  }

  it('downloads, unpacks what is needed, compiles, and finds the engine again without any program', async () => {
    await installPrograms();
    const engine = await ensureEngine(options());
    expect(engine).toMatchObject({ version: '9.9.9', source: 'download', build: 'cpu' });
    expect(await readFile(join(engine.libraryDirectory, 'libtensorflow_cc.so.2'), 'utf8')).toBe('core library');
    expect(existsSync(join(engine.directory, 'nvidia/cublas/lib/libcublas.so.12'))).toBe(true);
    const made = readdirSync(engine.directory, { recursive: true }).map(String);
    expect(made.filter((name) => /huge|other\.h|cublas\.h|whl|pip/.test(name))).toEqual([]);
    expect(await readFile(record(), 'utf8')).toContain('-Wl,-rpath,$ORIGIN/lib');
    expect(remains().filter((name) => name.startsWith('.'))).toEqual([]);
    expect(lines.join('\n')).toMatch(/downloading .*1 MB[^]*compiling/);

    machine.environment['PATH'] = '/nowhere';
    expect(await ensureEngine(options())).toEqual(engine);
    expect(findEngine(options()).found).toEqual(engine);
  });

  it('makes a damaged engine anew, and any engine with `force`', async () => {
    await installPrograms();
    const engine = await ensureEngine(options());
    await writeFile(join(engine.libraryDirectory, 'libtensorflow_cc.so.2'), 'cut off');
    expect(findEngine(options()).missing).toContain('libtensorflow_cc.so.2 has changed');
    await ensureEngine(options());
    expect(findEngine(options()).found).toEqual(engine);
    await rm(engine.bindingPath);
    expect(findEngine(options()).missing).toContain('tfjs_binding.node is gone');
    await writeFile(join(engine.directory, 'engine.json'), '{"format": 2}');
    expect(findEngine(options()).missing).toContain('engine.json is not readable');
    await ensureEngine(options());
    await ensureEngine(options({ force: true }));
    expect((await readFile(downloads(), 'utf8')).match(/once/g)).toHaveLength(4);
    expect(remains()).toHaveLength(1);
  });

  it('takes ISDA_LIBTENSORFLOW first, links to it and notices when it changes', async () => {
    await machine.program('g++', fakeCompiler(binding, record()));
    const folder = await makeLibraries(join(machine.root, 'mine'), 'dlopen libcuda.so.1');
    machine.environment['ISDA_LIBTENSORFLOW'] = folder;
    const engine = await ensureEngine(options());
    expect(engine).toMatchObject({ source: 'ISDA_LIBTENSORFLOW', build: 'cuda', libraryDirectory: folder });
    expect(await readFile(record(), 'utf8')).toContain(`-Wl,-rpath,${folder}`);
    await writeFile(join(folder, 'libtensorflow_cc.so.2'), 'a newer library');
    expect(findEngine(options()).found).toBeUndefined();
    await rm(join(folder, 'libtensorflow_cc.so.2'));
    await symlink('libtensorflow_cc.so.2', join(folder, 'libtensorflow_cc.so.2'));
    expect(findEngine(options()).missing).toContain('libtensorflow_cc.so.2 is not readable: ELOOP');
  });

  it('takes an installed Python tensorflow that is new enough, before a download', async () => {
    await installPrograms();
    const folder = await makeLibraries(join(machine.root, 'site-packages/tensorflow'));
    const answer = (version: string): string => `echo '{"folder": "${folder}", "version": "${version}"}'`;
    await machine.program('python3', answer('2.20.1'));
    expect(await ensureEngine(options())).toMatchObject({ source: 'python', build: 'cpu', libraryDirectory: folder });

    await machine.program(
      'python3',
      `[ "$1" = -c ] && { ${answer('2.18.0')}; exit 0; }\n${fakePython(`cp "${wheelFile}" "$dest/${wheel.file}"`)}`,
    );
    expect(await ensureEngine(options({ force: true }))).toMatchObject({ source: 'download' });
    expect(lines.join('\n')).toContain('older than 2.19.0');
  });

  it('falls back to the download where the binding does not load with the Python tensorflow', async () => {
    const folder = await makeLibraries(join(machine.root, 'tensorflow'));
    const broken = join(machine.root, 'broken.node');
    await writeFile(broken, 'not a library');
    await machine.program(
      'g++',
      `case "$*" in *"${folder}"*) file="${broken}";; *) file="${binding}";; esac
while [ $# -gt 1 ]; do [ "$1" = -o ] && cp "$file" "$2"; shift; done`,
    );
    const python = `[ "$1" = -c ] && { echo '{"folder": "${folder}", "version": "2.21.0"}'; exit 0; }`;
    await machine.program('python3', `${python}\n${fakePython(`cp "${wheelFile}" "$dest/${wheel.file}"`)}`);
    expect(await ensureEngine(options())).toMatchObject({ source: 'download' });
    expect(lines.join('\n')).toMatch(/cannot be used: cannot load the engine binding: .*(too short|invalid ELF)/);
  });

  it('lets a second process wait for the first and use its engine', async () => {
    await installPrograms();
    const [first, second] = await Promise.all([ensureEngine(options()), ensureEngine(options())]);
    expect(second).toEqual(first);
    expect(await readFile(downloads(), 'utf8')).toBe('once\n');
    expect(lines).toContain(`waiting for process ${process.pid} on ${hostname()}, which is setting up the engine`);
  });

  it('leaves no engine when it is killed, and succeeds when it is run again', async () => {
    await installPrograms();
    const started = join(machine.root, 'started');
    await machine.program('python3', fakePython(`touch "${started}" "$dest/half"; exec sleep 600`));
    const module = new URL('../../src/install/ensure.ts', import.meta.url).href;
    const script = `const { ensureEngine } = await import(${JSON.stringify(module)});
      await ensureEngine({ ...JSON.parse(process.argv[1]), log: () => {} });`;
    const query = JSON.stringify({
      home: machine.home,
      environment: machine.environment,
      build: 'cpu',
      wheels: [wheel],
    });
    const child = execa('node', ['--import', 'tsx', '--input-type=module', '-e', script, query], {
      reject: false,
      detached: true,
    });
    const ended = child.then(() => true);
    while (!existsSync(started)) expect(await Promise.race([ended, sleep(20, false)])).toBe(false);
    // Signals the whole group, as a closed terminal or a batch system does.
    process.kill(-child.pid!, 'SIGKILL');
    await child;
    expect(findEngine(options()).missing).toContain('no engine in');
    expect(remains().some((name) => name.startsWith('.unfinished-'))).toBe(true);

    await installPrograms();
    expect(await ensureEngine(options())).toMatchObject({ source: 'download' });
    expect(remains().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('runs pip without the files of the working directory, such as pip.py', async () => {
    await installPrograms();
    const copy = `[ "$PYTHONSAFEPATH" = 1 ] || exit 3; cp "${wheelFile}" "$dest/${wheel.file}"`;
    await machine.program('python3', fakePython(copy));
    expect(await ensureEngine(options())).toMatchObject({ source: 'download' });
  });

  it('is not stopped by remains that cannot be removed', async () => {
    await installPrograms();
    const parent = dirname(engineDirectory(options()));
    const kept = join(parent, '.unfinished-old-1');
    await mkdir(kept, { recursive: true });
    // Deeper than a path may be long: Node.js cannot remove it, a shell can.
    const [upper, lower] = ['a', 'b'].map((name) => Array.from({ length: 12 }, () => name.repeat(200)).join('/'));
    for (const folders of [upper, lower]) await mkdir(join(kept, folders), { recursive: true });
    await execa('mv', [lower.split('/')[0], upper], { cwd: kept });
    await expect(rm(kept, { recursive: true })).rejects.toThrow();
    try {
      expect(await ensureEngine(options())).toMatchObject({ source: 'download' });
    } finally {
      await execa('rm', ['-rf', kept]);
    }
  });

  it('refuses a wheel whose members climb out of the folder', async () => {
    await installPrograms();
    const evil = join(machine.root, 'evil.zip');
    const members = { ...wheelMembers, 'nvidia/zz/lib/aa/bb/climb.so': 'x' };
    await makeWheel(evil, members);
    const bytes = await readFile(evil, 'latin1');
    // The zip library refuses such names, so they are patched in afterwards, with the same length.
    await writeFile(evil, bytes.replaceAll('nvidia/zz/lib/aa/bb/climb.so', 'nvidia/zz/lib/../../../../up'), 'latin1');
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256')
      .update(await readFile(evil))
      .digest('hex');
    await machine.program('python3', fakePython(`cp "${evil}" "$dest/${wheel.file}"`));
    await mkdir(machine.home);
    await expect(ensureEngine(options({ wheels: [{ ...wheel, sha256 }] }))).rejects.toThrow(/cannot unpack .*\.\./);
    expect(remains()).toEqual([]);
  });
});
