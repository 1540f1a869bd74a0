// Bundles whose archive was replaced: links, paths outside the folder, and files that are not those of its checksums.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { machineName } from '../../../src/install/bundle/manifest.js';
import { ensureFromBundle } from '../../../src/install/bundle/unpack.js';
import { engineDirectory } from '../../../src/install/location.js';
import { mountSmallDisk } from '../../faults/small-disk.js';
import { makeArchive, type Entry } from '../../support/archive.js';
import { bareMachine, type Machine } from '../fakes.js';
import { engineOptions } from './stand-ins.js';

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** The list of checksums of files with these contents. */
const listOf = (files: Readonly<Record<string, string>>): Entry => ({
  path: 'SHA256SUMS',
  content: Object.entries(files)
    .map(([path, content]) => `${sha256(content)}  ${path}\n`)
    .join(''),
});

describe('a bundle', () => {
  let machine: Machine;
  beforeEach(async () => {
    machine = await bareMachine();
    return () => rm(machine.root, { recursive: true, force: true });
  });

  /** Installs a bundle with this archive, whose manifest and checksums of parts are right. */
  async function install(entries: readonly Entry[], bytes = 1000): Promise<unknown> {
    const folder = join(machine.root, 'bundle');
    const archive = makeArchive(entries);
    await mkdir(folder);
    await writeFile(join(folder, 'isda.tar.gz'), archive);
    const manifest = {
      ...{ format: 1, isda: '0.1.0', node: 'v20.0.0', tensorflow: '2.21.0', build: 'cpu', glibc: '2.17' },
      ...{ machine: machineName(), engine: engine(), files: entries.length, bytes },
      parts: [{ file: 'isda.tar.gz', bytes: archive.length, sha256: sha256(archive) }],
    };
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
    return ensureFromBundle(folder, engineOptions(machine));
  }
  const engine = (): string => basename(engineDirectory(engineOptions(machine)));

  const cases: Record<string, (prefix: string) => [entries: Entry[], reason: string]> = {
    'with a symbolic link': (prefix) => [
      [{ path: `${prefix}link`, type: 'SymbolicLink', linkpath: '/etc' }, listOf({})],
      'link is no plain file (SymbolicLink)',
    ],
    'with a hard link': (prefix) => [
      [{ path: `${prefix}link`, type: 'Link', linkpath: '/etc/passwd' }, listOf({})],
      'link is no plain file (Link)',
    ],
    'with a path that leaves the folder': (prefix) => [
      [{ path: `${prefix}../../../escaped`, content: 'x' }, listOf({})],
      'escaped leads out of its folder',
    ],
    'with an absolute path after the prefix': (prefix) => [
      [{ path: `${prefix}/escaped`, content: 'x' }, listOf({})],
      'escaped leads out of its folder',
    ],
    'without checksums': (prefix) => [[{ path: `${prefix}a`, content: 'x' }], 'it has no SHA256SUMS'],
    'with a file that has another checksum': (prefix) => [
      [{ path: `${prefix}a`, content: 'x' }, listOf({ [`${prefix}a`]: 'y' })],
      'a is not what was packed',
    ],
    'with a file that has no checksum': (prefix) => [
      [{ path: `${prefix}a`, content: 'x' }, { path: `${prefix}b`, content: 'x' }, listOf({ [`${prefix}a`]: 'x' })],
      'b is not in its SHA256SUMS',
    ],
    'without a file of the checksums': (prefix) => [[listOf({ [`${prefix}a`]: 'x' })], 'a is missing'],
    'that is larger than its manifest says': (prefix) => [
      [{ path: `${prefix}a`, content: 'x'.repeat(200_000) }, listOf({})],
      'it unpacks to more than the 1000 bytes that its manifest says',
    ],
  };

  it.each(Object.keys(cases))('is refused as damaged %s', async (name) => {
    const [entries, reason] = cases[name](`engine/${engine()}/`);
    const refused = install(entries);
    await expect(refused).rejects.toMatchObject({ code: 'bundle/damaged' });
    await expect(refused).rejects.toThrow(reason);
    expect(existsSync(join(machine.root, 'escaped'))).toBe(false);
    // Only the folder of the engines is left in the cache.
    expect(readdirSync(machine.home, { recursive: true })).toEqual(['engine']);
  });

  it('is not called damaged where the disk is full', async (context) => {
    const disk = await mountSmallDisk(machine.home, 300_000);
    if (disk === undefined) return context.skip('no disk can be mounted here');
    try {
      const large = { path: `engine/${engine()}/a`, content: ' '.repeat(400_000) };
      await expect(install([large, listOf({})], 400_000)).rejects.toMatchObject({
        code: 'file/write',
        message: expect.stringContaining('is on a full disk') as string,
      });
    } finally {
      await disk.unmount();
    }
  });
});
