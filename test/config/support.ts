// Config files in a temporary folder, and the messages of loading them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { formatError, IsdaError } from '../../src/common/errors.js';
import { loadConfig } from '../../src/config/load.js';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** A temporary folder with these files (path → contents), removed when the test ends. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'isda-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return folder;
}

/** Loads `name` in a folder; names are looked up in its `configs/`. */
export function loadIn(folder: string, name: string, overrides: readonly string[] = []) {
  return loadConfig(name, { overrides, workingDirectory: folder, configsDirectory: join(folder, 'configs') });
}

/** The message for the user when loading fails. Throws if it does not fail with an expected usage error. */
export function messageOf(folder: string, name: string, overrides: readonly string[] = []): string {
  try {
    loadIn(folder, name, overrides);
  } catch (error) {
    if (error instanceof IsdaError && error.kind === 'usage') return formatError(error, false);
    throw error;
  }
  throw new Error(`${name} loaded`);
}
