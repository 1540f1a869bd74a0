// Loads the compiled binding of tfjs-node-gpu and types its functions.
import { createRequire } from 'node:module';
import { cannot, reasonOf } from '../common/errors.js';
import {
  addFlags,
  checkFlagVariables,
  checkSwitchVariables,
  defaultSettings,
  persistentBatchNormVariable,
  prefersPersistentBatchNorm,
  requireKnownFlags,
  useSettings,
  type EngineSettings,
} from './settings.js';
import { checkThreadVariables } from './threads.js';
import { nvidiaDriver } from '../install/driver.js';
import { compilerDirectory, locateGpuLibraries } from '../install/gpu-libraries.js';
import type { EngineLocation } from '../install/location.js';

/** The device that was asked for: `auto` takes a GPU where there is one. */
export type RequestedDevice = 'auto' | 'cpu' | 'cuda';

/** Row-major data to make a tensor of: float32, int32, int64 (pairs of int32), uint8 and bool (bytes), or strings. */
type TensorInput = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];

/** Row-major data of a tensor of float32, complex64, int32, int64, bool or strings: the only types that can be read. */
type TensorOutput = Float32Array | Int32Array | BigInt64Array | Uint8Array | Uint8Array[];

/** An attribute of an operation; `type` is one of the binding's `TF_ATTR_…` numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: string | number | boolean | readonly number[] | readonly boolean[] | readonly string[];
}

/** A tensor that an operation made; `dtype` is TensorFlow's number (TF_FLOAT = 1, TF_BFLOAT16 = 14, …). */
interface TensorHandle {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/** The exports of `tfjs_binding.cc`. Tensors and models are numbers, kept alive until they are deleted. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, data: TensorInput): number;
  deleteTensor(id: number): void;
  /** A copy of the tensor's data. */
  tensorDataSync(id: number): TensorOutput;
  executeOp(
    name: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): TensorHandle[];
  /** `tags`: separated by commas. */
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Names: `operation:output` or `operation`, separated by commas, in the order of the inputs. */
  runSavedModel(id: number, inputIds: readonly number[], inputNames: string, outputNames: string): TensorHandle[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
  getNumOfSavedModels(): number;
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_COMPLEX64: number;
  readonly TF_STRING: number;
  readonly TF_RESOURCE: number;
  readonly TF_UINT8: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/**
 * Loads the binding, and with it TensorFlow, into this process (about 0.3 s; once: a second call gives the same).
 * Sets in `environment`, which has to be the process's own for TensorFlow to see it: the settings, fewer messages, GPU
 * memory as it is needed, and for `cpu` no GPU at all. Throws an IsdaError that names the file that could not be
 * loaded, or the setting that the process has already loaded TensorFlow without.
 */
export function loadBinding(
  location: EngineLocation,
  device: RequestedDevice = 'auto',
  environment: Record<string, string | undefined> = process.env,
  settings: EngineSettings = defaultSettings,
): Binding {
  const load = createRequire(import.meta.url);
  checkThreadVariables(environment);
  checkSwitchVariables(environment);
  checkFlagVariables(environment);
  const isLoaded = location.bindingPath in load.cache;
  if (!isLoaded) requireKnownFlags(environment, location.libraryPath);
  useSettings(environment, settings, isLoaded);
  const gpu = location.build === 'cuda' && device !== 'cpu' && nvidiaDriver(environment) !== undefined;
  // A CUDA build that finds no GPU logs an error, which is none where no GPU is wanted or there is no driver.
  environment['TF_CPP_MIN_LOG_LEVEL'] ??= location.build === 'cuda' && !gpu ? '3' : '2';
  environment['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  // TensorFlow leaves oneDNN off on older processors, where the gradients of grouped convolutions then do not exist.
  environment['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
  // A session that waits for the GPU at the end of each call would make every step wait; what is read is waited for
  // anyway.
  if (gpu) environment['TF_SYNC_ON_FINISH'] ??= '0';
  if (gpu && prefersPersistentBatchNorm(settings)) environment[persistentBatchNormVariable] ??= '1';
  if (device === 'cpu') environment['CUDA_VISIBLE_DEVICES'] = '-1';
  const compiler = gpu ? compilerDirectory(location.libraryDirectory) : undefined;
  if (compiler !== undefined && !environment['XLA_FLAGS']?.includes('--xla_gpu_cuda_data_dir')) {
    addFlags(environment, 'XLA_FLAGS', `--xla_gpu_cuda_data_dir=${compiler}`);
  }
  try {
    const { openQuietly } = load(location.quietLoaderPath) as { openQuietly: (path: string) => string };
    // One that fails is no error here: TensorFlow then sees no GPU, and `isda doctor` says why.
    if (gpu) for (const { path } of locateGpuLibraries(location.libraryDirectory)) openQuietly(path);
    // TensorFlow logs two lines before its log level counts, while its libraries are opened.
    if (environment['TF_CPP_MIN_LOG_LEVEL'] !== '0') {
      const message = openQuietly(location.libraryPath);
      if (message !== '') throw new Error(message);
    }
    return load(location.bindingPath) as Binding;
  } catch (error) {
    throw cannot('load the engine', reasonOf(error).split('\n')[0], {
      code: 'engine/unavailable',
      place: location.directory,
      hint: '`isda setup --force` makes the engine anew; `isda doctor` shows what is there',
      cause: error,
    });
  }
}
