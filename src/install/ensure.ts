// Installs the engine if it is missing: finds libtensorflow, compiles the binding, moves both into place.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { cannot, IsdaError, reasonOf, systemCode } from '../common/errors.js';
import { makeFolders } from '../common/files.js';
import { replaceFolder } from '../common/replace-folder.js';
import { withLock } from '../common/wait-lock.js';
import { compileBinding, findCompiler, tryBinding } from './compile.js';
import {
  engineDirectory,
  engineFiles,
  findEngine,
  readEngine,
  wantedBuild,
  type EngineLocation,
  type EngineSetupOptions,
  type Marker,
} from './location.js';
import { otherHomeHint } from './process.js';
import { sourcesFor, type PreparedSource } from './sources.js';

/** Held while an engine is installed. Not `.lock`, which is a folder if an older version of this program was killed. */
const setupLock = '.setup-lock';
/** Prefix of the folders that an interrupted installation leaves behind. */
const unfinished = '.unfinished-';

/**
 * Returns the engine. If it is missing, it is installed: downloaded (or linked to an installed TensorFlow), compiled,
 * tested, and moved into place in one step; if not, the call takes a few milliseconds. Processes wait for each other.
 * Errors name what is missing on this machine, and how to get it.
 */
export async function ensureEngine(options: EngineSetupOptions): Promise<EngineLocation> {
  const present = options.force ? undefined : findEngine(options).found;
  return present ?? putEngine(options, (staging) => makeEngine(staging, options));
}

/** Fills a temporary folder with `make` and moves it to the place of a query's engine, one process at a time. */
export async function putEngine(
  options: EngineSetupOptions,
  make: (staging: string) => Promise<void>,
): Promise<EngineLocation> {
  if (process.platform !== 'linux') {
    throw cannot('set up the engine', `it runs on Linux, and this is ${process.platform}`, {
      code: 'setup/platform',
      hint: 'use a Linux machine, a container or WSL 2',
    });
  }
  const build = wantedBuild(options);
  const directory = engineDirectory(options, build);
  const parent = dirname(directory);
  try {
    await makeFolders(parent);
    const onWait = (holder: string): void => options.log(`waiting for ${holder}, which is setting up the engine`);
    return await withLock({ ...options, file: join(parent, setupLock), onWait }, async () => {
      const made = options.force ? undefined : findEngine(options).found;
      if (made !== undefined) return made;
      await removeUnfinished(parent);
      const [staging, old] = ['', 'old-'].map((kind) =>
        join(parent, `${unfinished}${kind}${randomBytes(6).toString('hex')}`),
      );
      try {
        await mkdir(staging);
        await make(staging);
        await replaceFolder(directory, staging, old);
      } finally {
        for (const each of [staging, old]) await remove(each);
      }
      const search = readEngine(directory);
      if (search.found) return search.found;
      throw cannot('set up the engine', search.missing, { code: 'setup/missing' });
    });
  } catch (error) {
    throw explained(error, options.home);
  }
}

async function makeEngine(staging: string, options: EngineSetupOptions): Promise<void> {
  // First, so that nothing is downloaded in vain.
  const compiler = findCompiler(options.environment);
  const sources = sourcesFor(options, wantedBuild(options), staging);
  for (const [index, prepare] of sources.entries()) {
    const source = await prepare();
    if (source === undefined) continue;
    try {
      await buildFrom(source, compiler, staging, options);
      return;
    } catch (error) {
      const last = index === sources.length - 1;
      if (last || source.name === 'ISDA_LIBTENSORFLOW' || !(error instanceof IsdaError)) throw error;
      options.log(`TensorFlow in ${source.libraries.directory} cannot be used: ${error.message}`);
    }
  }
}

async function buildFrom(
  source: PreparedSource,
  compiler: ReturnType<typeof findCompiler>,
  staging: string,
  options: EngineSetupOptions,
): Promise<void> {
  const { libraries } = source;
  options.log(`compiling the binding with ${basename(compiler[0])}`);
  const inside = libraries.directory.startsWith(`${staging}/`);
  const rpath = inside ? `$ORIGIN/${engineFiles.libraries}` : libraries.directory;
  await compileBinding({ compiler, libraries, rpath, directory: staging }, options.environment);
  const binding = join(staging, engineFiles.binding);
  const { version } = await tryBinding(binding, { ...options.environment, CUDA_VISIBLE_DEVICES: '-1' });
  const place = (path: string): string => (inside ? relative(staging, path) : path);
  const files: Marker['files'] = [];
  for (const path of [binding, join(staging, engineFiles.quietLoader), libraries.core, libraries.framework]) {
    files.push({
      path: path.startsWith(`${staging}/`) ? relative(staging, path) : path,
      bytes: (await stat(path)).size,
    });
  }
  const marker: Marker = {
    format: 1,
    version,
    source: source.name,
    build: source.build,
    libraryDirectory: place(libraries.directory),
    libraryPath: place(libraries.core),
    files,
  };
  await writeFile(join(staging, engineFiles.marker), `${JSON.stringify(marker, undefined, 2)}\n`);
}

/** Removes what can be removed: a network disk keeps the files of a replaced engine that a process still uses. */
async function removeUnfinished(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (name.startsWith(unfinished)) await remove(join(parent, name));
  }
}

const remove = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true }).catch(() => undefined);

function explained(error: unknown, home: string): unknown {
  // The lock's error contains that of the file system.
  const cause = error instanceof IsdaError && error.code === 'file/write' ? error.cause : error;
  const code = systemCode(cause);
  if (code === undefined) return error;
  const reasons: Record<string, string> = {
    EACCES: 'is not writable',
    EPERM: 'is not writable',
    EROFS: 'is on a read-only file system',
    ENOENT: 'cannot be created',
    ENOTDIR: 'is below something that is not a folder',
    ENOSPC: 'is on a full disk',
    EDQUOT: 'is over the disk quota',
  };
  const reason = reasons[code];
  return cannot('set up the engine', reason ? `the cache folder ${home} ${reason}` : reasonOf(cause), {
    code: 'file/write',
    place: reason ? reasonOf(cause) : undefined,
    hint: otherHomeHint,
    cause: error,
  });
}
