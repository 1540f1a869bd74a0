// The manifest of a bundle, and the check that its parts are complete.
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileSha256 } from '../../common/checksum.js';
import { cannot, reasonOf, systemCode } from '../../common/errors.js';

export const manifestName = 'manifest.json';
export const sumsName = 'SHA256SUMS';

/** `manifest.json`; install.sh reads it with sed, so each value is on its own line. */
const manifestSchema = z.strictObject({
  format: z.literal(1),
  /** Version of this program. */
  isda: z.string(),
  node: z.string(),
  tensorflow: z.string(),
  build: z.enum(['cpu', 'cuda']),
  /** As printed by `uname -s` and `uname -m`, such as `Linux-x86_64`. */
  machine: z.string(),
  /** The oldest version of glibc with which the files work. */
  glibc: z.string(),
  /** Name of the engine's folder in the cache. */
  engine: z.string().regex(/^[\w.-]+$/),
  files: z.int(),
  bytes: z.int(),
  parts: z.array(
    z.strictObject({
      file: z.string().regex(/^[\w.-]+$/),
      bytes: z.int(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
});
export type Manifest = z.output<typeof manifestSchema>;

/** Returns the machine name of this process, such as `Linux-x86_64`. */
export function machineName(): string {
  const names: Partial<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' };
  return `Linux-${names[process.arch] ?? process.arch}`;
}

/** Formats checksums for `sha256sum --check`. */
export function sums(files: readonly { readonly path: string; readonly sha256: string }[]): string {
  return files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
}

/** Reads a bundle's manifest. Errors: the folder is not a bundle. */
export function readManifest(folder: string): Manifest {
  const path = join(folder, manifestName);
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: `it has no ${manifestName}`,
      ENOTDIR: 'it is not a folder',
    };
    const reason =
      reasons[systemCode(error) ?? ''] ??
      `${manifestName} is not readable: ${error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error)}`;
    throw cannot(`use the bundle ${folder}`, reason, {
      code: 'bundle/damaged',
      hint: '`isda setup --bundle FOLDER` creates one',
    });
  }
}

/** Errors: a part is missing or not as packed; names the part. */
export async function checkParts(folder: string, manifest: Manifest): Promise<void> {
  const refuse = (reason: string): Error =>
    cannot(`use the bundle ${folder}`, reason, { code: 'bundle/damaged', hint: 'copy that part again' });
  for (const part of manifest.parts) {
    const path = join(folder, part.file);
    const bytes = (await stat(path).catch(() => undefined))?.size;
    if (bytes === undefined) throw refuse(`its part ${part.file} is missing`);
    if (bytes !== part.bytes) throw refuse(`its part ${part.file} has ${bytes} bytes, not ${part.bytes}`);
    if (fileSha256(path) !== part.sha256) throw refuse(`its part ${part.file} is damaged: its checksum is wrong`);
  }
}
