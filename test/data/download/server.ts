// A local HTTP server whose behaviour is defined by each test.
import { statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

interface TestServer {
  readonly url: string;
  /** The requests so far. */
  readonly requests: readonly IncomingMessage[];
}

/** Serves until the test ends. `answer` gets the index of the request, from 0. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, number: number) => void,
): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tar.gz`, requests };
}

/** The first byte of a request's Range header; undefined without one. */
export function rangeStart(request: IncomingMessage): number | undefined {
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** Answers like a correct server: with the whole file, or with the part requested by Range. */
export function sendRange(request: IncomingMessage, response: ServerResponse, content: Buffer, etag = '"1"'): void {
  const start = rangeStart(request);
  const current = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  if (start === undefined || !current) {
    response.writeHead(200, { 'content-length': content.length, etag }).end(content);
  } else if (start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
  } else {
    const range = `bytes ${start}-${content.length - 1}/${content.length}`;
    response
      .writeHead(206, { 'content-length': content.length - start, 'content-range': range, etag })
      .end(content.subarray(start));
  }
}

/** Announces the whole file, sends its first bytes, and closes the connection once they are in `path`'s part file. */
export function cutOff(response: ServerResponse, content: Buffer, bytes: number, path: string): void {
  response.writeHead(200, { 'content-length': content.length, etag: '"1"' });
  response.write(content.subarray(0, bytes));
  // A client loses received but unread bytes when the connection is closed: on a busy machine, all of them.
  const timer = setInterval(() => {
    if (statSync(`${path}.part`, { throwIfNoEntry: false })?.size === bytes) response.destroy();
  }, 5);
  response.on('close', () => clearInterval(timer));
}
