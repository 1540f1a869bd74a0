// Compiles native/resample.ts (AssemblyScript) into src/data/datasets/image-folder/kernel-bytes.ts. Run it after a
// change of the source.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { isMain, projectRoot, runScript } from './bootstrap.mjs';

const compiler = 'assemblyscript@0.28.20';
const flags = ['-O3', '--noAssert', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', '1'];

async function main() {
  const source = join(projectRoot, 'native/resample.ts');
  const folder = mkdtempSync(join(tmpdir(), 'isda-kernel-'));
  try {
    const out = join(folder, 'resample.wasm');
    const asc = ['--yes', '--package', compiler, '--', 'asc', source, ...flags, '-o', out];
    await execa('npx', asc, { cwd: folder, stdio: 'inherit' });
    const hash = createHash('sha256').update(readFileSync(source)).digest('hex');
    const text = `// native/resample.ts, compiled by scripts/build-kernel.mjs with ${compiler}; not to be edited.

/** SHA-256 of the source that this was compiled from. */
export const kernelSource = '${hash}';

/** The WebAssembly module, in base64. */
export const kernelBytes =
  '${readFileSync(out).toString('base64')}';
`;
    writeFileSync(join(projectRoot, 'src/data/datasets/image-folder/kernel-bytes.ts'), text);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

if (isMain(import.meta.url)) await runScript(main);
