import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { formatError } from '../../../src/common/errors.js';
import { processStart, thisProcess } from '../../../src/common/lock.js';
import { loadCifar } from '../../../src/data/datasets/cifar/cifar.js';
import { downloadDataset, type DownloadOptions } from '../../../src/data/download/download.js';
import { cifarRecords, temporaryFolder, writeFiles } from '../helpers.js';
import { mountSmallDisk } from '../../faults/small-disk.js';
import { makeArchive, md5 } from '../../support/archive.js';
import { cutOff, sendRange, serve } from './server.js';

const content = makeArchive([
  { path: 'cifar-100-binary/', type: 'Directory' },
  { path: 'cifar-100-binary/train.bin', content: cifarRecords('cifar100', [5, 6, 7]) },
  { path: 'cifar-100-binary/test.bin', content: cifarRecords('cifar100', [8]) },
]);
const limits = { idleMs: 60_000, attempts: 3, backoffMs: 5, maxBytes: 1e6 };
const archiveAt = (url: string, bytes: Uint8Array = content) => ({ file: 'a.tar.gz', url, md5: md5(bytes) });

async function attempt(options: Partial<DownloadOptions> & Pick<DownloadOptions, 'directory'>) {
  return downloadDataset({ name: 'cifar100', limits, ...options }).then(
    (result) => ({ result, error: '' }),
    (thrown: unknown) => ({ result: undefined, error: formatError(thrown, false) }),
  );
}

describe('downloadDataset', () => {
  it('fetches over a cut connection, unpacks, and leaves the data set alone', async () => {
    const directory = join(await temporaryFolder(), 'new', 'folder');
    const server = await serve((request, response, number) => {
      if (number === 0) cutOff(response, content, 3000, join(directory, 'a.tar.gz'));
      else sendRange(request, response, content);
    });
    const { result } = await attempt({ directory, archive: archiveAt(server.url) });
    expect(result).toEqual({ folder: join(directory, 'cifar-100-binary'), outcome: 'downloaded' });
    expect(await readdir(directory)).toEqual(['cifar-100-binary']);
    const train = await loadCifar({ name: 'cifar100', directory, part: 'train' });
    expect([...train.labels]).toEqual([5, 6, 7]);
  });

  it('keeps wrong bytes aside, and starts anew the next time', async () => {
    const wrong = Buffer.from('wrong bytes');
    const server = await serve((request, response, number) =>
      sendRange(request, response, number === 0 ? wrong : content),
    );
    const directory = await temporaryFolder();
    const archive = archiveAt(server.url);
    const { error } = await attempt({ directory, archive });
    expect(error).toContain(`cannot use a.tar.gz: the md5 of the archive is ${md5(wrong)}, not ${md5(content)}`);
    expect(await readdir(directory)).toEqual(['a.tar.gz.bad']);
    expect((await attempt({ directory, archive })).result?.outcome).toBe('downloaded');
  });

  it('says what to do by hand where the server cannot be had, and takes the file that way', async () => {
    const server = await serve((_, response) => void response.writeHead(404).end());
    const folder = await temporaryFolder();
    const directory = join(folder, 'data');
    const archive = archiveAt(server.url);
    const { error } = await attempt({ directory, archive });
    expect(error).toContain('cannot download a.tar.gz: the server answered 404');
    expect(error).toMatch(/hint: .*isda data download cifar100 --from FILE/);
    const byHand = join(folder, 'by-hand.tgz');
    await writeFile(byHand, content);
    expect((await attempt({ directory, archive, from: byHand })).result?.outcome).toBe('downloaded');
    expect(await readFile(byHand)).toEqual(content);
  });

  it('refuses a --from that is missing, a folder or another file', async () => {
    const directory = await temporaryFolder();
    const archive = archiveAt('http://unused/');
    const from = join(directory, 'x.tgz');
    expect((await attempt({ directory, archive, from })).error).toContain('cannot use a.tar.gz: there is no such file');
    expect((await attempt({ directory, archive, from: directory })).error).toBe(
      `error: cannot read ${directory}: it is a folder\n  hint: --from takes an http(s) address or the path of the archive`,
    );
    await writeFile(from, 'x');
    expect((await attempt({ directory, archive, from })).error).toContain('this is not the official archive');
    expect(existsSync(from)).toBe(true);
  });

  it('uses another address with --from, and an archive that is there already without asking', async () => {
    const server = await serve((request, response) => sendRange(request, response, content));
    const archive = archiveAt('http://127.0.0.1:1024/');
    const directory = await temporaryFolder();
    expect((await attempt({ directory, archive, from: server.url })).result?.outcome).toBe('downloaded');
    const second = await writeFiles(await temporaryFolder(), { 'a.tar.gz': content });
    expect((await attempt({ directory: second, archive })).result?.outcome).toBe('downloaded');
    expect(await readFile(join(second, 'a.tar.gz'))).toEqual(Buffer.from(content));
    expect(server.requests).toHaveLength(1);
  });

  it('refuses an archive that is there already with another checksum, and keeps it', async () => {
    const server = await serve((request, response) => sendRange(request, response, content));
    const directory = await writeFiles(await temporaryFolder(), { 'a.tar.gz': 'of the user' });
    const { error } = await attempt({ directory, archive: archiveAt(server.url) });
    expect(error).toMatch(
      /^error: cannot use a\.tar\.gz: the md5 of the archive is .*\n {2}.*a\.tar\.gz\n {2}hint: move/,
    );
    expect(await readFile(join(directory, 'a.tar.gz'), 'utf8')).toBe('of the user');
    expect(server.requests).toHaveLength(0);
  });

  it('is done by one of two processes, and the other waits for it', async () => {
    const directory = await temporaryFolder();
    const file = join(directory, '.cifar-100-binary.lock');
    const other = spawn('sleep', ['600']);
    onTestFinished(() => void other.kill());
    const { host, space } = thisProcess();
    const start = await processStart(other.pid!);
    await writeFile(file, JSON.stringify({ pid: other.pid, host, space, start }));
    const server = await serve((request, response) => sendRange(request, response, content));
    const stages: string[] = [];
    const onStage = (stage: string): void => {
      stages.push(stage);
      if (stage.startsWith('waiting')) other.kill();
    };
    const { result } = await attempt({ directory, archive: archiveAt(server.url), progress: { onStage } });
    expect(result?.outcome).toBe('downloaded');
    expect(stages[0]).toBe(`waiting for process ${other.pid} on ${host}, which is downloading CIFAR-100`);
    expect(await readdir(directory)).toEqual(['cifar-100-binary']);
  });

  it('removes what a killed process left half unpacked', async () => {
    const directory = await temporaryFolder();
    await writeFiles(join(directory, '.unpacking-cifar-100-binary-Ab12cD', 'cifar-100-binary'), {
      'train.bin': 'half',
    });
    await writeFiles(join(directory, '.unpacking-cifar-10-batches-bin-Ab12cD'), { x: 'of another process' });
    const from = join(await writeFiles(await temporaryFolder(), { 'a.tgz': content }), 'a.tgz');
    await attempt({ directory, archive: archiveAt('http://unused/'), from });
    expect((await readdir(directory)).sort()).toEqual(['.unpacking-cifar-10-batches-bin-Ab12cD', 'cifar-100-binary']);
  });

  it('does not touch a folder that holds something else', async () => {
    const directory = await temporaryFolder();
    const folder = await writeFiles(join(directory, 'cifar-100-binary'), { 'train.bin': 'mine' });
    const { error } = await attempt({ directory, archive: archiveAt('http://unused/') });
    expect(error).toContain('cannot download CIFAR-100: the folder already exists');
    expect(error).toContain('--out');
    expect(await readFile(join(folder, 'train.bin'), 'utf8')).toBe('mine');
  });

  it('a full or read-only disk is not called a damaged archive, and the archive stays', async (context) => {
    const folder = await temporaryFolder();
    const bytes = makeArchive([
      { path: 'cifar-100-binary/train.bin', content: Buffer.alloc(400_000) },
      { path: 'cifar-100-binary/test.bin', content: cifarRecords('cifar100', [8]) },
    ]);
    const from = join(folder, 'a.tgz');
    await writeFile(from, bytes);
    const directory = join(folder, 'small');
    const disk = await mountSmallDisk(directory, 300_000);
    if (disk === undefined) context.skip('no disk can be mounted here');
    else {
      onTestFinished(() => disk.unmount());
      const options = { directory, archive: archiveAt('http://unused/', bytes), from };
      const full = `error: cannot write ${join(directory, 'cifar-100-binary')}: the disk is full (`;
      expect((await attempt(options)).error).toContain(full);
      expect(await readdir(directory)).toEqual([]);
      await disk.readOnly();
      const readOnly = `error: cannot write ${join(directory, '.cifar-100-binary.lock')}: the file system is read-only\n`;
      expect((await attempt(options)).error).toContain(readOnly);
      expect(existsSync(from)).toBe(true);
    }
  });

  it.each([
    ['leads out', [{ path: '../evil', content: 'x' }]],
    ['does not contain cifar-100-binary/train.bin', [{ path: 'other/train.bin', content: 'x' }]],
  ])('leaves nothing unpacked of an archive that %s', async (reason, entries) => {
    const bytes = makeArchive(entries);
    const server = await serve((request, response) => sendRange(request, response, bytes));
    const directory = await temporaryFolder();
    const { error } = await attempt({ directory, archive: archiveAt(server.url, bytes) });
    expect(error).toContain(reason);
    expect(await readdir(directory)).toEqual(['a.tar.gz']);
  });
});
