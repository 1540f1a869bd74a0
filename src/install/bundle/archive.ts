// A reproducible tar archive, compressed on all cores and split into parts.
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Header } from 'tar';
import { cannot } from '../../common/errors.js';
import { writeFailureWithSpace } from '../../common/files.js';

/** One member: content in memory, or a file that is copied. */
export interface Member {
  /** Its path in the archive. */
  readonly path: string;
  readonly executable: boolean;
  readonly bytes: number;
  readonly content: Uint8Array | { readonly file: string };
}

const block = 512;
/** In the past for every clock, but not 1970, of which tar warns. */
const timeOfAll = new Date('2000-01-01T00:00:00Z');

function headerOf({ path, executable, bytes }: Member): Buffer {
  const header = new Header({
    path,
    mode: executable ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    size: bytes,
    mtime: timeOfAll,
    type: 'File',
  });
  const buffer = Buffer.alloc(block);
  if (header.encode(buffer))
    throw cannot(`pack ${path}`, 'its path is too long, or it is larger than 8 GiB', { code: 'bundle/packing' });
  return buffer;
}

/**
 * Generates the archive. `onPacked` gets each member's SHA-256 before the next member is requested, which may depend on
 * it.
 */
export async function* tarOf(
  members: Iterable<Member>,
  onPacked: (member: Member, sha256: string) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const member of members) {
    yield headerOf(member);
    const hash: Hash = createHash('sha256');
    let bytes = 0;
    const { content } = member;
    const pieces =
      content instanceof Uint8Array ? [content] : createReadStream(content.file, { highWaterMark: 1 << 22 });
    for await (const piece of pieces as AsyncIterable<Uint8Array>) {
      hash.update(piece);
      bytes += piece.length;
      yield piece;
    }
    if (bytes !== member.bytes)
      throw cannot(`pack ${member.path}`, 'it changed while it was packed', { code: 'bundle/packing' });
    yield Buffer.alloc((block - (bytes % block)) % block);
    onPacked(member, hash.digest('hex'));
  }
  yield Buffer.alloc(2 * block);
}

/** Joins pieces to chunks of at least `size` bytes; the last one may be smaller. */
async function* chunksOf(pieces: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Buffer, void, undefined> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of pieces) {
    held.push(piece);
    bytes += piece.length;
    if (bytes < size) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

/** Compresses with gzip, several chunks in parallel: a gzip file may consist of several members. */
export async function* gzipOf(
  pieces: AsyncIterable<Uint8Array>,
  level = 6,
  chunkBytes = 1 << 24,
): AsyncGenerator<Buffer, void, undefined> {
  const compress = promisify(gzip) as (chunk: Uint8Array, options: { level: number }) => Promise<Buffer>;
  const running: Promise<Buffer>[] = [];
  const width = Math.min(4, availableParallelism()); // as many as libuv's threads
  for await (const chunk of chunksOf(pieces, chunkBytes)) {
    running.push(compress(chunk, { level }));
    if (running.length > width) yield await running.shift()!;
  }
  for (const last of running) yield await last;
}

interface Part {
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes bytes to `folder/name.001`, `.002`, … of at most `partBytes` each. Errors: a part cannot be written. */
export async function writeParts(
  pieces: AsyncIterable<Uint8Array>,
  folder: string,
  name: string,
  partBytes: number,
): Promise<Part[]> {
  const parts: Part[] = [];
  let current: { handle: FileHandle; file: string; hash: Hash; bytes: number } | undefined;
  const finish = async (): Promise<void> => {
    if (current === undefined) return;
    const { handle, file, hash, bytes } = current;
    await handle.sync();
    await handle.close();
    parts.push({ file, bytes, sha256: hash.digest('hex') });
    current = undefined;
  };
  try {
    for await (let piece of pieces) {
      while (piece.length > 0) {
        if (current === undefined) {
          const file = `${name}.${String(parts.length + 1).padStart(3, '0')}`;
          current = { handle: await open(join(folder, file), 'w'), file, hash: createHash('sha256'), bytes: 0 };
        }
        const now = piece.subarray(0, partBytes - current.bytes);
        for (let done = 0; done < now.length;) done += (await current.handle.write(now, done)).bytesWritten;
        current.hash.update(now);
        current.bytes += now.length;
        piece = piece.subarray(now.length);
        if (current.bytes === partBytes) await finish();
      }
    }
    await finish();
    return parts;
  } catch (error) {
    const failure =
      error instanceof Error && 'syscall' in error
        ? await writeFailureWithSpace(join(folder, current?.file ?? name), error)
        : error;
    await current?.handle.close().catch(() => undefined);
    throw failure;
  }
}
