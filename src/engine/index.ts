// The engine's front: sessions over TensorFlow on a device.
import { tmpdir } from 'node:os';
import { cacheHome } from '../common/home.js';
import { loadBinding, type Binding, type RequestedDevice } from './binding.js';
import { createCapturedSession } from './captured-session.js';
import { noGpu, resolveDevice, type Device } from './devices.js';
import { createEagerSession } from './eager-session.js';
import type { Variable } from './program.js';
import type { Execution, Session, SessionFunction } from './session.js';
import { ensureEngine } from './setup/ensure.js';
import { nvidiaDriver } from './setup/driver.js';
import { findEngine } from './setup/location.js';

export type { Device } from './devices.js';
export type { RequestedDevice } from './binding.js';

export interface Engine {
  readonly device: Device;
  /** TensorFlow's version. */
  readonly version: string;
  createSession(execution: Execution, variables: readonly Variable[], functions: readonly SessionFunction[]): Session;
  /** How many tensors the binding holds: what eager execution has not freed. */
  liveTensors(): number;
}

/** An engine on a loaded binding. `temporaryDirectory` holds captured graphs for the moment in which they are loaded. */
export function createEngine(binding: Binding, device: Device, temporaryDirectory: string = tmpdir()): Engine {
  return {
    device,
    version: binding.TF_Version,
    createSession: (execution, variables, functions) =>
      execution === 'eager'
        ? createEagerSession(binding, device.kind, variables, functions)
        : createCapturedSession(binding, device.kind, variables, functions, temporaryDirectory),
    liveTensors: () => binding.getNumOfTensors(),
  };
}

/**
 * The engine of this machine, set up first where it is missing. `environment` has to be the process's own, which
 * TensorFlow reads. Errors: it cannot be set up or loaded; `cuda` is asked for and there is no GPU.
 */
export async function openEngine(
  device: RequestedDevice,
  environment: Record<string, string | undefined>,
  log: (line: string) => void,
): Promise<Engine> {
  const build = device === 'auto' ? undefined : device;
  const query = { home: cacheHome(environment), environment, build };
  // Without a driver the CUDA build, gigabytes of it, would only be fetched to find no GPU.
  if (device === 'cuda' && nvidiaDriver(environment) === undefined && findEngine(query).found === undefined) {
    throw noGpu(environment, 'there is no NVIDIA driver');
  }
  const location = await ensureEngine({ ...query, log });
  const binding = loadBinding(location, device, environment);
  return createEngine(binding, resolveDevice(device, binding, environment));
}
