// Finds the device that TensorFlow computes on.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { cannot } from '../common/errors.js';
import type { Binding, RequestedDevice } from './binding.js';
import { nvidiaDriver } from '../install/driver.js';
import type { Environment } from '../common/home.js';

export interface Device {
  readonly kind: 'cpu' | 'cuda';
  /** Model name of the processor or GPU, as the system reports it. */
  readonly name: string;
}

/** The model name of the processor. */
export function processorName(): string {
  return cpus()[0]?.model.trim() || process.arch;
}

/** A GPU as reported by NVIDIA's driver. */
export interface Gpu {
  readonly name: string;
  /** Version of the driver, such as `570.86.15`. */
  readonly driver: string;
  /** For example `9.0`. */
  readonly computeCapability: string;
  /** In MiB; absent if nvidia-smi does not know it, as for memory shared with the processor. */
  readonly memoryMebibytes?: number;
}

/** Returns the NVIDIA GPUs that nvidia-smi lists; empty if it is not installed or fails. */
export function listGpus(environment: Environment): readonly Gpu[] {
  const query = '--query-gpu=name,driver_version,compute_cap,memory.total';
  const result = spawnSync('nvidia-smi', [query, '--format=csv,noheader,nounits'], {
    env: { ...environment },
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (result.status !== 0) return [];
  return result.stdout.split('\n').flatMap((line) => {
    const [name, driver, computeCapability, memory] = line.split(',').map((cell) => cell.trim());
    if (memory === undefined) return [];
    return [{ name, driver, computeCapability, ...(/^\d+$/.test(memory) && { memoryMebibytes: Number(memory) }) }];
  });
}

/**
 * Returns the GPU that TensorFlow uses as its first: the first number in CUDA_VISIBLE_DEVICES, otherwise the first
 * GPU.
 */
function visibleGpu(environment: Environment): Gpu | undefined {
  const gpus = listGpus(environment);
  return gpus[Number(environment['CUDA_VISIBLE_DEVICES']?.split(',')[0] ?? '0')] ?? gpus[0];
}

/**
 * Returns the device that a loaded binding computes on. The binding must have been loaded for the same request.
 * Throws an IsdaError if `cuda` is requested and there is no usable GPU; the message lists what was checked.
 */
export function resolveDevice(
  requested: RequestedDevice,
  binding: Pick<Binding, 'isUsingGpuDevice'>,
  environment: Environment,
): Device {
  const onGpu = binding.isUsingGpuDevice();
  if (requested === 'cpu' && onGpu) {
    throw cannot('use the device cpu', 'TensorFlow has already been loaded with a GPU in this process', {
      code: 'engine/device',
    });
  }
  if (requested === 'cuda' && !onGpu) throw noGpu(environment);
  if (!onGpu) return { kind: 'cpu', name: processorName() };
  return { kind: 'cuda', name: visibleGpu(environment)?.name ?? 'NVIDIA GPU' };
}

/** Returns the error for a machine without a usable GPU; the message lists what was checked. */
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
  return cannot('use the device cuda', reason, { code: 'engine/device', place: lines.join('\n'), hint });
}
