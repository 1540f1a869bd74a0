import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { createFile } from '../../src/common/create-file.js';
import { test } from '../temporary-folder.js';

describe('a file that is created', () => {
  test('is there whole from its first moment on', async ({ folder }) => {
    const path = join(folder, 'file');
    let created = false;
    const creating = createFile(path, 'whole').finally(() => void (created = true));
    while (!created) {
      if (existsSync(path)) expect(readFileSync(path, 'utf8')).toBe('whole');
      await setImmediate();
    }
    expect(await creating).toBe(true);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('is that of one process of many, and another one stays as it is', async ({ folder }) => {
    const path = join(folder, 'file');
    const made = await Promise.all(Array.from({ length: 30 }, (_, index) => createFile(path, `${index}`)));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(path, 'utf8')).toBe(`${made.indexOf(true)}`);
    expect(await createFile(path, 'later')).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(`${made.indexOf(true)}`);
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('takes away what a killed process left of it, and nothing else', async ({ folder }) => {
    for (const name of ['.file.0123456789ab.tmp', '.other.0123456789ab.tmp']) writeFileSync(join(folder, name), '');
    await createFile(join(folder, 'file'), 'whole');
    expect(readdirSync(folder).sort()).toEqual(['.other.0123456789ab.tmp', 'file']);
  });

  test('cannot be made in a folder that is not there', async ({ folder }) => {
    await expect(createFile(join(folder, 'gone', 'file'), '')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
