// `npm run pack`: before and after `npm pack`. The package carries the part of tfjs-node-gpu that it uses, so that
// installing it neither downloads the dependencies of the rest nor runs its install script, which fetches a TensorFlow.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, projectRoot, run, runScript } from './bootstrap.mjs';

const binding = '@tensorflow/tfjs-node-gpu';
/** The manifests as they were, by path, while `npm pack` runs. */
const originals = join(projectRoot, 'node_modules', '.unpacked-manifests.json');

const read = (path) => readFileSync(join(projectRoot, path), 'utf8');
const write = (path, text) => writeFileSync(join(projectRoot, path), text);

/**
 * The manifests that the package holds, by path: this program's, and the binding's for its sources and messages alone.
 */
export function packedManifests() {
  const own = JSON.parse(read('package.json'));
  const path = join('node_modules', binding, 'package.json');
  const { name, version, license, repository, dependencies } = JSON.parse(read(path));
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

async function before() {
  rmSync(join(projectRoot, 'dist'), { recursive: true, force: true });
  await run('npm', ['run', 'build'], { action: 'compile the program' });
  const manifests = Object.entries(packedManifests());
  writeFileSync(originals, JSON.stringify(manifests.map(([path]) => [path, read(path)])));
  for (const [path, manifest] of manifests) write(path, `${JSON.stringify(manifest, undefined, 2)}\n`);
  return 0;
}

function after() {
  for (const [path, text] of JSON.parse(readFileSync(originals, 'utf8'))) write(path, text);
  rmSync(originals);
  return 0;
}

if (isMain(import.meta.url)) await runScript(process.argv[2] === 'after' ? after : before);
