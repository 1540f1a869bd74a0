// GPU use of a training step: memory, and the fraction of the peak rate.
import { spawnSync } from 'node:child_process';

/** Dense peak rates in TFLOP/s from NVIDIA's data sheets, without sparsity. */
interface PeakRates {
  readonly float32: number;
  readonly tf32: number;
  readonly bfloat16: number;
}

/** The first pattern that matches a GPU's name is used. */
const chips: readonly (readonly [RegExp, PeakRates])[] = [
  [/H100 NVL/, { float32: 60, tf32: 417.5, bfloat16: 835.5 }],
  [/H100 PCIe/, { float32: 51, tf32: 378, bfloat16: 756.5 }],
  [/GH200|H200|H100/, { float32: 67, tf32: 494.5, bfloat16: 989.5 }],
  [/A100/, { float32: 19.5, tf32: 156, bfloat16: 312 }],
  [/L40S/, { float32: 91.6, tf32: 183, bfloat16: 362 }],
  [/\bL4\b/, { float32: 30.3, tf32: 60, bfloat16: 121 }],
];

/** Returns the peak rate of a GPU in FLOP/s for a number format; undefined if the GPU is not in the list. */
export function peakRate(gpu: string, kind: keyof PeakRates): number | undefined {
  const rates = chips.find(([pattern]) => pattern.test(gpu))?.[1];
  return rates === undefined ? undefined : rates[kind] * 1e12;
}

/** Returns the FLOP of a training step: two per multiply-add; backward takes twice as many as forward. */
export function stepOperations(multiplyAdds: number, batchSize: number): number {
  return 2 * 3 * multiplyAdds * batchSize;
}

export interface Accelerator {
  /** Name reported by the driver, such as `NVIDIA H200`. */
  readonly name: string;
  readonly kind: keyof PeakRates;
  /** Returns the MiB in use on the GPU now, by all processes; undefined if nvidia-smi does not report it. */
  readonly memoryMebibytes: () => number | undefined;
}

export interface AcceleratorUse {
  /** Percentage of the GPU's peak rate. */
  readonly peakPercent?: number;
  /** MiB in use on the GPU, by all processes. */
  readonly gpuMemoryMebibytes?: number;
}

/** Returns the use of an accelerator by a step with this number of operations and time; empty if there is none. */
export function useOf(accelerator: Accelerator | undefined, operations: number, milliseconds: number): AcceleratorUse {
  if (accelerator === undefined) return {};
  const peak = peakRate(accelerator.name, accelerator.kind);
  const gpuMemoryMebibytes = accelerator.memoryMebibytes();
  return {
    ...(peak === undefined ? {} : { peakPercent: (100 * operations) / (milliseconds / 1000) / peak }),
    ...(gpuMemoryMebibytes === undefined ? {} : { gpuMemoryMebibytes }),
  };
}

/** Returns the GPU that steps run on. `environment`: for CUDA_VISIBLE_DEVICES, and the PATH to find nvidia-smi. */
export function openAccelerator(
  name: string,
  { precision, tf32 }: { readonly precision: 'float32' | 'bfloat16'; readonly tf32: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Accelerator {
  const gpu = environment['CUDA_VISIBLE_DEVICES']?.split(',')[0] || '0';
  const query = ['--query-gpu=memory.used', '--format=csv,noheader,nounits', `--id=${gpu}`];
  return {
    name,
    kind: precision === 'float32' && tf32 ? 'tf32' : precision,
    memoryMebibytes() {
      const answer = spawnSync('nvidia-smi', query, { env: { ...environment }, encoding: 'utf8', timeout: 10_000 });
      const megabytes = Number.parseInt(answer.stdout ?? '', 10);
      return answer.status === 0 && Number.isFinite(megabytes) ? megabytes : undefined;
    },
  };
}
