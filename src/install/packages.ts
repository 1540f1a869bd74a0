// The npm packages that the binding is compiled from: paths and versions.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { z } from 'zod';

const manifestSchema = z.object({ version: z.string() });

/** Returns the folder of an installed npm package. */
export function packageDirectory(name: string): string {
  return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
}

/** Returns the version of an installed npm package. */
export function packageVersion(name: string): string {
  return manifestSchema.parse(JSON.parse(readFileSync(`${packageDirectory(name)}/package.json`, 'utf8'))).version;
}
