// Loads the compiled binding of tfjs-node-gpu and types its functions.
import { createRequire } from 'node:module';
import { cannot, reasonOf } from '../common/errors.js';
import {
  addFlags,
  defaultSettings,
  flagOf,
  isOn,
  persistentBatchNormVariable,
  prefersPersistentBatchNorm,
  useSettings,
  type EngineSettings,
} from './settings.js';
import { checkVariables } from './environment.js';
import { flagNamesIn } from './flag-names.js';
import { nvidiaDriver } from '../install/driver.js';
import { compilerDirectory, locateGpuLibraries } from '../install/gpu-libraries.js';
import type { EngineLocation } from '../install/location.js';

/** The requested device; `auto` uses a GPU if there is one. */
export type RequestedDevice = 'auto' | 'cpu' | 'cuda';

/** Row-major data of a tensor to create: float32, int32, int64 (pairs of int32), uint8 and bool (bytes), or strings. */
type TensorInput = Float32Array | Int32Array | Uint8Array | readonly Uint8Array[];

/**
 * Row-major data read from a tensor of float32, complex64, int32, int64, bool or strings, the only types that can be
 * read.
 */
type TensorOutput = Float32Array | Int32Array | BigInt64Array | Uint8Array | Uint8Array[];

/** An attribute of an operation; `type` is one of the binding's `TF_ATTR_…` numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: string | number | boolean | readonly number[] | readonly boolean[] | readonly string[];
}

/** A tensor returned by an operation; `dtype` is TensorFlow's number (TF_FLOAT = 1, TF_BFLOAT16 = 14, …). */
interface TensorHandle {
  readonly id: number;
  readonly shape: readonly number[];
  readonly dtype: number;
}

/**
 * The exports of `tfjs_binding.cc`. Tensors and models are identified by numbers and stay in memory until they are
 * deleted.
 */
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
  /** `tags` is a comma-separated list. */
  loadSavedModel(directory: string, tags: string): number;
  deleteSavedModel(id: number): void;
  /** Names are `operation:output` or `operation`, separated by commas, in the order of the inputs. */
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
 * Loads the binding, and with it TensorFlow, into this process (about 0.3 s; further calls return the same binding).
 * Sets variables in `environment`, which must be `process.env` for TensorFlow to read it: the settings, fewer log
 * messages, GPU memory allocated on demand, and no GPU at all for `cpu`. Throws an IsdaError with the file that could
 * not be loaded, or with the setting that differs if the process has already loaded TensorFlow.
 */
export function loadBinding(
  location: EngineLocation,
  device: RequestedDevice = 'auto',
  environment: Record<string, string | undefined> = process.env,
  settings: EngineSettings = defaultSettings,
): Binding {
  const load = createRequire(import.meta.url);
  const isLoaded = location.bindingPath in load.cache;
  // Once loaded, the variables have flags that were added here for other libraries.
  checkVariables(environment, isLoaded ? undefined : location.libraryPath);
  useSettings(environment, settings, isLoaded);
  const gpu = location.build === 'cuda' && device !== 'cpu' && nvidiaDriver(environment) !== undefined;
  // A CUDA build without a GPU logs an error, which is expected if no GPU is wanted or there is no driver.
  environment['TF_CPP_MIN_LOG_LEVEL'] ??= location.build === 'cuda' && !gpu ? '3' : '2';
  // TensorFlow ignores other words than these two, such as 1, and then takes all memory of the GPU.
  environment['TF_FORCE_GPU_ALLOW_GROWTH'] = String(isOn(environment['TF_FORCE_GPU_ALLOW_GROWTH'] || '1'));
  // TensorFlow disables oneDNN on older processors, where the gradients of grouped convolutions then do not exist.
  environment['TF_ENABLE_ONEDNN_OPTS'] ??= '1';
  // Otherwise every session run would wait for the GPU to finish; reading a value waits for it anyway.
  if (gpu) environment['TF_SYNC_ON_FINISH'] ??= '0';
  if (gpu && prefersPersistentBatchNorm(settings)) environment[persistentBatchNormVariable] ??= '1';
  if (device === 'cpu') environment['CUDA_VISIBLE_DEVICES'] = '-1';
  const compiler = gpu ? compilerDirectory(location.libraryDirectory) : undefined;
  if (compiler !== undefined && !flagNamesIn(environment['XLA_FLAGS']).includes('xla_gpu_cuda_data_dir')) {
    addFlags(environment, 'XLA_FLAGS', flagOf('xla_gpu_cuda_data_dir', compiler));
  }
  try {
    const { openQuietly } = load(location.quietLoaderPath) as { openQuietly: (path: string) => string };
    // A library that fails to load is not an error here: TensorFlow then finds no GPU, and `isda doctor` reports why.
    if (gpu) for (const { path } of locateGpuLibraries(location.libraryDirectory)) openQuietly(path);
    // While its libraries are opened, TensorFlow logs two lines before its log level takes effect.
    if (environment['TF_CPP_MIN_LOG_LEVEL'] !== '0') {
      const message = openQuietly(location.libraryPath);
      if (message !== '') throw new Error(message);
    }
    return load(location.bindingPath) as Binding;
  } catch (error) {
    throw cannot('load the engine', reasonOf(error).split('\n')[0], {
      code: 'engine/unavailable',
      place: location.directory,
      hint: '`isda setup --force` reinstalls the engine; `isda doctor` shows what is installed',
      cause: error,
    });
  }
}
