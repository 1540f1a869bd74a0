// Messages of the set-up when something is missing on the machine.
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatError, IsdaError } from '../../src/common/errors.js';
import { ensureEngine } from '../../src/install/ensure.js';
import { pipReason } from '../../src/install/python.js';
import type { Wheel } from '../../src/install/wheels.js';
import { mountSmallDisk } from '../faults/small-disk.js';
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

const sha256Hex = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('the message of ensureEngine', () => {
  let shared: string;
  let binding: string;
  let wheel: Wheel;
  let machine: Machine;

  beforeAll(async () => {
    shared = await mkdtemp(join(tmpdir(), 'isda-shared-'));
    binding = await fakeBinding(shared);
    wheel = await makeWheel(join(shared, 'wheel.zip'));
  });
  afterAll(() => rm(shared, { recursive: true, force: true }));
  beforeEach(async () => {
    machine = await bareMachine();
    await machine.program('g++', fakeCompiler(binding, join(machine.root, 'compiled')));
    return () => rm(machine.root, { recursive: true, force: true });
  });

  /** The message for the user. */
  async function message(home = machine.home, pinned = wheel): Promise<string> {
    const { environment } = machine;
    const error: unknown = await ensureEngine({
      home,
      environment,
      build: 'cpu',
      wheels: [pinned],
      log: () => {},
    }).then(
      () => 'no error',
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(IsdaError);
    return formatError(error, false);
  }

  it('without python3', async () => {
    expect(await message()).toMatch(/cannot get TensorFlow: python3 is not on the PATH.*\n.*hint: install it/);
  });

  it('without pip', async () => {
    await machine.program('python3', fakePython('echo "/usr/bin/python3: No module named pip" >&2; exit 1'));
    expect(await message()).toMatch(/cannot get TensorFlow: .*python3 has no pip\n.*hint: .*python3-pip/);
  });

  it('without a network', async () => {
    const reason = 'NewConnectionError(<HTTPSConnection>: [Errno -3] Temporary failure in name resolution)';
    await machine.program(
      'python3',
      fakePython(`cat >&2 <<'END'
WARNING: Retrying (Retry(total=0)) after connection broken by '${reason}': /simple/tensorflow-cpu/
ERROR: Could not find a version that satisfies the requirement tensorflow-cpu==9.9.9 (from versions: none)
ERROR: No matching distribution found for tensorflow-cpu==9.9.9
END
exit 1`),
    );
    const text = await message();
    expect(text).toContain(`cannot download ${wheel.file}: pip failed: ${reason}`);
    expect(text).toMatch(/hint: check the network.*ISDA_LIBTENSORFLOW/);
  });

  it('with a wheel that is damaged although its checksum is right', async () => {
    const file = join(machine.root, 'damaged.zip');
    await makeWheel(file);
    const cut = (await readFile(file)).subarray(0, 300);
    await writeFile(file, cut);
    await machine.program('python3', fakePython(`cp "${file}" "$dest/${wheel.file}"`));
    expect(await message(machine.home, { ...wheel, sha256: sha256Hex(cut) })).toMatch(
      new RegExp(`^error: cannot unpack ${wheel.file}: .*central directory`),
    );
  });

  it('with more wheels than one', async () => {
    await machine.program('python3', fakePython('touch "$dest/a.whl" "$dest/b.whl"'));
    expect(await message()).toMatch(new RegExp(`cannot download ${wheel.file}: pip .* 2 wheels`));
  });

  it('with a full disk, in pip and in the compiler', async () => {
    const full = '[Errno 28] No space left on device';
    await machine.program(
      'python3',
      fakePython(`echo "ERROR: Could not install packages due to an OSError: ${full}"; exit 1`),
    );
    const inPip = await message();
    expect(inPip).toContain(full);
    expect(inPip).toContain('hint: ISDA_HOME');
    machine.environment['ISDA_LIBTENSORFLOW'] = await makeLibraries(join(machine.root, 'mine'));
    await machine.program('g++', 'echo "/usr/bin/ld: final link failed: No space left on device" >&2; exit 1');
    const inCompiler = await message();
    expect(inCompiler).toContain('ld: final link failed: No space left');
    expect(inCompiler).toContain('hint: ISDA_HOME');
  });

  it('with a full disk, where the wheel is unpacked', async (context) => {
    const disk = await mountSmallDisk(machine.home, 300_000);
    if (disk === undefined) return context.skip('no disk can be mounted here');
    try {
      const file = join(machine.root, 'large.zip');
      const large = await makeWheel(file, { ...wheelMembers, 'tensorflow/libtensorflow_cc.so.2': ' '.repeat(400_000) });
      await machine.program('python3', fakePython(`cp "${file}" "$dest/${wheel.file}"`));
      expect(await message(machine.home, large)).toMatch(
        /cannot set up the engine: the cache folder .* is on a full disk\n.*ENOSPC.*\n {2}hint: ISDA_HOME/,
      );
    } finally {
      await disk.unmount();
    }
  });

  it('with the wrong checksum', async () => {
    await machine.program('python3', fakePython(`echo tampered > "$dest/${wheel.file}"`));
    expect(await message()).toMatch(new RegExp(`its checksum is wrong: sha256 [0-9a-f]{64}, not ${wheel.sha256}`));
  });

  it('with a wheel that lacks the libraries', async () => {
    const empty = join(machine.root, 'empty.zip');
    const lacking = await makeWheel(empty, { 'tensorflow/python/a.py': '' });
    await machine.program('python3', fakePython(`cp "${empty}" "$dest/${wheel.file}"`));
    expect(await message(machine.home, lacking)).toMatch(/is not as expected: .*has no libtensorflow_cc\.so\.2/);
  });

  it('without a compiler, before anything is downloaded', async () => {
    await rm(join(machine.root, 'bin', 'g++'));
    await machine.program('python3', `touch "${machine.root}/asked"`);
    const text = await message();
    expect(text).toContain('no C++ compiler: looked for $CXX, g++, c++ and clang++');
    expect(text).toMatch(/hint: install one: .*apt-get install g\+\+/);
    await expect(rm(join(machine.root, 'asked'))).rejects.toThrow('ENOENT');
    machine.environment['CXX'] = 'icpx -fast';
    expect(await message()).toContain('$CXX is icpx -fast, which is not there');
  });

  it('with a compiler that fails', async () => {
    machine.environment['ISDA_LIBTENSORFLOW'] = await makeLibraries(join(machine.root, 'mine'));
    await machine.program('g++', 'echo "note: x" >&2; echo "a.cc:1: error: C++17 is unknown" >&2; exit 1');
    const text = await message();
    expect(text).toMatch(
      /cannot compile the engine binding: .*g\+\+ failed \(exit code 1\)\n {2}a\.cc:1: error: C\+\+17/,
    );
    expect(text).not.toContain('note: x');
  });

  it('with a binding that does not load', async () => {
    machine.environment['ISDA_LIBTENSORFLOW'] = await makeLibraries(join(machine.root, 'mine'));
    await writeFile(join(machine.root, 'broken'), 'not a library');
    await machine.program('g++', fakeCompiler(join(machine.root, 'broken'), join(machine.root, 'compiled')));
    expect(await message()).toMatch(
      /cannot load the engine binding: .*tfjs_binding\.node: (file too short|invalid ELF)/,
    );
  });

  it('with ISDA_LIBTENSORFLOW naming a folder without libraries, or none', async () => {
    machine.environment['ISDA_LIBTENSORFLOW'] = machine.root;
    expect(await message()).toMatch(/cannot use ISDA_LIBTENSORFLOW: .* has no libtensorflow_cc\.so\.2.*\n.*hint: /);
    machine.environment['ISDA_LIBTENSORFLOW'] = join(machine.root, 'nowhere');
    expect(await message()).toContain('nowhere does not exist');
    const folder = await makeLibraries(join(machine.root, 'mine'));
    await rm(join(folder, 'include'), { recursive: true });
    machine.environment['ISDA_LIBTENSORFLOW'] = folder;
    expect(await message()).toContain('has no include/tensorflow/c/eager/c_api.h');
    const unreadable = await makeLibraries(join(machine.root, 'unreadable'));
    await rm(join(unreadable, 'libtensorflow_framework.so.2'));
    await mkdir(join(unreadable, 'libtensorflow_framework.so.2'));
    machine.environment['ISDA_LIBTENSORFLOW'] = unreadable;
    expect(await message()).toMatch(/cannot read .*libtensorflow_framework\.so\.2: it is a folder$/);
  });

  it('with a cache folder that cannot be written', async () => {
    await writeFile(join(machine.root, 'file'), '');
    expect(await message(join(machine.root, 'file', 'home'))).toMatch(
      /the cache folder .* is below something that is not a folder[^]*hint: ISDA_HOME/,
    );
    // Not even root may make folders in /sys.
    expect(await message('/sys/isda')).toMatch(/the cache folder \/sys\/isda (is not writable|is on a read-only)/);
    expect(await message('/proc/isda')).toMatch(/the cache folder \/proc\/isda cannot be created[^]*hint: ISDA_HOME/);
  });

  it('with a read-only disk that holds other engines', async (context) => {
    const disk = await mountSmallDisk(machine.home, 300_000);
    if (disk === undefined) return context.skip('no disk can be mounted here');
    try {
      await mkdir(join(machine.home, 'engine'));
      await disk.readOnly();
      expect(await message()).toMatch(
        /the cache folder .* is on a read-only file system\n.*EROFS.*\n {2}hint: ISDA_HOME/,
      );
    } finally {
      await disk.unmount();
    }
  });

  it.skipIf(process.getuid?.() === 0)('with a read-only cache folder', async () => {
    await mkdir(machine.home);
    await chmod(machine.home, 0o555);
    expect(await message()).toMatch(/the cache folder .* is not writable[^]*hint: ISDA_HOME/);
  });
});

describe('pipReason', () => {
  it('gives the last error, else the last line', () => {
    expect(pipReason('a\nERROR: first\nERROR: second\n\n[notice] update pip')).toBe('second');
    expect(pipReason('a\nTraceback\nb\n\n')).toBe('b');
    expect(pipReason('')).toBe('pip printed no message');
  });
});
