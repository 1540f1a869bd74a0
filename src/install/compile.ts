// Compiles tfjs-node-gpu's C++ binding against a libtensorflow and tests it in a separate process.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import type { Libraries } from './libraries.js';
import type { Environment } from '../common/home.js';
import { locateGpuLibraries } from './gpu-libraries.js';
import { engineFiles, type EngineLocation } from './location.js';
import { packageDirectory } from './packages.js';
import { findProgram, hintFor, lastLines, runProgram, type ProcessResult } from './process.js';

/** A C++ compiler's command: the program and any leading words of `$CXX`, such as `ccache g++`. */
type Compiler = readonly [string, ...string[]];

/** Finds `$CXX`, else g++, c++ or clang++. Errors: there is none. */
export function findCompiler(environment: Environment): Compiler {
  const chosen = environment['CXX']?.trim();
  const candidates = chosen ? [chosen] : ['g++', 'c++', 'clang++'];
  for (const candidate of candidates) {
    const [name, ...words] = candidate.split(/\s+/);
    const program = findProgram(name, environment);
    if (program !== undefined) return [program, ...words];
  }
  const looked = chosen ? `$CXX is ${chosen}, which is not there` : 'looked for $CXX, g++, c++ and clang++';
  throw cannot('compile the engine binding', `no C++ compiler: ${looked}`, {
    code: 'setup/missing',
    hint: 'install one: Debian and Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; Alpine is not supported',
  });
}

const common = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-DBUILDING_NODE_EXTENSION'];

interface BindingBuild {
  readonly compiler: Compiler;
  readonly libraries: Libraries;
  /** Where the binding looks for the libraries when it is loaded; `$ORIGIN` is its own folder. */
  readonly rpath: string;
  /** The output folder. */
  readonly directory: string;
}

/** Compiles the quiet loader, and the binding including `native/session_config.cc`. Errors: those of the compiler. */
export async function compileBinding(
  { compiler, libraries, rpath, directory }: BindingBuild,
  environment: Environment,
): Promise<void> {
  const tfjs = packageDirectory('@tensorflow/tfjs-node-gpu');
  const node = `-I${join(packageDirectory('node-api-headers'), 'include')}`;
  const native = (name: string): string => fileURLToPath(new URL(`../../native/${name}`, import.meta.url));
  const [program, ...words] = compiler;
  const run = async (args: readonly string[]): Promise<void> => {
    const result: ProcessResult = await runProgram(program, [...words, ...common, node, ...args], environment);
    if (result.succeeded) return;
    const errors = result.stderr.split('\n').filter((line) => /error|undefined reference/i.test(line));
    throw cannot('compile the engine binding', `${compiler.join(' ')} failed (${result.reason})`, {
      code: 'setup/failed',
      place: (errors.length > 0 ? errors.slice(0, 5).join('\n') : lastLines(result.stderr, 5)) || undefined,
      hint: hintFor(
        result.stderr,
        'a compiler that knows C++17 is needed (g++ 8, clang 7 or newer); $CXX chooses another one',
      ),
    });
  };
  await run([native('open_quietly.cc'), '-ldl', '-o', join(directory, engineFiles.quietLoader)]);
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((name) => join(tfjs, 'binding', name));
  const options = [native('session_config.cc'), '-Wl,--wrap=TF_LoadSessionFromSavedModel'];
  const search = [`-Wl,-rpath,${rpath}`, '-o', join(directory, engineFiles.binding)];
  await run([
    `-I${tfjs}`,
    `-I${libraries.headers}`,
    ...sources,
    ...options,
    libraries.core,
    libraries.framework,
    ...search,
  ]);
}

/** Properties that a loaded binding reports. */
interface BindingTrial {
  /** Version of TensorFlow. */
  readonly version: string;
  readonly usesGpu: boolean;
}

const trialSchema = z.object({ version: z.string(), usesGpu: z.boolean() });

const trial = `
const [path, quietLoader, gpuLibraries] = process.argv.slice(1);
if (quietLoader) for (const library of JSON.parse(gpuLibraries)) require(quietLoader).openQuietly(library.path);
const binding = require(path);
process.stdout.write("trial " + JSON.stringify({ version: binding.TF_Version, usesGpu: binding.isUsingGpuDevice() }));
`;

/**
 * Loads a compiled binding in a separate process, so that a crash of the library becomes an ordinary error. `gpu`:
 * opens CUDA's libraries first, as `loadBinding` does.
 */
export async function tryBinding(
  binding: string,
  environment: Environment,
  gpu?: Pick<EngineLocation, 'quietLoaderPath' | 'libraryDirectory'>,
): Promise<BindingTrial> {
  const opened =
    gpu === undefined ? [] : [gpu.quietLoaderPath, JSON.stringify(locateGpuLibraries(gpu.libraryDirectory))];
  const result = await runProgram(process.execPath, ['-e', trial, binding, ...opened], {
    ...environment,
    TF_CPP_MIN_LOG_LEVEL: '3',
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  });
  const answer = /trial (\{.*\})$/.exec(result.stdout)?.[1];
  if (result.succeeded && answer !== undefined) return trialSchema.parse(JSON.parse(answer));
  const said = result.stderr.split('\n').find((line) => line.startsWith('Error: '));
  throw cannot('load the engine binding', said?.slice('Error: '.length) ?? result.reason, {
    code: 'setup/failed',
    place: said === undefined ? lastLines(result.stderr, 3) || binding : undefined,
    hint: 'the libraries may be for another system (an older glibc, another processor); see docs/setup.md',
  });
}
