// Fetches a file over HTTP(S) and resumes from the .part file of an earlier attempt.
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { cannot } from '../../common/errors.js';
import { explainFailure, isFinal, Refused } from './failure.js';
import { readPartState, writePartState } from './part-state.js';

export interface FetchLimits {
  /** Milliseconds without a received byte after which an attempt is aborted. */
  readonly idleMs: number;
  /** Total number of attempts. */
  readonly attempts: number;
  /** Delay before the second attempt in milliseconds; doubled each time. */
  readonly backoffMs: number;
  /** Maximum size of the file. */
  readonly maxBytes: number;
}

const defaultLimits: FetchLimits = { idleMs: 30_000, attempts: 6, backoffMs: 1000, maxBytes: 2 ** 30 };

export interface FetchProgress {
  readonly onBytes?: (received: number, total: number | undefined) => void;
  /** Called when an attempt failed and another follows after `waitMs`. */
  readonly onRetry?: (reason: string, waitMs: number) => void;
}

interface Attempt {
  readonly url: string;
  readonly part: string;
  readonly limits: FetchLimits;
  readonly progress: FetchProgress;
}

/** Position of a response's body in the file, and the size of the complete file. */
interface Placement {
  readonly start: number;
  readonly total: number | undefined;
}

/** Returns a strong ETag or a date, for If-Range in a resumed request. */
function validatorOf(response: Response): string | undefined {
  const tag = response.headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : (response.headers.get('last-modified') ?? undefined);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/**
 * Evaluates status and headers of the response to a request from byte `have` on. Undefined: the file is complete.
 * Errors: Refused, or an error after which another attempt is useful.
 */
async function placementOf(response: Response, have: number, part: string): Promise<Placement | undefined> {
  const { status, headers } = response;
  if (status === 200) {
    const length = headers.get('content-length');
    return { start: 0, total: length === null ? undefined : Number(length) };
  }
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '');
  const total = range === null || range[2] === '*' ? undefined : Number(range[2]);
  if (status === 206 && range !== null && Number(range[1]) === have) return { start: have, total };
  await response.body?.cancel();
  if (status === 416 && total === have) return undefined;
  if (status === 206 || status === 416) {
    await rm(part, { force: true });
    throw new Error('the server could not resume the download where the last attempt ended');
  }
  const reason = `the server answered ${status}`;
  throw status >= 500 || status === 408 || status === 429 ? new Error(reason) : new Refused(reason);
}

/** Appends the body to the .part file; `onChunk` is called when bytes were received. */
async function receive(
  response: Response,
  { start, total }: Placement,
  { part, limits, progress }: Attempt,
  onChunk: () => void,
): Promise<void> {
  const tooLong = new Refused(`the file is larger than ${limits.maxBytes} bytes`);
  if ((total ?? 0) > limits.maxBytes) throw tooLong;
  let received = start;
  const file = await open(part, 'a');
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      onChunk();
      received += chunk.length;
      if (received > limits.maxBytes) throw tooLong;
      await file.writeFile(chunk);
      progress.onBytes?.(received, total);
    }
  } finally {
    await file.close();
  }
  if (total !== undefined && received !== total)
    throw new Error(`the response ended after ${received} of ${total} bytes`);
}

/** Sends one request for the missing bytes. Errors: Refused, or an error after which another attempt is useful. */
async function attempt(options: Attempt): Promise<void> {
  const { url, part, limits } = options;
  const state = await readPartState(part);
  const have = state?.url === url ? await sizeOf(part) : 0;
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), limits.idleMs);
  try {
    // With compression, fetch would decompress the body, which would no longer be the file.
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    if (have > 0) headers.range = `bytes=${have}-`;
    if (have > 0 && state?.validator !== undefined) headers['if-range'] = state.validator;
    const response = await fetch(url, { headers, signal: controller.signal });
    const placement = await placementOf(response, have, part);
    if (placement === undefined) return;
    // Old bytes are removed before the new version is recorded, so that the two are never joined.
    if (placement.start === 0) await rm(part, { force: true });
    await writePartState(part, { url, validator: validatorOf(response) });
    await receive(response, placement, options, () => timer.refresh());
  } catch (error) {
    throw controller.signal.aborted ? new Error(`no data received for ${limits.idleMs / 1000} s`) : error;
  } finally {
    clearTimeout(timer);
    // Closes the connection if the body was not read to its end.
    controller.abort();
  }
}

/**
 * Fetches `url` to `path` through `path`.part, which is kept if the fetch fails, so that the next call resumes from it.
 * Errors: the last attempt failed, or another one cannot help; `hint` is added to the error.
 */
export async function fetchFile(
  url: string,
  path: string,
  options: { readonly limits?: FetchLimits; readonly progress?: FetchProgress; readonly hint?: string } = {},
): Promise<void> {
  const { limits = defaultLimits, progress = {}, hint } = options;
  const part = `${path}.part`;
  for (let tried = 1; ; tried++) {
    try {
      await attempt({ url, part, limits, progress });
      break;
    } catch (error) {
      const reason = explainFailure(error);
      if (isFinal(error) || tried >= limits.attempts) {
        const times = tried === 1 ? '' : ` (${tried} attempts)`;
        throw cannot(`download ${basename(path)}`, `${reason}${times}`, {
          code: 'download/failed',
          place: url,
          cause: error,
          ...(hint === undefined ? {} : { hint }),
        });
      }
      const waitMs = limits.backoffMs * 2 ** (tried - 1);
      progress.onRetry?.(reason, waitMs);
      await delay(waitMs);
    }
  }
  await rename(part, path);
  await writePartState(part, undefined);
}
