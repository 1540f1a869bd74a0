// Which device TensorFlow computes on, and its name.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { cannot } from '../common/errors.js';
import type { Binding, RequestedDevice } from './binding.js';
import { nvidiaDriver } from './setup/driver.js';
import type { Environment } from '../common/home.js';

export interface Device {
  readonly kind: 'cpu' | 'cuda';
  /** Of the processor or the GPU, as the machine says it. */
  readonly name: string;
}

/** The model name of the processor. */
export function processorName(): string {
  return cpus()[0]?.model.trim() || process.arch;
}

/** The names of the NVIDIA GPUs that nvidia-smi lists; empty where it is not installed or fails. */
export function gpuNames(environment: Environment): readonly string[] {
  const result = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
    env: { ...environment },
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (result.status !== 0) return [];
  return result.stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/**
 * The device that a loaded binding computes on. The binding has to be loaded for the same request.
 * Throws an IsdaError where `cuda` is asked for and there is no usable GPU, saying what was looked for.
 */
export function resolveDevice(
  requested: RequestedDevice,
  binding: Pick<Binding, 'isUsingGpuDevice'>,
  environment: Environment,
): Device {
  const onGpu = binding.isUsingGpuDevice();
  if (requested === 'cpu' && onGpu) {
    throw cannot('use the device cpu', 'TensorFlow has already been loaded with a GPU in this process');
  }
  if (requested === 'cuda' && !onGpu) throw noGpu(environment);
  if (!onGpu) return { kind: 'cpu', name: processorName() };
  const visible = environment['CUDA_VISIBLE_DEVICES']?.split(',')[0] ?? '0';
  const names = gpuNames(environment);
  return { kind: 'cuda', name: names[Number(visible)] ?? names[0] ?? 'NVIDIA GPU' };
}

/** The error for a machine without a usable GPU, with what was looked for. */
export function noGpu(environment: Environment, reason = 'TensorFlow sees no GPU'): Error {
  const driver = nvidiaDriver(environment);
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  const lines = [
    `NVIDIA driver: ${driver ?? 'not found (/proc/driver/nvidia/version, libcuda.so.1)'}`,
    `CUDA_VISIBLE_DEVICES: ${visible === undefined ? 'not set' : JSON.stringify(visible)}`,
  ];
  const hidden = visible !== undefined && !/^\s*(\d|GPU-|MIG-)/.test(visible);
  const hint = hidden
    ? 'CUDA_VISIBLE_DEVICES hides every GPU: unset it'
    : driver === undefined
      ? 'install the NVIDIA driver, or use the device auto or cpu'
      : 'libtensorflow may be built without CUDA: `isda doctor` shows it, `isda setup --build cuda --force` gets the CUDA build';
  return cannot('use the device cuda', reason, { place: lines.join('\n'), hint });
}
