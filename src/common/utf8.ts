// Names that are not valid UTF-8, which Node.js decodes to names of other files.

/** The replacement for bytes that are not UTF-8. A name may contain the character itself; only the bytes tell. */
export const replacement = '\ufffd';

/** Formats bytes: ASCII unchanged, others as `\xe9`. */
export function escapedBytes(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]/g, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
