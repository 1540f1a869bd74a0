// Finds the CUDA libraries that TensorFlow opens by name at start, and reports those that fail to load.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../common/home.js';
import type { EngineLocation } from './location.js';
import { runProgram } from './process.js';

/** TensorFlow 2.21 uses no GPU if one of these fails to open. */
export const gpuLibraries = [
  'libcudart.so.12',
  'libcublas.so.12',
  'libcublasLt.so.12',
  'libcufft.so.11',
  'libcusolver.so.11',
  'libcusparse.so.12',
  'libcudnn.so.9',
] as const;

const system = /^(lib(c|m|dl|rt|pthread|util|resolv|stdc\+\+|gcc_s|atomic)\.so\.\d+|ld-linux-.*\.so\.\d+)$/;

/** Whether a library of this name is present on every glibc-based Linux that runs Node.js. */
export function isSystemLibrary(name: string): boolean {
  return system.test(name);
}

interface NamedLibrary {
  readonly library: string;
  /** Its path next to TensorFlow; its name alone if it is not there, for the system's search. */
  readonly path: string;
}

/**
 * Returns the paths from which CUDA's libraries must be opened. NVIDIA's packages are in `nvidia/<package>/lib` next to
 * TensorFlow's folder. TensorFlow itself searches most of these, but not that of cuSOLVER, and then uses no GPU at all;
 * it finds a library that is already open by its name.
 */
export function locateGpuLibraries(libraryDirectory: string): readonly NamedLibrary[] {
  const root = join(dirname(libraryDirectory), 'nvidia');
  const packages = existsSync(root) ? readdirSync(root).sort() : [];
  return gpuLibraries.map((library) => ({
    library,
    path: packages.map((name) => join(root, name, 'lib', library)).find((path) => existsSync(path)) ?? library,
  }));
}

/**
 * Returns the folder with ptxas and libdevice, with which XLA compiles for a GPU; undefined if it is not next to
 * TensorFlow.
 */
export function compilerDirectory(libraryDirectory: string): string | undefined {
  const folder = join(dirname(libraryDirectory), 'nvidia', 'cuda_nvcc');
  return existsSync(folder) ? folder : undefined;
}

export interface LibraryFailure {
  readonly library: string;
  /** The loader's message, with the name of the missing file, which may be a dependency of the library. */
  readonly reason: string;
}

const answerSchema = z.array(z.object({ library: z.string(), reason: z.string() }));

const openAll = `
const { openQuietly } = require(process.argv[1]);
const failures = JSON.parse(process.argv[2]).flatMap(({ library, path }) => {
  const reason = openQuietly(path);
  return reason === "" ? [] : [{ library, reason }];
});
process.stdout.write(JSON.stringify(failures));
`;

/** Opens each of CUDA's libraries in a separate process, as TensorFlow would; returns those that cannot be opened. */
export async function failedLibraries(
  engine: Pick<EngineLocation, 'libraryDirectory' | 'quietLoaderPath'>,
  environment: Environment,
): Promise<readonly LibraryFailure[]> {
  const asked = JSON.stringify(locateGpuLibraries(engine.libraryDirectory));
  const args = ['-e', openAll, engine.quietLoaderPath, asked];
  const result = await runProgram(process.execPath, args, environment);
  if (result.succeeded) return answerSchema.parse(JSON.parse(result.stdout));
  return [{ library: 'CUDA', reason: `opening its libraries ended the process (${result.reason})` }];
}

/** Returns names and versions of NVIDIA's packages next to the libraries, such as `cudnn 9.28.0.42`. */
export function packageVersions(libraryDirectory: string): readonly string[] {
  const parent = dirname(libraryDirectory);
  const names = existsSync(parent) ? readdirSync(parent) : [];
  return names
    .flatMap((name) => {
      const [, library, version] = /^nvidia_(.+?)_cu12-(.+)\.dist-info$/.exec(name) ?? [];
      return library === undefined ? [] : [`${library.replaceAll('_', '-')} ${version}`];
    })
    .sort();
}
