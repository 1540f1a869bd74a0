// Names whose bytes are not UTF-8, which Node.js reads as names of other files.

/** What Node.js puts in place of bytes that are not UTF-8. A name may hold it in truth: only the bytes tell. */
export const replacement = '\ufffd';

/** Bytes for people: ASCII as it is, others as `\xe9`. */
export function escapedBytes(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
