// Fakes a machine with a GPU: nvidia-smi, the driver's file, CUDA's libraries, an engine built for CUDA.
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { ensureEngine } from '../../src/install/ensure.js';
import { gpuLibraries } from '../../src/install/gpu-libraries.js';
import { cacheHome } from '../../src/common/home.js';
import { engineDirectory, type EngineLocation } from '../../src/install/location.js';

/** The engine of the machine that the tests run on. */
export function realEngine(): Promise<EngineLocation> {
  const environment = process.env;
  return ensureEngine({ home: cacheHome(environment), environment, build: 'cpu', log: () => {} });
}

/** Makes empty libraries with CUDA's names in `root/nvidia/<name>/lib`; cuBLAS needs cuBLASLt. Returns their paths. */
export async function standInLibraries(root: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const folder = join(root, 'nvidia');
  const [source, object] = [join(root, 'empty.cc'), join(root, 'empty.o')];
  await mkdir(root, { recursive: true });
  await writeFile(source, '');
  await execa('c++', ['-fPIC', '-c', source, '-o', object]);
  // cuBLASLt is first, because cuBLAS needs it.
  for (const library of ['libcublasLt.so.12', ...gpuLibraries.filter((name) => name !== 'libcublasLt.so.12')]) {
    const name = library.replace(/^lib(\w+?)(Lt)?\.so.*$/, '$1');
    const path = join(folder, name, 'lib', library);
    await mkdir(dirname(path), { recursive: true });
    const needed = library === 'libcublas.so.12' ? ['-Wl,--no-as-needed', files['libcublasLt.so.12']] : [];
    const linker = `-Wl,-soname,${library},-rpath,$ORIGIN`;
    await execa('c++', ['-shared', '-nostdlib', object, ...needed, linker, '-o', path]);
    files[library] = path;
  }
  return files;
}

/** Makes `nvidia-smi` and the driver's library in a folder; returns the environment variables for finding them. */
export async function fakeDriver(folder: string): Promise<Record<string, string>> {
  await mkdir(folder, { recursive: true });
  const program = join(folder, 'nvidia-smi');
  await writeFile(program, '#!/bin/sh\necho "NVIDIA H200, 570.86.15, 9.0, 143771"\n');
  await chmod(program, 0o755);
  await writeFile(join(folder, 'libcuda.so.1'), '');
  return { PATH: `${folder}:${process.env['PATH']}`, LD_LIBRARY_PATH: folder };
}

/** A cache folder with an engine that claims to be built for CUDA; its TensorFlow is that of the tests' machine. */
export async function fakeCudaEngine(home: string): Promise<string> {
  const real = await realEngine();
  const directory = engineDirectory({ home, environment: {}, build: 'cuda' });
  await mkdir(directory, { recursive: true });
  for (const path of [real.bindingPath, real.quietLoaderPath]) {
    await copyFile(path, join(directory, path.slice(real.directory.length + 1)));
  }
  await symlink(real.libraryDirectory, join(directory, 'lib'));
  const marker = JSON.parse(await readFile(join(real.directory, 'engine.json'), 'utf8')) as object;
  await writeFile(join(directory, 'engine.json'), JSON.stringify({ ...marker, build: 'cuda' }));
  return directory;
}
