// Fake programs for the tests of the engine's set-up: small shell scripts in a separate PATH.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { execa } from 'execa';
import { ZipFile } from 'yazl';
import { packageDirectory } from '../../src/install/packages.js';
import type { Wheel } from '../../src/install/wheels.js';

export interface Machine {
  /** A temporary folder that contains this fake machine. */
  readonly root: string;
  /** The cache folder, which does not exist yet. */
  readonly home: string;
  readonly environment: Record<string, string>;
  /** Writes an executable script into the machine's PATH. */
  program(name: string, script: string): Promise<void>;
}

/** A machine with only the usual small tools: no Python, no compiler. */
export async function bareMachine(): Promise<Machine> {
  const root = await mkdtemp(join(tmpdir(), 'isda-machine-'));
  const bin = join(root, 'bin');
  await mkdir(bin);
  for (const tool of ['bash', 'sh', 'cat', 'cp', 'echo', 'sleep', 'mkdir', 'touch', 'rm']) {
    const { stdout } = await execa('which', [tool]);
    await symlink(stdout, join(bin, tool));
  }
  const program = async (name: string, script: string): Promise<void> => {
    await writeFile(join(bin, name), `#!${join(bin, 'bash')}\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  };
  return { root, home: join(root, 'home'), environment: { PATH: bin, HOME: root }, program };
}

/** A small add-on that the set-up accepts as the binding. Really compiled, once per test file. */
export async function fakeBinding(folder: string): Promise<string> {
  const source = join(folder, 'fake.cc');
  await writeFile(
    source,
    `#include <node_api.h>
     static napi_value No(napi_env env, napi_callback_info) { napi_value no; napi_get_boolean(env, false, &no); return no; }
     NAPI_MODULE_INIT() {
       napi_value version, function;
       napi_create_string_utf8(env, "9.9.9", NAPI_AUTO_LENGTH, &version);
       napi_set_named_property(env, exports, "TF_Version", version);
       napi_create_function(env, "isUsingGpuDevice", NAPI_AUTO_LENGTH, No, nullptr, &function);
       napi_set_named_property(env, exports, "isUsingGpuDevice", function);
       return exports;
     }`,
  );
  const output = join(folder, 'fake.node');
  const headers = join(packageDirectory('node-api-headers'), 'include');
  await execa('c++', ['-shared', '-fPIC', '-DNAPI_VERSION=8', `-I${headers}`, source, '-o', output]);
  return output;
}

/** A script for a compiler that records its arguments and writes a copy of `binding` to the path of `-o`. */
export function fakeCompiler(binding: string, record: string): string {
  return `echo "$@" >> "${record}"
while [ $# -gt 1 ]; do [ "$1" = -o ] && cp "${binding}" "$2"; shift; done`;
}

/** A script for a python3 without TensorFlow whose `pip download` runs `download` with the folder in $dest. */
export function fakePython(download: string): string {
  return `if [ "$1" = -c ]; then echo '{"folder": null, "version": null}'; exit 0; fi
while [ $# -gt 0 ]; do [ "$1" = --dest ] && dest="$2"; shift; done
${download}`;
}

/** The required members of a TensorFlow wheel, and others that must not be unpacked. */
export const wheelMembers: Readonly<Record<string, string>> = {
  'tensorflow/libtensorflow_cc.so.2': 'core library',
  'tensorflow/libtensorflow_framework.so.2': 'framework library',
  'tensorflow/include/tensorflow/c/eager/c_api.h': '// header',
  'tensorflow/include/tensorflow/cc/other.h': '// not needed',
  'tensorflow/python/huge.py': '# not needed',
  'nvidia/cublas/lib/libcublas.so.12': 'cuBLAS',
  'nvidia/cublas/include/cublas.h': '// not needed',
};

/** Writes a zip file with these members; returns its pinned entry. */
export async function makeWheel(
  file: string,
  members: Readonly<Record<string, string>> = wheelMembers,
): Promise<Wheel> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(members)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  return { file: 'tensorflow_cpu-9.9.9-cp311-cp311-manylinux_2_27_x86_64.whl', sha256, megabytes: 1 };
}

/** A folder for ISDA_LIBTENSORFLOW. */
export async function makeLibraries(folder: string, framework = 'framework library'): Promise<string> {
  const files = {
    'libtensorflow_cc.so.2': 'core library',
    'libtensorflow_framework.so.2': framework,
    'include/tensorflow/c/eager/c_api.h': '// header',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}
