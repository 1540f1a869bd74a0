// Public interface of the engine: opens sessions on a device.
import { tmpdir } from 'node:os';
import { cacheHome } from '../common/home.js';
import { loadBinding, type Binding, type RequestedDevice } from './binding.js';
import { createCapturedSession } from './captured-session.js';
import { noGpu, resolveDevice, type Device } from './devices.js';
import { createEagerSession } from './eager-session.js';
import { createPackedSession } from './packed-session.js';
import type { Pack, Variable } from './tensor.js';
import type { Execution, Session, SessionFunction } from './session.js';
import { requireSessionConfig, type Layout } from './session-config.js';
import { defaultSettings, type EngineSettings } from './settings.js';
import { readThreads, type EngineThreads } from './threads.js';
import { ensureEngine } from '../install/ensure.js';
import { nvidiaDriver } from '../install/driver.js';
import { findEngine } from '../install/location.js';

export type { Device } from './devices.js';
export type { RequestedDevice } from './binding.js';

export interface Engine {
  readonly device: Device;
  /** TensorFlow's version. */
  readonly version: string;
  readonly threads: EngineThreads;
  /**
   * Creates a session over the variables; those that are parts of `packs` (default: none) are stored in the packs'
   * vectors.
   */
  createSession(
    execution: Execution,
    variables: readonly Variable[],
    functions: readonly SessionFunction[],
    packs?: readonly Pack[],
  ): Session;
  /** Returns the number of tensors that the binding holds: those that eager execution has not freed. */
  liveTensors(): number;
}

export interface EngineOptions {
  /** Holds the files of captured graphs while they are loaded. Default: the system's temporary folder. */
  readonly temporaryDirectory?: string;
  /**
   * Whether operations that TensorFlow refuses to run deterministically on a GPU are composed of others. Default:
   * false.
   */
  readonly deterministic?: boolean;
  /** Layout of captured sessions. Default: auto. */
  readonly layout?: Layout;
  /** The numbers of threads that the binding was loaded with. Default: TensorFlow's. */
  readonly threads?: EngineThreads;
}

/** Creates an engine on a loaded binding. */
export function createEngine(binding: Binding, device: Device, options: EngineOptions = {}): Engine {
  const { temporaryDirectory = tmpdir(), deterministic = false, layout = 'auto', threads = {} } = options;
  const target = { device: device.kind, deterministic };
  return {
    device,
    version: binding.TF_Version,
    threads,
    createSession: (execution, variables, functions, packs = []) =>
      createPackedSession(
        (kept) =>
          execution === 'eager'
            ? createEagerSession(binding, { ...target, packs }, kept, functions)
            : createCapturedSession(
                { binding, target: { ...target, packs }, temporaryDirectory, layout },
                kept,
                functions,
              ),
        variables,
        packs,
      ),
    liveTensors: () => binding.getNumOfTensors(),
  };
}

/** The requested device and settings of an engine; a config's `training` is such a request. */
export interface EngineRequest extends Omit<EngineSettings, 'persistentBatchNorm'> {
  readonly device: RequestedDevice;
  /** Default: auto. */
  readonly persistentBatchNorm?: EngineSettings['persistentBatchNorm'];
  /** Default: auto. */
  readonly layout?: Layout;
}

/**
 * Opens the engine of this machine and sets it up first if it is missing. `environment` must be `process.env`, which
 * TensorFlow reads. Errors: the engine cannot be set up or loaded; `cuda` is requested and there is no GPU; TensorFlow
 * is already loaded in this process with other settings; the engine is too old for the layout.
 */
export async function openEngine(
  { device, layout = 'auto', ...request }: EngineRequest,
  environment: Record<string, string | undefined>,
  log: (line: string) => void,
): Promise<Engine> {
  const build = device === 'auto' ? undefined : device;
  const query = { home: cacheHome(environment), environment, build };
  const driver = nvidiaDriver(environment);
  // Without a driver, do not download gigabytes of the CUDA build only to find no GPU.
  if (device === 'cuda' && findEngine(query).found === undefined) {
    if (driver === undefined) throw noGpu(environment, 'there is no NVIDIA driver');
    if (environment['ISDA_BUILD'] === 'cpu') throw noGpu(environment, 'ISDA_BUILD selects the CPU build');
  }
  const location = await ensureEngine({ ...query, log });
  requireSessionConfig(layout, location.bindingPath);
  const binding = loadBinding(location, device, environment, { ...defaultSettings, ...request });
  const resolved = resolveDevice(device, binding, environment);
  if (device === 'auto' && resolved.kind === 'cpu' && location.build === 'cuda' && driver !== undefined) {
    log('warning: there is an NVIDIA driver, but TensorFlow uses no GPU: `isda doctor` shows why');
  }
  return createEngine(binding, resolved, {
    deterministic: request.deterministic && resolved.kind === 'cuda',
    layout,
    threads: readThreads(environment),
  });
}
