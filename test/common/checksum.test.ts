// Checksums of bytes.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { addBytes } from '../../src/common/checksum.js';

it.each([0, 1, 7, 8, 20])('adds %i bytes to a hash in pieces of at most 8', (length) => {
  const bytes = Uint8Array.from({ length }, (_, i) => i);
  const hash = createHash('md5');
  const sizes: number[] = [];
  addBytes(
    { update: (piece) => (sizes.push((piece as Uint8Array).length), hash.update(piece as Uint8Array)) },
    bytes,
    8,
  );
  expect(hash.digest('hex')).toBe(createHash('md5').update(bytes).digest('hex'));
  expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(8);
});
