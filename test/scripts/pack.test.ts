// The npm package: its files, and the modules that users can import.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { test } from '../temporary-folder.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const manifest = z
  .object({ private: z.boolean().optional(), os: z.array(z.string()), exports: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(`${root}package.json`, 'utf8')));
const packed = z.tuple([z.object({ files: z.array(z.object({ path: z.string() })) })]);

describe('npm pack', () => {
  let paths: readonly string[];
  beforeAll(async () => {
    const { stdout } = await execa('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
    const [{ files }] = packed.parse(JSON.parse(stdout));
    paths = files.map(({ path }) => path);
  });

  it('holds what the program reads, its types and its licences', () => {
    expect(paths).toEqual(
      expect.arrayContaining([
        ...['bin/isda.js', 'bin/package.json', 'bundle/install.sh', 'bundle/launcher.sh'],
        ...['native/open_quietly.cc', 'native/session_config.cc'],
        ...['dist/cli/main.js', 'dist/data/loader/worker.js', 'dist/report/printed-numbers.json', 'dist/cli/kit.d.ts'],
        ...['configs/smoke/tiny-isda.yaml', 'LICENSE', 'THIRD-PARTY-NOTICES', 'README.md', 'package.json'],
      ]),
    );
  });

  it('holds no sources, tests, results or maps', () => {
    const folders = new Set(paths.flatMap((path) => (path.includes('/') ? [path.split('/')[0]] : [])));
    expect([...folders].sort()).toEqual(['bin', 'bundle', 'configs', 'dist', 'native']);
    expect(paths.filter((path) => /\.map$|^dist\/.*(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  it('may be published, for Linux, and exports what exists', () => {
    expect(manifest.private).toBeUndefined();
    expect(manifest.os).toEqual(['linux']);
    const targets = Object.values(manifest.exports).flatMap((entry) =>
      typeof entry === 'string' ? [entry] : Object.values(z.record(z.string(), z.string()).parse(entry)),
    );
    expect(targets).toContain('./dist/cli/kit.d.ts');
    for (const target of targets) expect([target, existsSync(`${root}${target}`)]).toEqual([target, true]);
  });
});

describe('`npm run pack`', () => {
  it('carries the sources of the binding without a script, anything to compile, or a dependency that is not used', async () => {
    const code = `const { packedManifests } = await import(${JSON.stringify(`${root}scripts/pack.mjs`)});
      console.log(JSON.stringify(packedManifests()));`;
    const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', code], { cwd: root });
    const manifests = z.record(z.string(), z.record(z.string(), z.unknown())).parse(JSON.parse(stdout));
    const binding = manifests['node_modules/@tensorflow/tfjs-node-gpu/package.json'];
    expect(manifests['package.json']).toMatchObject({ bundleDependencies: ['@tensorflow/tfjs-node-gpu'] });
    expect(binding).toMatchObject({ name: '@tensorflow/tfjs-node-gpu', gypfile: false });
    expect(binding['dependencies']).toEqual({ 'google-protobuf': '^3.9.2' });
    expect(binding).not.toHaveProperty('scripts');
  });

  test('leaves the manifests as they were, also after it was interrupted', async ({ folder }) => {
    const files = ['package.json', 'node_modules/@tensorflow/tfjs-node-gpu/package.json'];
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      copyFileSync(join(root, file), join(folder, file));
    }
    const contents = (base: string): string[] => files.map((file) => readFileSync(join(base, file), 'utf8'));
    const run = async (...steps: readonly string[]): Promise<void> => {
      const code = `const pack = await import(${JSON.stringify(`${root}scripts/pack.mjs`)});
        for (const step of ${JSON.stringify(steps)}) pack[step + 'Manifests'](${JSON.stringify(folder)});`;
      await execa(process.execPath, ['--input-type=module', '-e', code]);
    };
    await run('exchange');
    expect(contents(folder)).not.toEqual(contents(root));
    await run('exchange', 'restore');
    expect(contents(folder)).toEqual(contents(root));
    await run('exchange');
    writeFileSync(join(folder, 'package.json'), '{"name": "edited"}');
    await run('restore');
    expect(contents(folder)).toEqual(['{"name": "edited"}', contents(root)[1]]);
  });
});
