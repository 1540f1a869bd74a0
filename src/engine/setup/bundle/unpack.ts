// Takes the engine out of a bundle, for a machine that has Node.js and this program, but no network.
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Unpack } from 'tar';
import { cannot, reasonOf } from '../../../common/errors.js';
import { tryBinding } from '../compile.js';
import { putEngine, type EngineOptions } from '../ensure.js';
import { engineDirectory, engineFiles, type EngineLocation } from '../location.js';
import { checkParts, machineName, readManifest, sha256Of, sumsName, type Manifest } from './manifest.js';

/** The bundle in a folder, if it fits this machine and its parts are whole. Errors: it does not, they are not. */
async function openBundle(folder: string): Promise<Manifest> {
  const manifest = readManifest(folder);
  if (manifest.machine !== machineName()) {
    throw cannot(`use the bundle ${folder}`, `it is for ${manifest.machine}, and this is ${machineName()}`);
  }
  await checkParts(folder, manifest);
  return manifest;
}

/** Unpacks a bundle's engine into the existing folder `directory` and checks every file. */
async function unpackEngine(folder: string, manifest: Manifest, directory: string): Promise<void> {
  const prefix = `engine/${manifest.engine}/`;
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    for (const { file } of manifest.parts) yield* createReadStream(join(folder, file), { highWaterMark: 1 << 22 });
  };
  const unpack = new Unpack({
    cwd: directory,
    strict: true,
    filter: (path) => path.startsWith(prefix) || path === sumsName,
    onReadEntry: (entry) => {
      if (entry.path.startsWith(prefix)) entry.path = entry.path.slice(prefix.length);
    },
  });
  try {
    await pipeline(Readable.from(parts()), createGunzip(), unpack);
  } catch (error) {
    throw cannot(`unpack the bundle ${folder}`, reasonOf(error), { cause: error });
  }
  const list = join(directory, sumsName);
  for (const line of (await readFile(list, 'utf8')).split('\n')) {
    const path = line.slice(66);
    if (!path.startsWith(prefix)) continue;
    const actual = await sha256Of(join(directory, path.slice(prefix.length)));
    if (actual !== line.slice(0, 64)) throw cannot(`unpack the bundle ${folder}`, `${path} is not what was packed`);
  }
  await rm(list);
}

/**
 * Puts a bundle's engine into the cache, in place of one that is there. Errors: the folder is no bundle, a part is
 * damaged, it is for another machine or another version of this program, or the engine does not load here.
 */
export async function ensureFromBundle(folder: string, options: EngineOptions): Promise<EngineLocation> {
  const manifest = await openBundle(folder);
  const environment = { ...options.environment, ISDA_LIBTENSORFLOW: undefined };
  const query = { ...options, environment, build: manifest.build, force: true };
  const expected = basename(engineDirectory(query));
  if (manifest.engine !== expected) {
    throw cannot(
      `use the bundle ${folder}`,
      `it holds the engine ${manifest.engine}, and this program uses ${expected}`,
      {
        hint: 'pack it with this version of isda',
      },
    );
  }
  return putEngine(query, async (staging) => {
    options.log(`unpacking the engine of ${folder}`);
    await unpackEngine(folder, manifest, staging);
    await tryBinding(join(staging, engineFiles.binding), { ...query.environment, CUDA_VISIBLE_DEVICES: '-1' });
  });
}
