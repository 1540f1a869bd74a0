import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect } from 'vitest';
import { test } from './temporary-folder.js';

const lintImports = (folder: string) =>
  execa('node_modules/.bin/depcruise', ['--config', '.dependency-cruiser.js', folder], { reject: false });

describe('lint', () => {
  test('refuses an import circle that consists of types only', async ({ folder }) => {
    await writeFile(join(folder, 'a.ts'), "import type { B } from './b.js';\nexport interface A {\n  b?: B;\n}\n");
    await writeFile(join(folder, 'b.ts'), 'export interface B {\n  a?: number;\n}\n');
    expect((await lintImports(folder)).exitCode).toBe(0);
    await writeFile(join(folder, 'b.ts'), "import type { A } from './a.js';\nexport interface B {\n  a?: A;\n}\n");
    const { exitCode, stdout } = await lintImports(folder);
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('no-circular');
  });
});
