// Files of a bundle and their names in it: the program, its packages, the engine, Node.js.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { globSync } from 'tinyglobby';
import { z } from 'zod';
import { cannot } from '../../common/errors.js';
import { readElf } from '../elf.js';
import { isSystemLibrary } from '../gpu-libraries.js';
import { engineFiles } from '../location.js';
import type { Member } from './archive.js';

const packageSchema = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

/** Packages of which only a part is loaded, with the only dependencies of that part. */
const usedDependencies: Readonly<Record<string, readonly string[]>> = {
  '@tensorflow/tfjs-node-gpu': ['google-protobuf'],
};

/** Returns the folder of a package for a module in `from`, found as by Node.js, but not above `root`. */
function findPackage(name: string, from: string, root: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(join(place, 'package.json'))) return place;
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}

/** Returns the folders of all packages that the program in `root` needs to run, without development dependencies. */
export function productionPackages(root: string): string[] {
  const found = new Set<string>();
  const visit = (folder: string, name?: string): void => {
    const manifest = packageSchema.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
    const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
    for (const dependency of usedDependencies[name ?? ''] ?? names) {
      const place = findPackage(dependency, folder, root);
      if (place === undefined) {
        if (dependency in manifest.optionalDependencies) continue;
        throw cannot('pack the program', `its package ${dependency} is not installed`, {
          code: 'bundle/packing',
          hint: 'run `npm ci`',
        });
      }
      if (found.has(place)) continue;
      found.add(place);
      visit(place, dependency);
    }
  };
  visit(root);
  return [...found].sort();
}

/** Files that no run reads: types, source maps, C++ sources, all fonts except that of figures. */
const unread = [
  '**/*.map',
  '**/*.d.{ts,cts,mts}',
  '**/*.{c,cc,h,gyp}',
  'ttf/DejaVu{Serif,Math}*.ttf',
  'ttf/DejaVuSans[CM-]*.ttf',
];

function filesBelow(folder: string, prefix: string, patterns: string | string[], ignore: string[] = []): Member[] {
  const names = globSync(patterns, { cwd: folder, dot: true, ignore, expandDirectories: false });
  return names.sort().map((name) => fileMember(join(folder, name), join(prefix, name)));
}

function fileMember(file: string, path: string): Member {
  const { size, mode } = statSync(file);
  return { path, executable: (mode & 0o111) !== 0, bytes: size, content: { file } };
}

interface BundleInputs {
  /** Root of this program: package.json, bin, dist, configs, node_modules. */
  readonly root: string;
  /** A finished engine that contains its libraries. */
  readonly engine: string;
  /** A Node.js binary. */
  readonly node: string;
  /** Leaves out NVIDIA's libraries: the target machine has CUDA 12 and cuDNN 9 where its loader finds them. */
  readonly withoutLibraries: boolean;
}

/** Returns all files except the launcher and the checksums. Paths: `app/…`, `engine/<name>/…`, `node/bin/node`. */
export function bundleMembers({ root, engine, node, withoutLibraries }: BundleInputs): Member[] {
  if (!existsSync(join(root, 'dist', 'cli', 'main.js'))) {
    throw cannot('pack the program', `${join(root, 'dist')} contains no build`, {
      code: 'bundle/packing',
      hint: 'run `npm run build`',
    });
  }
  if (basename(dirname(root)) === 'node_modules') {
    const reason = 'it is installed as a package, so its dependencies are mixed with others';
    throw cannot('pack the program', reason, { code: 'bundle/packing', hint: 'pack it in a clone of its repository' });
  }
  const own = [
    'package.json',
    'bin/**',
    'dist/**',
    'configs/**',
    'native/**',
    'bundle/**',
    'README.md',
    'LICENSE',
    'THIRD-PARTY-NOTICES',
  ];
  const packages = productionPackages(root).flatMap((folder) =>
    filesBelow(folder, join('app', relative(root, folder)), '**', ['node_modules/**', ...unread]),
  );
  const left = [`${engineFiles.headers}/**`, ...(withoutLibraries ? ['nvidia/**', 'nvidia*.dist-info/**'] : [])];
  const name = relative(dirname(engine), engine);
  return [
    fileMember(node, 'node/bin/node'),
    ...filesBelow(engine, join('engine', name), '**', left),
    ...packages,
    ...filesBelow(root, 'app', own, unread),
  ];
}

/** Errors: the Node.js binary needs libraries that a minimal system lacks, as builds of some distributions do. */
export function checkNode(node: string): void {
  const elf = readElf(node);
  const foreign = elf?.needed.filter((name) => !isSystemLibrary(name)) ?? [];
  if (elf !== undefined && foreign.length === 0) return;
  const reason = elf === undefined ? 'it is not a Linux executable' : `it needs ${foreign.join(', ')}`;
  throw cannot(`pack ${node}`, reason, {
    code: 'bundle/packing',
    hint: 'use a Node.js from https://nodejs.org, which needs only system libraries',
  });
}

/** Returns the newest version of glibc that a program or library of the bundle requires, such as `2.34`. */
export function neededGlibc(members: readonly Member[]): string {
  const versions = members
    .filter(({ path }) => path === 'node/bin/node' || /\.node$|\.so(\.\d+)*$/.test(path))
    .flatMap(({ content }) => (content instanceof Uint8Array ? [] : (readElf(content.file)?.versions ?? [])))
    .flatMap((version) => /^GLIBC_2\.(\d+)/.exec(version)?.[1] ?? []);
  return `2.${Math.max(17, ...versions.map(Number))}`;
}
