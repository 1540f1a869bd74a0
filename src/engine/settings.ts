// Process-wide settings of TensorFlow and CUDA: environment variables that they read while loading.
import { cannot } from '../common/errors.js';

export interface EngineSettings {
  /** Whether float32 convolutions and matrix products may round their factors to TF32 on a GPU. */
  readonly tf32: boolean;
  /** Whether XLA compiles what it can of a graph, instead of running it operation by operation. */
  readonly xla: boolean;
  /** Whether only kernels are used that give the same bits each time. */
  readonly deterministic: boolean;
}

/** What TensorFlow does unless it is told otherwise. */
export const defaultSettings: EngineSettings = { tf32: true, xla: false, deterministic: false };

type Variables = Record<string, string | undefined>;

const autoCluster = '--tf_xla_auto_jit=2';

/** Adds flags to a variable that holds several, separated by spaces. */
export function addFlags(environment: Variables, name: string, flags: string): void {
  environment[name] = [environment[name], flags].filter(Boolean).join(' ');
}

/** Sets the variables that the settings need, where they are not what TensorFlow does by itself. */
function apply(environment: Variables, { tf32, xla, deterministic }: EngineSettings): void {
  if (!tf32) environment['NVIDIA_TF32_OVERRIDE'] = '0';
  if (xla) addFlags(environment, 'TF_XLA_FLAGS', `${autoCluster} --tf_xla_cpu_global_jit`);
  if (deterministic) for (const name of ['TF_DETERMINISTIC_OPS', 'TF_CUDNN_DETERMINISTIC']) environment[name] = '1';
}

/** The variables with numbers of threads that TensorFlow reads; it ends the process at a negative one. */
const threadVariables = ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS', 'OMP_NUM_THREADS'];

/** Errors: a variable with a number of threads holds anything else. */
export function checkThreadVariables(environment: Readonly<Variables>): void {
  for (const name of threadVariables) {
    const value = environment[name];
    if (value === undefined || value === '' || /^\d{1,4}$/.test(value)) continue;
    throw cannot('load the engine', `the environment variable ${name} is ${value}, expected a number of threads`, {
      code: 'engine/settings',
      kind: 'usage',
      hint: `set it to 0 (as many as there are cores) or more, or unset it`,
    });
  }
}

const isOn = (value: string | undefined): boolean => value === '1' || value?.toLowerCase() === 'true';

/** The settings that an environment's variables stand for. */
export function readEngineSettings(environment: Readonly<Variables>): EngineSettings {
  return {
    tf32: environment['NVIDIA_TF32_OVERRIDE'] !== '0',
    xla: /--tf_xla_auto_jit=[12]/.test(environment['TF_XLA_FLAGS'] ?? ''),
    deterministic: isOn(environment['TF_DETERMINISTIC_OPS']),
  };
}

const variableOf: Readonly<Record<keyof EngineSettings, string>> = {
  tf32: 'NVIDIA_TF32_OVERRIDE',
  xla: 'TF_XLA_FLAGS',
  deterministic: 'TF_DETERMINISTIC_OPS',
};

/**
 * Puts the settings into the environment of a process in which TensorFlow is yet to be loaded, or compares them with
 * those it was `loaded` with. Errors: it was loaded with others, or the environment itself asks for others.
 */
export function useSettings(environment: Variables, settings: EngineSettings, loaded: boolean): void {
  if (!loaded) apply(environment, settings);
  const actual = readEngineSettings(environment);
  for (const key of ['tf32', 'xla', 'deterministic'] as const) {
    if (actual[key] === settings[key]) continue;
    const asked = `training.${key}: ${settings[key]}`;
    if (loaded) {
      throw cannot(`use ${asked}`, `TensorFlow was loaded with ${key}: ${actual[key]} in this process`, {
        code: 'engine/settings',
        hint: 'it reads the setting only while it is loaded: use a process of its own for each',
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
