// Replacing a folder, and what remains if that fails.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { replaceFolder } from '../../src/common/replace-folder.js';
import { test as base } from '../temporary-folder.js';

const test = base.extend<{ folders: (...names: readonly string[]) => () => Promise<void> }>({
  folders: async ({ folder }, use) => {
    const at = (name: string): string => join(folder, name);
    await use((...names) => {
      for (const name of names) {
        mkdirSync(at(name));
        writeFileSync(join(at(name), `of-${name}`), '');
      }
      return () => replaceFolder(at('present'), at('made'), at('old'));
    });
  },
});

describe('replaceFolder', () => {
  test('moves the old folder aside', async ({ folder, folders }) => {
    await folders('present', 'made')();
    expect(readdirSync(folder).sort()).toEqual(['old', 'present']);
    expect(readdirSync(join(folder, 'present'))).toEqual(['of-made']);
    expect(readdirSync(join(folder, 'old'))).toEqual(['of-present']);
  });

  test('needs no old folder', async ({ folder, folders }) => {
    await folders('made')();
    expect(readdirSync(folder)).toEqual(['present']);
  });

  test('restores the old folder if the new one cannot be moved', async ({ folder, folders }) => {
    await expect(folders('present')()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(readdirSync(folder)).toEqual(['present']);
    expect(readdirSync(join(folder, 'present'))).toEqual(['of-present']);
  });

  test('leaves all as it is if the old folder cannot be moved', async ({ folder, folders }) => {
    await expect(folders('present', 'made', 'old')()).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    expect(readdirSync(folder).sort()).toEqual(['made', 'old', 'present']);
  });
});
