import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatError } from '../../../src/common/errors.js';
import { fetchFile, type FetchLimits } from '../../../src/data/download/fetch-file.js';
import { randomBytes, temporaryFolder } from '../helpers.js';
import { cutOff, rangeStart, sendRange, serve } from './server.js';

/** No test but those of silent servers reaches the idle limit, however busy the machine is. */
const limits: FetchLimits = { idleMs: 60_000, attempts: 4, backoffMs: 5, maxBytes: 1e6 };
const content = Buffer.from(randomBytes(200_000, 1));

async function fetchTo(url: string, path: string, changed: Partial<FetchLimits> = {}) {
  const retries: string[] = [];
  const progress: [number, number | undefined][] = [];
  const error = await fetchFile(url, path, {
    limits: { ...limits, ...changed },
    progress: {
      onRetry: (reason) => retries.push(reason),
      onBytes: (received, total) => progress.push([received, total]),
    },
    hint: 'what to do',
  }).then(
    () => undefined,
    (thrown: unknown) => formatError(thrown, false),
  );
  return { error, retries, progress };
}

async function targetPath(): Promise<string> {
  return join(await temporaryFolder(), 'archive.tar.gz');
}

describe('fetchFile', () => {
  it('fetches, reports progress and leaves nothing else behind', async () => {
    const server = await serve((request, response) => sendRange(request, response, content));
    const path = await targetPath();
    const { error, progress } = await fetchTo(server.url, path);
    expect(error).toBeUndefined();
    expect(await readFile(path)).toEqual(content);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
    expect(existsSync(`${path}.part`) || existsSync(`${path}.part.json`)).toBe(false);
    expect(server.requests[0].headers['accept-encoding']).toBe('identity');
  });

  it('resumes where a connection was cut off, held to the same version of the file', async () => {
    const path = await targetPath();
    const server = await serve((request, response, number) => {
      if (number === 0) cutOff(response, content, 70_000, path);
      else sendRange(request, response, content);
    });
    const { error, retries, progress } = await fetchTo(server.url, path);
    expect(error).toBeUndefined();
    expect(retries).toHaveLength(1);
    expect(rangeStart(server.requests[1])).toBe(70_000);
    expect(server.requests[1].headers['if-range']).toBe('"1"');
    expect(await readFile(path)).toEqual(content);
    expect(progress.at(-1)).toEqual([content.length, content.length]);
  });

  it('resumes from what an earlier call left', async () => {
    const path = await targetPath();
    const server = await serve((request, response, number) => {
      if (number === 0) cutOff(response, content, 50_000, path);
      else sendRange(request, response, content);
    });
    expect((await fetchTo(server.url, path, { attempts: 1 })).error).toContain('cannot download archive.tar.gz');
    expect(existsSync(path)).toBe(false);
    expect((await fetchTo(server.url, path)).error).toBeUndefined();
    expect(rangeStart(server.requests[1])).toBe(50_000);
    expect(await readFile(path)).toEqual(content);
  });

  it('starts again where the server ignores Range', async () => {
    const path = await targetPath();
    const server = await serve((_, response, number) => {
      if (number === 0) cutOff(response, content, 70_000, path);
      else response.writeHead(200, { 'content-length': content.length }).end(content);
    });
    expect((await fetchTo(server.url, path)).error).toBeUndefined();
    expect(await readFile(path)).toEqual(content);
  });

  it('starts again where the file on the server has changed', async () => {
    const changed = Buffer.from(randomBytes(150_000, 2));
    const path = await targetPath();
    const server = await serve((request, response, number) => {
      if (number === 0) cutOff(response, content, 70_000, path);
      else sendRange(request, response, changed, '"2"');
    });
    expect((await fetchTo(server.url, path)).error).toBeUndefined();
    expect(await readFile(path)).toEqual(changed);
  });

  it('starts again where the server answers with another range', async () => {
    const path = await targetPath();
    const server = await serve((request, response, number) => {
      if (number === 0) cutOff(response, content, 70_000, path);
      else if (number === 1) response.writeHead(206, { 'content-range': 'bytes 5-9/200000' }).end('wrong');
      else sendRange(request, response, content);
    });
    expect((await fetchTo(server.url, path)).error).toBeUndefined();
    expect(rangeStart(server.requests[2])).toBeUndefined();
    expect(await readFile(path)).toEqual(content);
  });

  it('takes no bytes from an unfinished download of another address', async () => {
    const server = await serve((request, response) => sendRange(request, response, content));
    const path = await targetPath();
    await writeFile(`${path}.part`, 'other bytes');
    await writeFile(`${path}.part.json`, JSON.stringify({ url: 'http://elsewhere/' }));
    expect((await fetchTo(server.url, path)).error).toBeUndefined();
    expect(rangeStart(server.requests[0])).toBeUndefined();
    expect(await readFile(path)).toEqual(content);
  });

  it('is content where the part is already all of it, and starts again where it is more', async () => {
    const server = await serve((request, response) => sendRange(request, response, content));
    for (const [bytes, requests] of [
      [content, 1],
      [Buffer.concat([content, content]), 3],
    ] as const) {
      const path = await targetPath();
      await writeFile(`${path}.part`, bytes);
      await writeFile(`${path}.part.json`, JSON.stringify({ url: server.url, validator: '"1"' }));
      expect((await fetchTo(server.url, path)).error).toBeUndefined();
      expect(await readFile(path)).toEqual(content);
      expect(server.requests).toHaveLength(requests);
    }
  });

  it('tries again after a server error, with growing waits', async () => {
    const server = await serve((request, response, number) => {
      if (number < 2) response.writeHead(503).end();
      else sendRange(request, response, content);
    });
    const path = await targetPath();
    const { error, retries } = await fetchTo(server.url, path);
    expect(error).toBeUndefined();
    expect(retries).toEqual(['the server answered 503', 'the server answered 503']);
  });
});

describe('errors of fetchFile', () => {
  it('404 at once', async () => {
    const server = await serve((_, response) => void response.writeHead(404).end('no such page'));
    const path = await targetPath();
    const { error } = await fetchTo(server.url, path);
    expect(error).toBe(
      `error: cannot download archive.tar.gz: the server answered 404\n  ${server.url}\n  hint: what to do`,
    );
    expect(server.requests).toHaveLength(1);
    expect(existsSync(path)).toBe(false);
  });

  it('a server that falls silent, after the bounded number of attempts', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, 10));
    });
    const { error } = await fetchTo(server.url, await targetPath(), { idleMs: 500, attempts: 2 });
    expect(error).toContain('no data received for 0.5 s (2 attempts)');
    expect(server.requests).toHaveLength(2);
  });

  it('a server that never answers', async () => {
    const server = await serve(() => undefined);
    const { error } = await fetchTo(server.url, await targetPath(), { idleMs: 80, attempts: 1 });
    expect(error).toContain('cannot download archive.tar.gz: no data received for 0.08 s');
  });

  it('a slow server is waited for as long as bytes come', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 12 });
      let sent = 0;
      const timer = setInterval(() => {
        response.write('x');
        if (++sent === 12) clearInterval(timer);
      }, 100);
    });
    const { error } = await fetchTo(server.url, await targetPath(), { idleMs: 1000, attempts: 1 });
    expect(error).toBeUndefined();
  });

  it('nobody listening', async () => {
    const { error, retries } = await fetchTo('http://127.0.0.1:1024/x', await targetPath(), { attempts: 2 });
    expect(error).toContain('the connection was refused (ECONNREFUSED) (2 attempts)');
    expect(retries).toHaveLength(1);
  });

  it('a file that is longer than allowed, announced or not', async () => {
    const announced = await serve((request, response) => sendRange(request, response, content));
    const chunked = await serve((_, response) => {
      response.writeHead(200);
      response.write(content.subarray(0, 100_000));
      response.end(content.subarray(100_000));
    });
    for (const { url } of [announced, chunked]) {
      const { error, retries } = await fetchTo(url, await targetPath(), { maxBytes: 150_000 });
      expect(error).toContain('the file is larger than 150000 bytes');
      expect(retries).toHaveLength(0);
    }
  });

  it('a folder that cannot be written to, at once', async () => {
    const server = await serve((request, response) => sendRange(request, response, content));
    const { error, retries } = await fetchTo(server.url, '/nowhere/at/all/archive.tar.gz');
    expect(error).toContain('ENOENT');
    expect(retries).toHaveLength(0);
  });
});
