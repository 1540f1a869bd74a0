// Queries Python: an installed TensorFlow, and wheels from the package index.
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileSha256 } from '../common/checksum.js';
import { cannot } from '../common/errors.js';
import type { Environment } from '../common/home.js';
import { findProgram, hintFor, runProgram } from './process.js';
import { pipArguments, type Wheel } from './wheels.js';

// find_spec gives the folder without running any of the package; importing TensorFlow takes seconds. The working
// directory, an empty entry of the path, may hold a user's file of the name of a module, such as json.py.
const whereIsTensorflow = `
import sys
sys.path = [place for place in sys.path if place]
import importlib.metadata, importlib.util, json
spec = importlib.util.find_spec("tensorflow")
places = list(spec.submodule_search_locations or []) if spec else []
version = None
for name in ("tensorflow", "tensorflow-cpu", "tensorflow-gpu", "tf-nightly"):
    try:
        version = importlib.metadata.version(name)
        break
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({"folder": places[0] if places else None, "version": version}))
`;
const answerSchema = z.object({ folder: z.string().nullable(), version: z.string().nullable() });

/** Returns the folder and version of the TensorFlow that `python3` would import, or undefined. */
export async function installedTensorflow(
  environment: Environment,
): Promise<{ folder: string; version: string } | undefined> {
  const python = findProgram('python3', environment);
  if (python === undefined) return undefined;
  const result = await runProgram(python, ['-c', whereIsTensorflow], environment);
  if (!result.succeeded) return undefined;
  let answer: z.output<typeof answerSchema>;
  try {
    answer = answerSchema.parse(JSON.parse(result.stdout.trim().split('\n').at(-1) ?? ''));
  } catch {
    return undefined;
  }
  return answer.folder !== null && answer.version !== null
    ? { folder: answer.folder, version: answer.version }
    : undefined;
}

/** Whether a dotted version number is at least `oldest`; suffixes (`rc1`, `+cpu`) are ignored. */
export function atLeast(version: string, oldest: string): boolean {
  const parts = (text: string): number[] => text.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const [have, need] = [parts(version), parts(oldest)];
  for (let i = 0; i < need.length; i++) {
    const difference = (have[i] ?? 0) - need[i];
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/** Returns the most informative line of pip's output about a failure. */
export function pipReason(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const connection = lines.findLast((line) => line.includes('after connection broken by'));
  if (connection !== undefined) return connection.replace(/^.*after connection broken by '(.*)': .*$/, '$1');
  const error = lines.findLast((line) => line.startsWith('ERROR:')) ?? lines.findLast((line) => line !== '');
  return (error ?? 'pip printed no message').replace(/^ERROR: /, '');
}

async function megabytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => undefined)));
  return sizes.reduce((sum, file) => sum + (file?.isFile() ? file.size : 0), 0) / 1e6;
}

const elsewhere = 'or set ISDA_LIBTENSORFLOW to a folder with libtensorflow (docs/setup.md)';

/** Downloads one wheel into `folder` and checks its checksum. Returns the file's path. */
export async function downloadWheel(
  wheel: Wheel,
  folder: string,
  environment: Environment,
  log: (line: string) => void,
): Promise<string> {
  const python = findProgram('python3', environment);
  if (python === undefined) {
    throw cannot('get TensorFlow', 'python3 is not on the PATH, and it downloads TensorFlow’s wheel', {
      code: 'setup/missing',
      hint: `install it (Debian and Ubuntu: apt-get install python3 python3-pip), ${elsewhere}`,
    });
  }
  const temporary = join(folder, 'pip');
  await mkdir(temporary, { recursive: true });
  log(`downloading ${wheel.file} (${wheel.megabytes} MB)`);
  const progress = setInterval(() => {
    void megabytesBelow(temporary).then((done) => {
      if (done >= 1) log(`  ${Math.min(Math.round(done), wheel.megabytes)} of ${wheel.megabytes} MB`);
    });
  }, 5_000);
  const options = ['--no-deps', '--only-binary=:all:', '--retries', '2', '--no-input', '--dest', temporary];
  const result = await runProgram(
    python,
    [
      '-m',
      'pip',
      'download',
      '--disable-pip-version-check',
      '--progress-bar',
      'off',
      ...options,
      ...pipArguments(wheel),
    ],
    // pip's temporary files go to this folder: /tmp is often small, and this folder is always removed. Python 3.11 and
    // newer then import no files of the working directory, such as pip.py.
    { ...environment, TMPDIR: temporary, PYTHONSAFEPATH: '1' },
  ).finally(() => clearInterval(progress));
  if (!result.succeeded) {
    if (/No module named '?pip'?/.test(result.stderr)) {
      throw cannot('get TensorFlow', `${python} has no pip`, {
        code: 'setup/missing',
        hint: `install it (Debian and Ubuntu: apt-get install python3-pip; else: python3 -m ensurepip), ${elsewhere}`,
      });
    }
    const output = `${result.stdout}\n${result.stderr}`;
    throw cannot(`download ${wheel.file}`, `pip failed: ${pipReason(output)}`, {
      code: 'download/failed',
      hint: hintFor(
        output,
        `check the network; PIP_INDEX_URL sets a mirror, PIP_FIND_LINKS a folder of wheels; ${elsewhere}`,
      ),
    });
  }
  const names = (await readdir(temporary)).filter((name) => name.endsWith('.whl'));
  if (names.length !== 1)
    throw cannot(`download ${wheel.file}`, `pip downloaded ${names.length} wheels, expected one`, {
      code: 'download/failed',
    });
  const actual = fileSha256(join(temporary, names[0]));
  if (actual !== wheel.sha256) {
    throw cannot(`use ${names[0]}`, `its checksum is wrong: sha256 ${actual}, not ${wheel.sha256}`, {
      code: 'download/damaged',
      hint: 'pip’s index, mirror or cache returned another file; `python3 -m pip cache purge` empties the cache',
    });
  }
  const path = join(folder, names[0]);
  await rename(join(temporary, names[0]), path);
  await rm(temporary, { recursive: true, force: true });
  return path;
}
