// The findings of `isda doctor` about the engine: TensorFlow, the device it computes on, the GPU and CUDA's libraries.
import { cpus } from 'node:os';
import { IsdaError, reasonOf } from '../../common/errors.js';
import { formatBytes } from '../../common/format.js';
import { listGpus, processorName, type Gpu } from '../../engine/devices.js';
import { checkVariables } from '../../engine/environment.js';
import { tryBinding } from '../../install/compile.js';
import { nvidiaDriver } from '../../install/driver.js';
import { failedLibraries, packageVersions, type LibraryFailure } from '../../install/gpu-libraries.js';
import { cacheHome, type Environment } from '../../common/home.js';
import { findEngine, type EngineLocation } from '../../install/location.js';
import type { Finding } from './finding.js';
import { describeEngine } from '../commands/setup.js';

type UsableEngine =
  | { readonly found: EngineLocation }
  | { readonly found?: undefined; readonly missing: string; readonly advice: string | undefined };

/** Returns the engine, or why there is none that can be loaded. */
function usableEngine(environment: Environment): UsableEngine {
  try {
    const { found, missing } = findEngine({ home: cacheHome(environment), environment });
    checkVariables(environment, found?.libraryPath);
    return found ? { found } : { missing, advice: 'run `isda setup`' };
  } catch (error) {
    if (!(error instanceof IsdaError)) throw error;
    return { missing: error.message, advice: error.hint };
  }
}

/** Loads the engine in a separate process, so that a crash of the library is reported as a finding. */
export async function engineFindings(environment: Environment): Promise<readonly Finding[]> {
  const driver = nvidiaDriver(environment);
  const search = usableEngine(environment);
  const gpus = driver === undefined ? [] : listGpus(environment);
  const processor = `${processorName()}, ${cpus().length} ${cpus().length === 1 ? 'core' : 'cores'}`;
  if (search.found === undefined) {
    return [
      { name: 'engine', state: 'bad', value: search.missing, advice: search.advice },
      { name: 'CPU', state: 'good', value: processor },
      ...gpuFindings(driver, gpus, undefined),
    ];
  }
  const engine = search.found;
  const gpu = engine.build === 'cuda' && driver !== undefined ? engine : undefined;
  const trial = await tryBinding(engine.bindingPath, environment, gpu).catch((error: unknown) => reasonOf(error));
  const broken = typeof trial === 'string';
  const failures = engine.build === 'cuda' ? await failedLibraries(engine, environment) : [];
  return [
    broken
      ? { name: 'engine', state: 'bad', value: trial, advice: 'run `isda setup --force`' }
      : { name: 'engine', state: 'good', value: describeEngine(engine) },
    { name: 'engine folder', state: 'good', value: engine.directory },
    ...(engine.source === 'download'
      ? []
      : [{ name: 'libraries', state: 'good', value: engine.libraryDirectory } as const]),
    ...(broken ? [] : [deviceFinding(trial.usesGpu, gpus)]),
    { name: 'CPU', state: 'good', value: processor },
    ...gpuFindings(driver, gpus, broken || trial.usesGpu ? undefined : unusedAdvice(engine, failures)),
    ...(engine.build === 'cuda' ? libraryFindings(engine, failures) : []),
  ];
}

function deviceFinding(usesGpu: boolean, gpus: readonly Gpu[]): Finding {
  return { name: 'device', state: 'good', value: usesGpu ? `cuda: ${gpus[0]?.name ?? 'NVIDIA GPU'}` : 'cpu' };
}

/** Returns the versions of CUDA's libraries, and missing files with the library that needs each. */
function libraryFindings(engine: EngineLocation, failures: readonly LibraryFailure[]): readonly Finding[] {
  const versions = packageVersions(engine.libraryDirectory).join(', ');
  const advice =
    engine.source === 'download'
      ? 'TensorFlow uses no GPU without it: `isda setup --build cuda --force` gets it'
      : 'TensorFlow uses no GPU without it: install it, or add its folder to LD_LIBRARY_PATH';
  return [
    ...(versions === '' ? [] : [{ name: 'CUDA libraries', state: 'good', value: versions } as const]),
    ...[...new Set(failures.map(({ reason }) => reason))].map((reason): Finding => {
      const users = failures.filter((failure) => failure.reason === reason).map(({ library }) => library);
      const others = users.filter((library) => !reason.startsWith(library));
      const value = others.length === 0 ? reason : `${reason} (needed by ${others.join(', ')})`;
      return { name: 'CUDA library', state: 'note', value, advice };
    }),
  ];
}

/** Returns why TensorFlow uses no GPU although there is a driver. */
function unusedAdvice(engine: EngineLocation, failures: readonly LibraryFailure[]): string {
  if (engine.build !== 'cuda') return 'not used: `isda setup --build cuda` gets the CUDA build';
  if (failures.length > 0) return 'not used: TensorFlow cannot open the CUDA libraries listed below';
  return 'not used: CUDA_VISIBLE_DEVICES may hide it, or the driver may be too old for CUDA 12';
}

function gpuFindings(driver: string | undefined, gpus: readonly Gpu[], advice: string | undefined): readonly Finding[] {
  if (driver === undefined) return [{ name: 'GPU', state: 'note', value: 'no NVIDIA driver: runs compute on the CPU' }];
  const state = advice === undefined ? 'good' : 'note';
  if (gpus.length === 0) {
    return [{ name: 'GPU', state, value: `driver (${driver}), but nvidia-smi lists no GPU`, advice }];
  }
  return gpus.map(({ name, driver: version, computeCapability, memoryMebibytes }, index): Finding => {
    const memory = memoryMebibytes === undefined ? 'unknown memory' : formatBytes(memoryMebibytes * 2 ** 20);
    const value = `${name}, ${memory}, compute capability ${computeCapability}, driver ${version}`;
    return { name: gpus.length > 1 ? `GPU ${index}` : 'GPU', state, value, advice: index === 0 ? advice : undefined };
  });
}
