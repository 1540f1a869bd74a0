// Location of installed engines, and a fast lookup.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { cannot, reasonOf, systemCode } from '../common/errors.js';
import { readReason } from '../common/files.js';
import type { Environment } from '../common/home.js';
import { packageVersion } from './packages.js';
import { nvidiaDriver } from './driver.js';
import { tensorflowVersion, type EngineBuild, type Wheel } from './wheels.js';

/** The source of libtensorflow. */
export type EngineSource = 'ISDA_LIBTENSORFLOW' | 'python' | 'download';

/** A finished engine: libtensorflow and the binding that was compiled against it. */
export interface EngineLocation {
  readonly directory: string;
  readonly bindingPath: string;
  /** The add-on that opens libtensorflow without its start-up messages. */
  readonly quietLoaderPath: string;
  /** The folder of libtensorflow_cc.so.2 and libtensorflow_framework.so.2. */
  readonly libraryDirectory: string;
  /** The path of the library that must be opened first. */
  readonly libraryPath: string;
  /** Version of TensorFlow, as reported by the library. */
  readonly version: string;
  readonly source: EngineSource;
  readonly build: EngineBuild;
}

/** Selects an engine. */
interface EngineQuery {
  /** The cache folder: `cacheHome(environment)`. */
  readonly home: string;
  readonly environment: Environment;
  /** `cuda`: only with CUDA. `cpu`: any engine. Absent: `$ISDA_BUILD`, else `cuda` if an NVIDIA driver is present. */
  readonly build?: EngineBuild;
}

/** Options for installing an engine that is missing. */
export interface EngineSetupOptions extends EngineQuery {
  /** Called with each line of progress. */
  readonly log: (line: string) => void;
  /** Installs the engine again even if it exists. */
  readonly force?: boolean;
  /** The wheels to download instead of the pinned ones. */
  readonly wheels?: readonly Wheel[];
  /** Uses no installed libraries, so that the engine contains all of them. */
  readonly onlyDownload?: boolean;
}

/** The engine, or the reason why there is none. */
type EngineSearch =
  | { readonly found: EngineLocation; readonly missing?: undefined }
  | { readonly found?: undefined; readonly missing: string };

/** Names within an engine's folder. */
export const engineFiles = {
  marker: 'engine.json',
  binding: 'tfjs_binding.node',
  quietLoader: 'open_quietly.node',
  libraries: 'lib',
  headers: 'include',
} as const;

/** The file that is written last: an engine without it is incomplete. Paths are absolute or relative to the engine. */
const markerSchema = z.strictObject({
  format: z.literal(1),
  version: z.string(),
  source: z.enum(['ISDA_LIBTENSORFLOW', 'python', 'download']),
  build: z.enum(['cpu', 'cuda']),
  libraryDirectory: z.string(),
  libraryPath: z.string(),
  files: z.array(z.strictObject({ path: z.string(), bytes: z.int() })),
});
export type Marker = z.output<typeof markerSchema>;

/**
 * Returns the requested build: that of the query, else `$ISDA_BUILD`, else CUDA if there are a driver and a build for
 * it. Errors (usage): `$ISDA_BUILD` has another value than `cpu` or `cuda`.
 */
export function wantedBuild(query: EngineQuery): EngineBuild {
  const chosen = query.environment['ISDA_BUILD'] ?? '';
  if (chosen !== '' && chosen !== 'cpu' && chosen !== 'cuda') {
    throw cannot('choose the engine', `the environment variable ISDA_BUILD is ${chosen}, expected cpu or cuda`, {
      code: 'engine/settings',
      kind: 'usage',
      hint: 'correct it, or unset it',
    });
  }
  if (query.build === undefined && chosen !== '') return chosen;
  return query.build ?? (process.arch === 'x64' && nvidiaDriver(query.environment) ? 'cuda' : 'cpu');
}

/** Returns the folder of the engine for a query. */
export function engineDirectory(query: EngineQuery, build: EngineBuild = wantedBuild(query)): string {
  const external = query.environment['ISDA_LIBTENSORFLOW'];
  const origin = external
    ? `external-${createHash('sha256').update(resolve(external)).digest('hex').slice(0, 12)}`
    : `tensorflow-${tensorflowVersion}-${build}`;
  const binding = `tfjs-${packageVersion('@tensorflow/tfjs-node-gpu')}`;
  return join(query.home, 'engine', `${origin}-${binding}-${process.platform}-${process.arch}`);
}

/** Reads an engine's marker and compares the sizes of its files. Takes well under a millisecond. */
export function readEngine(directory: string): EngineSearch {
  let marker: Marker;
  try {
    marker = markerSchema.parse(JSON.parse(readFileSync(join(directory, engineFiles.marker), 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return { missing: `no engine in ${directory}` };
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error);
    return { missing: `${join(directory, engineFiles.marker)} is not readable: ${reason}` };
  }
  for (const file of marker.files) {
    const path = resolve(directory, file.path);
    let bytes: number | undefined;
    try {
      bytes = statSync(path, { throwIfNoEntry: false })?.size;
    } catch (error) {
      return { missing: `${path} is not readable: ${readReason(error)}` };
    }
    if (bytes === undefined) return { missing: `${path} is gone` };
    if (bytes !== file.bytes) return { missing: `${path} has changed (${bytes} bytes, not ${file.bytes})` };
  }
  return {
    found: {
      directory,
      bindingPath: join(directory, engineFiles.binding),
      quietLoaderPath: join(directory, engineFiles.quietLoader),
      libraryDirectory: resolve(directory, marker.libraryDirectory),
      libraryPath: resolve(directory, marker.libraryPath),
      version: marker.version,
      source: marker.source,
      build: marker.build,
    },
  };
}

/** Looks for a finished engine; installs nothing. */
export function findEngine(query: EngineQuery): EngineSearch {
  const build = wantedBuild(query);
  const search = readEngine(engineDirectory(query, build));
  if (search.found || build === 'cuda' || query.environment['ISDA_LIBTENSORFLOW']) return search;
  // An engine with CUDA also runs without a GPU, so it can be used for `cpu`.
  const withCuda = readEngine(engineDirectory(query, 'cuda'));
  return withCuda.found ? withCuda : search;
}
