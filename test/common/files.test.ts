import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { formatError } from '../../src/common/errors.js';
import { makeFolder, readFailure, removeLeftovers, writeFailure, writeFileAtomically } from '../../src/common/files.js';
import { counted, formatBytes, formatCount, formatDuration } from '../../src/common/format.js';
import { test } from '../temporary-folder.js';

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: something, write`), { code });
}

describe('writeFileAtomically', () => {
  test('writes texts, bytes and pieces, and leaves nothing else', async ({ folder }) => {
    await writeFileAtomically(join(folder, 'text'), 'größe\n');
    await writeFileAtomically(join(folder, 'bytes'), Uint8Array.of(1, 2, 3));
    await writeFileAtomically(join(folder, 'pieces'), [Uint8Array.of(1), new Uint8Array(0), Uint8Array.of(2, 3)]);
    await writeFileAtomically(join(folder, 'empty'), []);
    expect(readFileSync(join(folder, 'text'), 'utf8')).toBe('größe\n');
    expect([...readFileSync(join(folder, 'bytes'))]).toEqual([1, 2, 3]);
    expect([...readFileSync(join(folder, 'pieces'))]).toEqual([1, 2, 3]);
    expect(statSync(join(folder, 'empty')).size).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['bytes', 'empty', 'pieces', 'text']);
  });

  test('replaces a file with its rights kept, through a link', async ({ folder }) => {
    writeFileSync(join(folder, 'file'), 'old');
    chmodSync(join(folder, 'file'), 0o600);
    symlinkSync('file', join(folder, 'link'));
    await writeFileAtomically(join(folder, 'link'), 'new');
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('new');
    expect(statSync(join(folder, 'file')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['file', 'link']);
  });

  test('makes the file that a link leads to', async ({ folder }) => {
    mkdirSync(join(folder, 'other'));
    symlinkSync('other/file', join(folder, 'second'));
    symlinkSync('second', join(folder, 'link'));
    await writeFileAtomically(join(folder, 'link'), 'new');
    expect(readFileSync(join(folder, 'other', 'file'), 'utf8')).toBe('new');
    expect(readlinkSync(join(folder, 'link'))).toBe('second');
    symlinkSync('loop', join(folder, 'loop'));
    await writeFileAtomically(join(folder, 'loop'), 'new');
    expect(readFileSync(join(folder, 'loop'), 'utf8')).toBe('new');
  });

  test('an error while writing keeps the old file and leaves nothing behind', async ({ folder }) => {
    const path = join(folder, 'file');
    writeFileSync(path, 'old');
    function* torn(): Generator<Uint8Array> {
      yield Uint8Array.of(1);
      throw systemError('ENOSPC');
    }
    await expect(writeFileAtomically(path, torn())).rejects.toThrow(
      /^cannot write .*file: the disk is full \(.* free\)$/,
    );
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('names what stands in the way', async ({ folder }) => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'sub'));
    await expect(writeFileAtomically(join(folder, 'none', 'a'), 'x')).rejects.toThrow('its folder does not exist');
    await expect(writeFileAtomically(join(folder, 'file', 'a'), 'x')).rejects.toThrow('is a file, not a folder');
    await expect(writeFileAtomically(join(folder, 'sub'), 'x')).rejects.toThrow('a folder of that name exists');
    expect(readdirSync(folder).sort()).toEqual(['file', 'sub']);
  });

  test('readers see the old or the new file at any moment', async ({ folder }) => {
    const path = join(folder, 'file');
    const contents = ['a', 'b'].map((letter) => letter.repeat(300_000));
    await writeFileAtomically(path, contents[0]);
    let writing = true;
    const reader = (async () => {
      let reads = 0;
      for (; writing; reads++) {
        expect(contents).toContain(readFileSync(path, 'utf8'));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return reads;
    })();
    for (let i = 0; i < 20; i++) await writeFileAtomically(path, contents[i % 2]);
    writing = false;
    expect(await reader).toBeGreaterThan(0);
  });
});

test('every reason is said in words, with a hint and the free space where it matters', () => {
  expect(formatError(writeFailure('/x/y', systemError('ENOSPC'), 5 * 1024), false)).toBe(
    'error: cannot write /x/y: the disk is full (5.00 KiB free)\n  hint: free some space or choose another folder',
  );
  expect(writeFailure('/x', systemError('EDQUOT'), 0).message).toBe(
    'cannot write /x: the disk quota is used up (0 B free)',
  );
  expect(writeFailure('/x', systemError('EROFS'), 7).message).toBe('cannot write /x: the file system is read-only');
  expect(writeFailure('/x', systemError('EACCES')).message).toBe('cannot write /x: permission denied');
  expect(writeFailure('/x', systemError('EWEIRD')).message).toBe('cannot write /x: EWEIRD: something, write');
  expect(formatError(readFailure('/x', systemError('EACCES')), false)).toBe(
    'error: cannot read /x: permission denied\n  hint: check its owner and permissions (ls -ld)',
  );
  expect(readFailure('/x', systemError('EACCES'), 'choose another one').hint).toBe('choose another one');
  expect(readFailure('/x', systemError('EISDIR')).hint).toBeUndefined();
});

test('makeFolder makes parents and refuses a file in the way', async ({ folder }) => {
  await makeFolder(join(folder, 'a', 'b'));
  await makeFolder(join(folder, 'a', 'b'));
  expect(statSync(join(folder, 'a', 'b')).isDirectory()).toBe(true);
  writeFileSync(join(folder, 'file'), '');
  await expect(makeFolder(join(folder, 'file'))).rejects.toThrow('a file of that name exists');
  await expect(makeFolder(join(folder, 'file', 'a'))).rejects.toThrow('is a file, not a folder');
});

test('makeFolder gives up where the system takes no folders', async ({ folder }) => {
  for (const path of ['/proc/isda', '/proc/isda/run'])
    await expect(makeFolder(path)).rejects.toThrow(
      `cannot create the folder ${path}: the file system does not allow a folder there`,
    );
  // A dangling link is not a folder either.
  symlinkSync('nowhere', join(folder, 'link'));
  await expect(makeFolder(join(folder, 'link'))).rejects.toThrow('a file of that name exists');
});

test('a pipe or device is not replaced by a file', async ({ folder }) => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  symlinkSync('pipe', join(folder, 'link'));
  for (const path of [pipe, join(folder, 'link')])
    await expect(writeFileAtomically(path, 'x')).rejects.toThrow(`cannot write ${path}: it is a named pipe`);
  expect(statSync(pipe).isFIFO()).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['link', 'pipe']);
});

test('makeFolder of many at once', async ({ folder }) => {
  const path = join(folder, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 20 }, (_, index) => makeFolder(join(path, String(index % 2)))));
  expect(readdirSync(path).sort()).toEqual(['0', '1']);
});

test('removeLeftovers deletes what an atomic write left and nothing else', async ({ folder }) => {
  for (const name of ['.a.csv.0123456789ab.tmp', 'a.tmp', '.a.tmp', 'a.csv']) writeFileSync(join(folder, name), '');
  await removeLeftovers(folder);
  expect(readdirSync(folder).sort()).toEqual(['.a.tmp', 'a.csv', 'a.tmp']);
  await removeLeftovers(join(folder, 'none'));
});

test.each([
  [0, '0.0 s'],
  [9.94, '9.9 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min 00 s'],
  [185, '3 min 05 s'],
  [3599.7, '1 h 00 min'],
  [7620, '2 h 07 min'],
  [86399, '1 d 00 h'],
  [273600, '3 d 04 h'],
  [NaN, '?'],
  [Infinity, '?'],
  [-1, '?'],
])('formatDuration(%d) is %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});

test('counted', () => {
  expect([0, 1, 2].map((count) => counted(count, 'run'))).toEqual(['0 runs', '1 run', '2 runs']);
});

test('formatCount and formatBytes', () => {
  expect([0, 950, 999, 1000, 1200, 36_479_194, 999_960, 1e12, 5e15].map(formatCount)).toEqual(
    ['0', '950', '999', '1.00k', '1.20k', '36.5M', '1.00M', '1.00T', '5000T'], // prettier-ignore
  );
  expect([512, 1536, 2 ** 31].map(formatBytes)).toEqual(['512 B', '1.50 KiB', '2.00 GiB']);
});
