// Explains why a download failed, and whether a retry can help.
import { reasonOf, systemCode } from '../../common/errors.js';

/** A failure that another attempt cannot fix. */
export class Refused extends Error {}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the host is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut off',
  ENETUNREACH: 'there is no network',
  EHOSTUNREACH: 'the host is unreachable',
  UND_ERR_SOCKET: 'the connection was cut off',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  ENOSPC: 'the disk is full',
  EACCES: 'no permission to write',
  EROFS: 'the disk is read-only',
};

/** Local failures, which would recur in the next attempt. */
const finalCodes = ['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EISDIR', 'ENOENT', 'ENOTDIR', 'ERR_INVALID_URL'];

/** Returns the last error in a chain of causes, which is where fetch puts the actual failure. */
function innermost(error: unknown): unknown {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error && systemCode(at) === undefined) at = at.cause;
  return at;
}

/** Returns the reason of a failed attempt. */
export function explainFailure(error: unknown): string {
  const inner = innermost(error);
  const code = systemCode(inner);
  return code === undefined ? reasonOf(inner) : `${reasons[code] ?? reasonOf(inner)} (${code})`;
}

/** Whether another attempt would fail in the same way. */
export function isFinal(error: unknown): boolean {
  return error instanceof Refused || finalCodes.includes(systemCode(innermost(error)) ?? '');
}
