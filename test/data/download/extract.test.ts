import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { formatError } from '../../../src/common/errors.js';
import { extractArchive, type ExtractLimits } from '../../../src/data/download/extract.js';
import { temporaryFolder } from '../helpers.js';
import { makeArchive, type Entry } from '../../support/archive.js';

const limits: ExtractLimits = { maxBytes: 10_000, maxEntries: 5 };

async function extracted(archive: Uint8Array, used = limits) {
  const folder = await temporaryFolder();
  const path = join(folder, 'a.tar.gz');
  const target = join(folder, 'deep', 'target');
  await writeFile(path, archive);
  await mkdir(target, { recursive: true });
  const error = await extractArchive(path, target, used).then(
    () => undefined,
    (thrown: unknown) => formatError(thrown, false),
  );
  return { error, target, context: [...(await readdir(folder)), ...(await readdir(join(folder, 'deep')))] };
}

const good: Entry = { path: 'set/a.bin', content: 'pixels' };

describe('extractArchive', () => {
  it('unpacks files and folders', async () => {
    const { error, target } = await extracted(makeArchive([{ path: 'set/', type: 'Directory' }, good]));
    expect(error).toBeUndefined();
    expect(await readFile(join(target, 'set/a.bin'), 'utf8')).toBe('pixels');
  });

  it.each<[Entry, string]>([
    [{ path: '../escaped', content: 'x' }, "../escaped leads out of the archive's folder"],
    [{ path: 'set/../../escaped', content: 'x' }, "set/../../escaped leads out of the archive's folder"],
    [{ path: 'set\\..\\..\\escaped', content: 'x' }, "leads out of the archive's folder"],
    [{ path: '/tmp/isda-escaped', content: 'x' }, '/tmp/isda-escaped is an absolute path'],
    [{ path: 'C:\\escaped', content: 'x' }, 'is an absolute path'],
    [{ path: 'set/l', type: 'SymbolicLink', linkpath: '/etc' }, 'set/l is not a file or folder (SymbolicLink)'],
    [{ path: 'set/l', type: 'Link', linkpath: 'set/a.bin' }, 'set/l is not a file or folder (Link)'],
    [{ path: 'set/d', type: 'CharacterDevice' }, 'set/d is not a file or folder (CharacterDevice)'],
    [{ path: 'set/p', type: 'FIFO' }, 'set/p is not a file or folder (FIFO)'],
    [{ path: 'set/big', content: Buffer.alloc(10_001) }, 'it unpacks to more than 10000 bytes'],
    [{ path: 'set/huge', size: 8_000_000_000 }, 'it unpacks to more than 10000 bytes'],
  ])('refuses $path before anything is written', async (entry, reason) => {
    const { error, target, context } = await extracted(makeArchive([good, entry]));
    expect(error).toContain('cannot unpack the archive: ');
    expect(error).toContain(reason);
    expect(await readdir(target)).toEqual([]);
    expect(context).toEqual(['a.tar.gz', 'deep', 'target']);
  });

  it('refuses too many small files together, in bytes and in number', async () => {
    const files = (count: number, bytes: number) =>
      makeArchive(Array.from({ length: count }, (_, i) => ({ path: `f${i}`, content: Buffer.alloc(bytes) })));
    expect((await extracted(files(4, 2600))).error).toContain('more than 10000 bytes');
    expect((await extracted(files(6, 1))).error).toContain('more than 5 entries');
    expect((await extracted(files(5, 2000))).error).toBeUndefined();
  });

  it('refuses what is cut off, no archive or empty', async () => {
    const whole = makeArchive([
      { path: 'f', content: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i) % 251)) },
    ]);
    for (const archive of [
      whole.subarray(0, whole.length - 400),
      Buffer.from('<html>not here</html>'.repeat(50)),
      gzipSync(Buffer.alloc(2048)),
      Buffer.alloc(0),
    ]) {
      const { error, target } = await extracted(archive);
      expect(error).toContain('cannot unpack the archive: ');
      expect(await readdir(target)).toEqual([]);
    }
  });
});
