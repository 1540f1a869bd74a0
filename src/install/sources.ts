// The sources of libtensorflow, in the order of preference.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cannot, reasonOf } from '../common/errors.js';
import { isWriteError } from '../common/files.js';
import { buildOf, readLibraries, type Libraries } from './libraries.js';
import { engineFiles, type EngineSetupOptions, type EngineSource } from './location.js';
import { atLeast, downloadWheel, installedTensorflow } from './python.js';
import { unzip } from './unzip.js';
import { oldestTensorflow, pinnedWheels, tensorflowVersion, type EngineBuild } from './wheels.js';

/** A source with everything that the binding needs. */
export interface PreparedSource {
  readonly name: EngineSource;
  readonly libraries: Libraries;
  readonly build: EngineBuild;
}

/** Returns the sources to try, in order. Each returns undefined if it cannot be used. */
export function sourcesFor(
  options: EngineSetupOptions,
  build: EngineBuild,
  staging: string,
): readonly (() => Promise<PreparedSource | undefined>)[] {
  const external = options.environment['ISDA_LIBTENSORFLOW'];
  if (external) return [() => fromFolder(external, options)];
  if (options.onlyDownload) return [() => fromDownload(options, build, staging)];
  return [() => fromPython(options, build), () => fromDownload(options, build, staging)];
}

async function fromFolder(folder: string, options: EngineSetupOptions): Promise<PreparedSource> {
  const libraries = readLibraries(folder);
  if (typeof libraries === 'string') {
    throw cannot('use ISDA_LIBTENSORFLOW', libraries, {
      code: 'setup/missing',
      hint: `it names a folder with libtensorflow_cc.so.2, libtensorflow_framework.so.2 and include/, such as an installed Python tensorflow >= ${oldestTensorflow}`,
    });
  }
  options.log(`using TensorFlow in ${libraries.directory}`);
  return { name: 'ISDA_LIBTENSORFLOW', libraries, build: await buildOf(libraries) };
}

async function fromPython(options: EngineSetupOptions, build: EngineBuild): Promise<PreparedSource | undefined> {
  const installed = await installedTensorflow(options.environment);
  if (installed === undefined) return undefined;
  const skip = (reason: string): undefined => {
    options.log(`not using the Python tensorflow ${installed.version} in ${installed.folder}: ${reason}`);
    return undefined;
  };
  if (!atLeast(installed.version, oldestTensorflow)) return skip(`older than ${oldestTensorflow}`);
  const libraries = readLibraries(installed.folder);
  if (typeof libraries === 'string') return skip(libraries);
  const has = await buildOf(libraries);
  if (build === 'cuda' && has !== 'cuda') return skip('it is built without CUDA');
  options.log(`using the Python tensorflow ${installed.version} in ${installed.folder}`);
  return { name: 'python', libraries, build: has };
}

async function fromDownload(options: EngineSetupOptions, build: EngineBuild, staging: string): Promise<PreparedSource> {
  const wheels = options.wheels ?? pinnedWheels(build, process.arch);
  if (wheels === undefined) {
    throw cannot('get TensorFlow', `there is no ${build} wheel for ${process.arch}`, {
      code: 'setup/platform',
      hint: 'set ISDA_LIBTENSORFLOW to a folder with libtensorflow (docs/setup.md)',
    });
  }
  const total = wheels.reduce((sum, wheel) => sum + wheel.megabytes, 0);
  if (wheels.length > 1) options.log(`downloading TensorFlow with CUDA: ${wheels.length} files, ${total} MB`);
  for (const wheel of wheels) {
    const file = await downloadWheel(wheel, staging, options.environment, options.log);
    options.log(`unpacking ${wheel.file}`);
    try {
      await unzip(file, staging, neededMember);
    } catch (error) {
      if (isWriteError(error)) throw error;
      throw cannot(`unpack ${wheel.file}`, reasonOf(error), { code: 'download/damaged', cause: error });
    }
    await rm(file);
  }
  const libraries = readLibraries(staging);
  if (typeof libraries === 'string') {
    throw cannot('get TensorFlow', `the wheel of ${tensorflowVersion} is not as expected: ${libraries}`, {
      code: 'download/damaged',
    });
  }
  return { name: 'download', libraries, build };
}

/**
 * Returns the path of a wheel's member in the engine; undefined if it is not needed. TensorFlow's libraries look for
 * NVIDIA's in `../nvidia`, so these keep their folders.
 */
export function neededMember(member: string): string | undefined {
  const library = /^tensorflow\/(libtensorflow_(?:cc|framework)\.so\.2)$/.exec(member)?.[1];
  if (library !== undefined) return join(engineFiles.libraries, library);
  const header =
    /^tensorflow\/include\/((?:tensorflow\/c|tensorflow\/core\/platform|tsl\/platform|xla\/tsl\/c)\/.*\.h)$/;
  const name = header.exec(member)?.[1];
  if (name !== undefined) return join(engineFiles.headers, name);
  // dist-info contains the version and the licence.
  const kept = /^nvidia\/[^/]+\/(lib|bin|nvvm)\/|^[^/]+\.dist-info\/(METADATA$|(.*\/)?LICENSE)/i;
  return kept.test(member) ? member : undefined;
}
