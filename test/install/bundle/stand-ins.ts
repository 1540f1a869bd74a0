// A fake program, engine and Node.js of a few kilobytes each, packed instead of the real ones.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { packBundle, programRoot, type PackOptions } from '../../../src/install/bundle/pack.js';
import { ensureEngine } from '../../../src/install/ensure.js';
import type { EngineLocation, EngineSetupOptions } from '../../../src/install/location.js';
import { fakeBinding, fakeCompiler, fakePython, makeWheel, type Machine } from '../fakes.js';

/** Writes files, given by path. */
export async function writeTree(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

/** A program with packages: `used` contains `nested`, an optional one is missing, `tool` is for development. */
export async function makeProgram(root: string): Promise<void> {
  const manifest = (name: string, more: object = {}): string => JSON.stringify({ name, version: '1.2.3', ...more });
  await writeTree(root, {
    'package.json': manifest('isda', { dependencies: { used: '1' }, devDependencies: { tool: '1' } }),
    'bin/isda.js': '',
    'dist/cli/main.js': '',
    'dist/cli/main.d.ts': '',
    'configs/a.yaml': '',
    LICENSE: '',
    'THIRD-PARTY-NOTICES': '',
    'src/cli/main.ts': '',
    'node_modules/used/package.json': manifest('used', {
      dependencies: { nested: '1', shared: '1' },
      optionalDependencies: { 'missing-optional': '1' },
    }),
    'node_modules/used/index.js': '',
    'node_modules/used/index.js.map': '',
    'node_modules/used/node_modules/nested/package.json': manifest('nested', { dependencies: { used: '1' } }),
    'node_modules/shared/package.json': manifest('shared'),
    'node_modules/tool/package.json': manifest('tool'),
  });
  await cp(join(programRoot, 'bundle'), join(root, 'bundle'), { recursive: true });
}

/** A fake Node.js for a bundle: prints its arguments and the launcher's variables, one per line. */
export async function makeNode(path: string, words: readonly string[] = []): Promise<void> {
  const source = `${path}.cc`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(
    source,
    `#include <cstdio>
     #include <cstdlib>
     #include <initializer_list>
     int main(int count, char** words) {
       for (int i = 1; i < count; i++) std::puts(words[i]);
       for (const char* name : {"ISDA_HOME", "ISDA_BUILD", "ISDA_LIBTENSORFLOW", "ISDA_PROGRAM"})
         std::printf("%s=%s\\n", name, std::getenv(name) ? std::getenv(name) : "");
     }`,
  );
  await execa('c++', [source, ...words, '-o', path]);
}

/** An engine in the machine's cache, made from a wheel of a few bytes. */
export async function makeEngine(machine: Machine): Promise<EngineLocation> {
  const wheelFile = join(machine.root, 'wheel.zip');
  const wheel = await makeWheel(wheelFile);
  await machine.program('g++', fakeCompiler(await fakeBinding(machine.root), join(machine.root, 'compiled')));
  await machine.program('python3', fakePython(`cp "${wheelFile}" "$dest/${wheel.file}"`));
  return ensureEngine({ ...engineOptions(machine), wheels: [wheel] });
}

export function engineOptions({ home, environment }: Machine): EngineSetupOptions {
  return { home, environment, build: 'cpu', log: () => {} };
}

export interface Packing {
  readonly machine: Machine;
  readonly engine: EngineLocation;
  readonly root: string;
  readonly node: string;
}

/** Packs the fake parts into a folder of the machine. */
export async function pack(
  { machine, engine, root, node }: Packing,
  name: string,
  more: Partial<PackOptions> = {},
): Promise<string> {
  const out = join(machine.root, name);
  await mkdir(out);
  const fixed = { out, root, engine, node: { path: node, version: 'v20.0.0' }, log: () => {} };
  await packBundle({ ...fixed, partBytes: undefined, withoutLibraries: false, ...more });
  return out;
}
