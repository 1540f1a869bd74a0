// Process-wide settings of TensorFlow and CUDA: environment variables that they read while loading.
import { cannot } from '../common/errors.js';
import { flagsIn } from './flag-names.js';

export interface EngineSettings {
  /** Whether float32 convolutions and matrix products may round their operands to TF32 on a GPU. */
  readonly tf32: boolean;
  /** Whether XLA compiles the supported parts of a graph instead of running them operation by operation. */
  readonly xla: boolean;
  /** Whether only kernels with reproducible results, bit by bit, are used. */
  readonly deterministic: boolean;
  /** Whether cuDNN uses its persistent mode for batch normalization. `auto`: `prefersPersistentBatchNorm` decides. */
  readonly persistentBatchNorm: boolean | 'auto';
  /** Precision of activations. Default: float32. */
  readonly precision?: 'float32' | 'bfloat16';
}

/** TensorFlow's own defaults. */
export const defaultSettings: EngineSettings = {
  tf32: true,
  xla: false,
  deterministic: false,
  persistentBatchNorm: 'auto',
};

/**
 * Whether `auto` selects the persistent mode on a GPU: in bfloat16, where TensorFlow otherwise converts images to
 * another layout and back for each normalization. PyTorch uses it for `channels_last` too.
 */
export const prefersPersistentBatchNorm = (settings: EngineSettings): boolean =>
  settings.persistentBatchNorm === 'auto' && settings.precision === 'bfloat16' && !settings.deterministic;

export const persistentBatchNormVariable = 'TF_USE_CUDNN_BATCHNORM_SPATIAL_PERSISTENT';

export type Variables = Record<string, string | undefined>;

const autoCluster = '--tf_xla_auto_jit=2';

/** Adds flags to a variable that holds a space-separated list, or the path of a file of flags. */
export function addFlags(environment: Variables, name: string, flags: string): void {
  environment[name] = [...flagsIn(environment[name]), flags].join(' ');
}

/** Returns a flag with a value, in quotes if it contains spaces. */
export const flagOf = (name: string, value: string): string =>
  `--${name}=${/\s/.test(value) ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : value}`;

/** Sets the variables for the settings that differ from TensorFlow's defaults. */
function apply(environment: Variables, settings: EngineSettings): void {
  const { tf32, xla, deterministic, persistentBatchNorm } = settings;
  if (!tf32) environment['NVIDIA_TF32_OVERRIDE'] = '0';
  if (xla) addFlags(environment, 'TF_XLA_FLAGS', `${autoCluster} --tf_xla_cpu_global_jit`);
  if (persistentBatchNorm === true) environment[persistentBatchNormVariable] = '1';
  if (deterministic) for (const name of ['TF_DETERMINISTIC_OPS', 'TF_CUDNN_DETERMINISTIC']) environment[name] = '1';
}

const comparedKeys = ['tf32', 'xla', 'deterministic', 'persistentBatchNorm'] as const;

/** Whether a variable that is a switch is on. */
export const isOn = (value: string | undefined): boolean => value === '1' || value?.toLowerCase() === 'true';

type ReadSettings = Record<(typeof comparedKeys)[number], boolean>;

/** Returns the settings that the environment's variables select. */
export function readEngineSettings(environment: Readonly<Variables>): ReadSettings {
  return {
    tf32: environment['NVIDIA_TF32_OVERRIDE'] !== '0',
    xla: flagsIn(environment['TF_XLA_FLAGS']).some((flag) => /^--tf_xla_auto_jit=[12]/.test(flag)),
    deterministic: isOn(environment['TF_DETERMINISTIC_OPS']),
    persistentBatchNorm: isOn(environment[persistentBatchNormVariable]),
  };
}

const variableOf: Readonly<Record<keyof ReadSettings, string>> = {
  tf32: 'NVIDIA_TF32_OVERRIDE',
  xla: 'TF_XLA_FLAGS',
  deterministic: 'TF_DETERMINISTIC_OPS',
  persistentBatchNorm: persistentBatchNormVariable,
};

/**
 * Sets the settings in the environment of a process that has not loaded TensorFlow yet; if it is `loaded`, compares
 * them with the current ones. Errors: TensorFlow was loaded with other settings, or the environment itself selects
 * others.
 */
export function useSettings(environment: Variables, settings: EngineSettings, loaded: boolean): void {
  if (!loaded) apply(environment, settings);
  const actual = readEngineSettings(environment);
  for (const key of comparedKeys) {
    if (settings[key] === 'auto' || actual[key] === settings[key]) continue;
    const asked = `training.${key}: ${settings[key]}`;
    if (loaded) {
      throw cannot(`use ${asked}`, `TensorFlow was loaded with ${key}: ${actual[key]} in this process`, {
        code: 'engine/settings',
        hint: 'TensorFlow reads the setting only while it is loaded: use a separate process',
      });
    }
    const variable = variableOf[key];
    throw cannot(`use ${asked}`, `the environment has ${variable}=${environment[variable]}`, {
      code: 'engine/settings',
      hint: `unset ${variable}, or use --set training.${key}=${actual[key]}`,
      kind: 'usage',
    });
  }
}
