// Which files lint and Prettier check, and which tests need a process of their own.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { getFileInfo } from 'prettier';
import { glob } from 'tinyglobby';
import { describe, expect, it } from 'vitest';
import { ownProcess } from '../vitest.config.js';
import { test } from './temporary-folder.js';

const lintImports = (folder: string) =>
  execa('node_modules/.bin/depcruise', ['--config', '.dependency-cruiser.js', folder], { reject: false });

describe('lint', () => {
  test('refuses a circular import of types only', async ({ folder }) => {
    await writeFile(join(folder, 'a.ts'), "import type { B } from './b.js';\nexport interface A {\n  b?: B;\n}\n");
    await writeFile(join(folder, 'b.ts'), 'export interface B {\n  a?: number;\n}\n');
    expect((await lintImports(folder)).exitCode).toBe(0);
    await writeFile(join(folder, 'b.ts'), "import type { A } from './a.js';\nexport interface B {\n  a?: A;\n}\n");
    const { exitCode, stdout } = await lintImports(folder);
    expect(exitCode).not.toBe(0);
    expect(stdout).toContain('no-circular');
  });
});

describe('prettier', () => {
  it('checks every file of source and tests', async () => {
    const files = await glob('{src,test,scripts,bench,examples,bin}/**/*.{ts,js,mjs}', { ignore: 'test/fixtures/**' });
    const infos = await Promise.all(files.map((file) => getFileInfo(file, { ignorePath: '.prettierignore' })));
    expect(files.filter((_, index) => infos[index].ignored)).toEqual([]);
  });
});

describe('tests that replace a module', () => {
  it('have a process of their own: elsewhere the module may be loaded already', async () => {
    const own = new Set(await glob(ownProcess));
    const files = await glob('test/**/*.test.ts');
    const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    const replacing = files.filter((_, index) => /^vi\.mock\(/m.test(texts[index]));
    expect(replacing).not.toEqual([]);
    expect(replacing.filter((file) => !own.has(file))).toEqual([]);
  });
});
