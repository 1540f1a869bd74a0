// Packs the program, its engine and Node.js for a machine without a network.
import { readFileSync } from 'node:fs';
import { copyFile, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cannot } from '../../common/errors.js';
import { makeFolder, writeFileAtomically } from '../../common/files.js';
import { formatBytes } from '../../common/format.js';
import { ensureEngine } from '../ensure.js';
import { engineDirectory, readEngine, wantedBuild, type EngineLocation, type EngineSetupOptions } from '../location.js';
import { gzipOf, tarOf, writeParts, type Member } from './archive.js';
import { bundleMembers, checkNode, neededGlibc } from './contents.js';
import { machineName, manifestName, sums, sumsName, type Manifest } from './manifest.js';

export interface PackOptions {
  /** The output folder; must be new or empty. */
  readonly out: string;
  /** Root of this program. */
  readonly root: string;
  readonly engine: EngineLocation;
  /** The Node.js binary to pack, and its version. */
  readonly node: { readonly path: string; readonly version: string };
  /** Maximum size of a part; undefined for a single part. */
  readonly partBytes: number | undefined;
  readonly withoutLibraries: boolean;
  readonly log: (line: string) => void;
}

/** Root of this program; this module is in `src/install/bundle` or `dist/install/bundle`. */
export const programRoot = fileURLToPath(new URL('../../..', import.meta.url));

/** Creates the output folder. Errors: it is not empty. */
async function prepareOut(out: string): Promise<void> {
  await makeFolder(out);
  if ((await readdir(out)).length === 0) return;
  throw cannot(`pack a bundle into ${out}`, 'the folder is not empty', {
    code: 'file/exists',
    hint: 'name another one',
    kind: 'usage',
  });
}

/**
 * Returns an engine that contains its libraries: that of the cache (built if missing) or, if that one links to an
 * installed TensorFlow, one that is built in `aside`.
 */
async function engineToPack(options: EngineSetupOptions, aside: string): Promise<EngineLocation> {
  const environment = { ...options.environment, ISDA_LIBTENSORFLOW: undefined };
  const own = { ...options, environment, build: wantedBuild(options), onlyDownload: true, force: true };
  const present = readEngine(engineDirectory(own)).found;
  if (present?.source === 'download') return present;
  return ensureEngine({ ...own, home: present === undefined ? options.home : aside });
}

const versionSchema = z.object({ version: z.string() });

/** Packs a bundle. Errors: something is missing on this machine, or `out` cannot be written; written files are kept. */
export async function packBundle(options: PackOptions): Promise<Manifest> {
  const { out, root, engine, node, partBytes, withoutLibraries, log } = options;
  checkNode(node.path);
  const members = bundleMembers({ root, engine: engine.directory, node: node.path, withoutLibraries });
  const { version } = versionSchema.parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')));
  const launcher = readFileSync(join(root, 'bundle', 'launcher.sh'), 'utf8').replace('@build@', engine.build);
  members.unshift(textMember('isda', launcher, true));
  const bytes = members.reduce((sum, member) => sum + member.bytes, 0);
  log(`packing ${members.length} files, ${formatBytes(bytes)}`);
  const checked: { path: string; sha256: string }[] = [];
  let done = 0;
  const onPacked = (member: Member, sha256: string): void => {
    checked.push({ path: member.path, sha256 });
    done += member.bytes;
    if (member.bytes > 1e8) log(`  ${Math.round((100 * done) / bytes)} %  ${member.path}`);
  };
  const withSums = function* (): Generator<Member> {
    yield* members;
    yield textMember(sumsName, sums(checked), false);
  };
  const archive = gzipOf(tarOf(withSums(), onPacked));
  const parts = await writeParts(archive, out, `isda-${version}-${engine.build}.tar.gz`, partBytes ?? Infinity);
  const manifest: Manifest = {
    format: 1,
    isda: version,
    node: node.version,
    tensorflow: engine.version,
    build: engine.build,
    machine: machineName(),
    glibc: neededGlibc(members),
    engine: basename(engine.directory),
    files: checked.length,
    bytes,
    parts,
  };
  await copyFile(join(root, 'bundle', 'install.sh'), join(out, 'install.sh'));
  await writeFileAtomically(join(out, sumsName), sums(parts.map(({ file, sha256 }) => ({ path: file, sha256 }))));
  // Last, because a folder without it is not a bundle.
  await writeFileAtomically(join(out, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

function textMember(path: string, text: string, executable: boolean): Member {
  const content = Buffer.from(text);
  return { path, executable, bytes: content.length, content };
}

/** Packs a bundle with the engine of a build, which is built first if missing; `out` must be new or empty. */
export async function makeBundle(
  options: Omit<PackOptions, 'engine' | 'root'>,
  engineOptions: EngineSetupOptions,
): Promise<Manifest> {
  await prepareOut(options.out);
  const aside = join(options.out, '.engine');
  try {
    const engine = await engineToPack(engineOptions, aside);
    return await packBundle({ ...options, root: programRoot, engine });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
