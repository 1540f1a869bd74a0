// Unpacks the engine from a bundle, on a machine with Node.js and this program but no network.
import { createReadStream } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { Unpack } from 'tar';
import { fileSha256 } from '../../common/checksum.js';
import { cannot, IsdaError, reasonOf } from '../../common/errors.js';
import { isWriteError } from '../../common/files.js';
import { tryBinding } from '../compile.js';
import { putEngine } from '../ensure.js';
import { engineDirectory, engineFiles, type EngineLocation, type EngineSetupOptions } from '../location.js';
import { checkParts, machineName, readManifest, sumsName, type Manifest } from './manifest.js';

/** Returns the manifest of a bundle. Errors: it is for another machine, or its parts are incomplete or damaged. */
async function openBundle(folder: string): Promise<Manifest> {
  const manifest = readManifest(folder);
  if (manifest.machine !== machineName()) {
    throw cannot(`use the bundle ${folder}`, `it is for ${manifest.machine}, and this is ${machineName()}`, {
      code: 'bundle/mismatch',
    });
  }
  await checkParts(folder, manifest);
  return manifest;
}

/**
 * Returns the reason why an entry of the archive is refused, if any: links, devices, and paths that leave the folder.
 */
function objectionTo(path: string, type: string): string | undefined {
  if (path.split('/').includes('..') || path.includes('//')) return `${path} leads out of its folder`;
  return ['File', 'OldFile', 'ContiguousFile'].includes(type) ? undefined : `${path} is no plain file (${type})`;
}

/** Unpacks a bundle's engine into the existing folder `directory` and checks every file. */
async function unpackEngine(folder: string, manifest: Manifest, directory: string): Promise<void> {
  const prefix = `engine/${manifest.engine}/`;
  const parts = async function* (): AsyncGenerator<Uint8Array> {
    for (const { file } of manifest.parts) yield* createReadStream(join(folder, file), { highWaterMark: 1 << 22 });
  };
  const refuse = (reason: string, cause?: unknown): Error =>
    cannot(`unpack the bundle ${folder}`, reason, { code: 'bundle/damaged', cause });
  let objection: string | undefined;
  const unpacked = new Set<string>();
  const unpack = new Unpack({
    cwd: directory,
    strict: true,
    filter: (path, entry) => {
      if (!path.startsWith(prefix) && path !== sumsName) return false;
      objection ??= objectionTo(path, 'type' in entry ? entry.type : 'File');
      return objection === undefined;
    },
    onReadEntry: (entry) => {
      unpacked.add(entry.path);
      if (entry.path.startsWith(prefix)) entry.path = entry.path.slice(prefix.length);
    },
  });
  // Headers, padding and the list of checksums take less than this in addition to the files.
  const limitBytes = manifest.bytes + 2048 * manifest.files + 65536;
  let bytes = 0;
  // Not an async generator: the pipeline would wait forever for an archive of which nothing is unpacked.
  const bounded = new Transform({
    transform: (chunk: Uint8Array, _encoding, done) => {
      bytes += chunk.length;
      if (bytes > limitBytes) objection = `it unpacks to more than the ${manifest.bytes} bytes that its manifest says`;
      done(objection === undefined ? null : refuse(objection), chunk);
    },
  });
  try {
    await pipeline(Readable.from(parts()), createGunzip(), bounded, unpack);
  } catch (error) {
    throw error instanceof IsdaError || isWriteError(error) ? error : refuse(reasonOf(error), error);
  }
  if (objection !== undefined) throw refuse(objection);
  if (!unpacked.delete(sumsName)) throw refuse(`it has no ${sumsName}`);
  const list = join(directory, sumsName);
  for (const line of (await readFile(list, 'utf8')).split('\n')) {
    const path = line.slice(66);
    if (!path.startsWith(prefix)) continue;
    if (!unpacked.delete(path)) throw refuse(`${path} is missing`);
    const actual = fileSha256(join(directory, path.slice(prefix.length)));
    if (actual !== line.slice(0, 64)) throw refuse(`${path} is not what was packed`);
  }
  for (const path of unpacked) throw refuse(`${path} is not in its ${sumsName}`);
  await rm(list);
}

/**
 * Installs a bundle's engine in the cache, replacing an existing one. Errors: the folder is not a bundle, a part is
 * damaged, it is for another machine or another version of this program, or the engine does not load here.
 */
export async function ensureFromBundle(folder: string, options: EngineSetupOptions): Promise<EngineLocation> {
  const manifest = await openBundle(folder);
  const environment = { ...options.environment, ISDA_LIBTENSORFLOW: undefined };
  const query = { ...options, environment, build: manifest.build, force: true };
  const expected = basename(engineDirectory(query));
  if (manifest.engine !== expected) {
    throw cannot(
      `use the bundle ${folder}`,
      `it contains the engine ${manifest.engine}, but this program uses ${expected}`,
      { code: 'bundle/mismatch', hint: 'pack it with this version of isda' },
    );
  }
  return putEngine(query, async (staging) => {
    options.log(`unpacking the engine of ${folder}`);
    await unpackEngine(folder, manifest, staging);
    await tryBinding(join(staging, engineFiles.binding), { ...query.environment, CUDA_VISIBLE_DEVICES: '-1' });
  });
}
