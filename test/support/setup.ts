// Runs before each test file: no colours are asked for, and arrays of the same bytes are equal at once, not number by
// number.
import { expect } from 'vitest';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** True for arrays of one type and the same bytes; others are left to `toEqual`, which tells what differs. */
function sameBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return bytesOf(a).equals(bytesOf(b)) ? true : undefined;
}

// Tests read what is printed, also where the terminal or CI that runs them asks for colours.
delete process.env['FORCE_COLOR'];

expect.addEqualityTesters([sameBytes]);
