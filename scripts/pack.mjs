// `npm run pack`: before and after `npm pack`. The package carries the part of tfjs-node-gpu that it uses, so that
// installing it neither downloads the dependencies of the rest nor runs its install script, which fetches a TensorFlow.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, projectRoot, run, runScript } from './bootstrap.mjs';

const binding = '@tensorflow/tfjs-node-gpu';
/** The manifests as they were and as they are packed, by path, while `npm pack` runs. */
const originals = join('node_modules', '.unpacked-manifests.json');

/**
 * The manifests that the package holds, by path: this program's, and the binding's for its sources and messages alone.
 */
export function packedManifests(root = projectRoot) {
  const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const own = read('package.json');
  const path = join('node_modules', binding, 'package.json');
  const { name, version, license, repository, dependencies } = read(path);
  return {
    'package.json': { ...own, bundleDependencies: [binding] },
    [path]: {
      ...{ name, version, license, repository },
      files: ['binding', 'dist/proto'],
      gypfile: false,
      dependencies: { 'google-protobuf': dependencies['google-protobuf'] },
    },
  };
}

/** Writes the packed manifests in place of the originals, also where an interrupted `npm pack` left them exchanged. */
export function exchangeManifests(root = projectRoot) {
  restoreManifests(root);
  const manifests = Object.entries(packedManifests(root)).map(([path, manifest]) => {
    const packed = `${JSON.stringify(manifest, undefined, 2)}\n`;
    return { path, original: readFileSync(join(root, path), 'utf8'), packed };
  });
  writeFileSync(join(root, originals), JSON.stringify(manifests));
  for (const { path, packed } of manifests) writeFileSync(join(root, path), packed);
}

/** Writes the originals again, if they are exchanged. A manifest that was changed meanwhile stays as it is. */
export function restoreManifests(root = projectRoot) {
  const record = join(root, originals);
  if (!existsSync(record)) return;
  for (const { path, original, packed } of JSON.parse(readFileSync(record, 'utf8')))
    if (readFileSync(join(root, path), 'utf8') === packed) writeFileSync(join(root, path), original);
  rmSync(record);
}

async function before() {
  restoreManifests();
  rmSync(join(projectRoot, 'dist'), { recursive: true, force: true });
  await run('npm', ['run', 'build'], { action: 'compile the program' });
  exchangeManifests();
  return 0;
}

function after() {
  restoreManifests();
  return 0;
}

if (isMain(import.meta.url)) await runScript(process.argv[2] === 'after' ? after : before);
