// Marks PNG files written by this program with a text chunk after the header.

/** Length of the signature and the chunk IHDR, which is the first chunk of every PNG. */
const headerBytes = 33;

const text = Buffer.from('Software\0isda', 'latin1');

/** Length, type, text and CRC-32 of type and text (PNG specification, 11.3.3). */
const chunk = Buffer.concat([
  Buffer.of(0, 0, 0, text.length),
  Buffer.from('tEXt', 'latin1'),
  text,
  Buffer.of(0x11, 0x12, 0x36, 0x66),
]);

/** Returns a PNG with the mark. */
export const markPng = (png: Uint8Array): Buffer =>
  Buffer.concat([png.subarray(0, headerBytes), chunk, png.subarray(headerBytes)]);

/** Whether the first bytes of a file belong to a PNG with the mark. */
export const isMarkedPng = (head: Buffer): boolean =>
  head.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')) &&
  head.subarray(headerBytes, headerBytes + chunk.length).equals(chunk);
