// CUDA's libraries beside TensorFlow: found, opened, and the missing file named. The libraries are fakes of a few KB.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import {
  compilerDirectory,
  failedLibraries,
  gpuLibraries,
  isSystemLibrary,
  locateGpuLibraries,
  packageVersions,
} from '../../src/install/gpu-libraries.js';
import { realEngine, standInLibraries } from '../support/gpu.js';
import { test } from '../temporary-folder.js';

describe('CUDA libraries', () => {
  test('are found beside TensorFlow, in NVIDIA’s packages, and open', async ({ folder }) => {
    const { quietLoaderPath } = await realEngine();
    const files = await standInLibraries(folder);
    const engine = { libraryDirectory: join(folder, 'lib'), quietLoaderPath };
    expect(locateGpuLibraries(engine.libraryDirectory)).toEqual(
      gpuLibraries.map((library) => ({ library, path: files[library] })),
    );
    expect(await failedLibraries(engine, process.env)).toEqual([]);
  });

  test('are left to the system’s search where they are not there', async ({ folder }) => {
    const { quietLoaderPath } = await realEngine();
    const engine = { libraryDirectory: join(folder, 'lib'), quietLoaderPath };
    expect(locateGpuLibraries(engine.libraryDirectory)[0]).toEqual({
      library: 'libcudart.so.12',
      path: 'libcudart.so.12',
    });
    const failures = await failedLibraries(engine, { PATH: process.env['PATH'] });
    expect(failures.map(({ library }) => library)).toEqual(gpuLibraries);
    const files = await standInLibraries(join(folder, 'elsewhere'));
    const places = Object.values(files).map((path) => join(path, '..'));
    expect(await failedLibraries(engine, { LD_LIBRARY_PATH: places.join(':') })).toEqual([]);
  });

  test('name the file that is missing, also where another library needs it', async ({ folder }) => {
    const { quietLoaderPath } = await realEngine();
    const files = await standInLibraries(folder);
    await rename(files['libcublasLt.so.12'], join(folder, 'away'));
    const engine = { libraryDirectory: join(folder, 'lib'), quietLoaderPath };
    const reason = 'libcublasLt.so.12: cannot open shared object file: No such file or directory';
    expect(await failedLibraries(engine, {})).toEqual([
      { library: 'libcublas.so.12', reason },
      { library: 'libcublasLt.so.12', reason },
    ]);
  });

  test('are opened so that a search that does not know their folder finds them', async ({ folder }) => {
    // Like TensorFlow, it opens cuSOLVER by name, and the folder is not in its own search path.
    const { quietLoaderPath } = await realEngine();
    const files = await standInLibraries(folder);
    const script = `const { openQuietly } = require(process.argv[1]);
      const before = openQuietly('libcusolver.so.11');
      openQuietly(process.argv[2]);
      process.stdout.write(JSON.stringify([before, openQuietly('libcusolver.so.11')]));`;
    const { stdout } = await execa('node', ['-e', script, quietLoaderPath, files['libcusolver.so.11']]);
    const [before, after] = JSON.parse(stdout) as string[];
    expect(before).toContain('libcusolver.so.11: cannot open shared object file');
    expect(after).toBe('');
  });

  test('come with their versions and a compiler', async ({ folder }) => {
    const lib = join(folder, 'lib');
    expect([packageVersions(lib), compilerDirectory(lib)]).toEqual([[], undefined]);
    for (const name of ['nvidia_cudnn_cu12-9.28.0.42', 'nvidia_cuda_runtime_cu12-12.9.79', 'tensorflow-2.21.0']) {
      await mkdir(join(folder, `${name}.dist-info`), { recursive: true });
    }
    await mkdir(join(folder, 'nvidia', 'cuda_nvcc'), { recursive: true });
    expect(packageVersions(lib)).toEqual(['cuda-runtime 12.9.79', 'cudnn 9.28.0.42']);
    expect(compilerDirectory(lib)).toBe(join(folder, 'nvidia', 'cuda_nvcc'));
  });

  test('are told from those of every Linux', () => {
    expect(['libc.so.6', 'libstdc++.so.6', 'ld-linux-x86-64.so.2'].every(isSystemLibrary)).toBe(true);
    expect(['libcuda.so.1', 'libnode.so.115', 'libcudart.so.12'].some(isSystemLibrary)).toBe(false);
  });
});
