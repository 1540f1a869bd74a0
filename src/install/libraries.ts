// Folders with libtensorflow: its two libraries and the C headers.
import { createReadStream, existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readFailure } from '../common/files.js';
import type { EngineBuild } from './wheels.js';

/** The files against which the binding is compiled and linked. All paths are absolute. */
export interface Libraries {
  readonly directory: string;
  readonly core: string;
  readonly framework: string;
  readonly headers: string;
}

const coreNames = ['libtensorflow_cc.so.2', 'libtensorflow.so.2', 'libtensorflow.so'];
const frameworkNames = ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'];
const header = join('tensorflow', 'c', 'eager', 'c_api.h');

function firstExisting(folders: readonly string[], names: readonly string[]): string | undefined {
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/**
 * Returns the libraries in a folder or its `lib`, with headers in its `include`; or a sentence about what is missing.
 */
export function readLibraries(folder: string): Libraries | string {
  const root = resolve(folder);
  if (!existsSync(root)) return `${root} does not exist`;
  const places = [root, join(root, 'lib')];
  const core = firstExisting(places, coreNames);
  if (core === undefined) return `${root} has no ${coreNames[0]} (nor ${coreNames[1]}), and neither has its lib folder`;
  const framework = firstExisting(places, frameworkNames);
  if (framework === undefined) return `${root} has no ${frameworkNames[0]}, and neither has its lib folder`;
  if (!existsSync(join(root, 'include', header))) return `${root} has no include/${header}`;
  return { directory: resolve(core, '..'), core, framework, headers: join(root, 'include') };
}

/** Whether a file contains the name of the NVIDIA driver's library. Errors: it cannot be read. */
async function namesDriver(file: string): Promise<boolean> {
  let tail = '';
  try {
    for await (const chunk of createReadStream(realpathSync(file), { highWaterMark: 1 << 22 })) {
      const text = tail + (chunk as Buffer).toString('latin1');
      if (text.includes('libcuda.so')) return true;
      tail = text.slice(-16);
    }
    return false;
  } catch (error) {
    throw readFailure(file, error);
  }
}

/** Returns the build of libtensorflow: `cuda` if it names the NVIDIA driver's library. Errors: it cannot be read. */
export const buildOf = async ({ framework, core }: Libraries): Promise<EngineBuild> =>
  (await namesDriver(framework)) || (await namesDriver(core)) ? 'cuda' : 'cpu';
