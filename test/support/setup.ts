// Runs before each test file: turns colours off, and compares typed arrays by their bytes instead of element by
// element.
import { expect } from 'vitest';

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** True for arrays with the same type and bytes; others are left to `toEqual`, which shows the difference. */
function sameBytes(a: unknown, b: unknown): true | undefined {
  if (!ArrayBuffer.isView(a) || !ArrayBuffer.isView(b) || a.constructor !== b.constructor) return undefined;
  return bytesOf(a).equals(bytesOf(b)) ? true : undefined;
}

// Tests read the output without colours, even if the terminal or CI asks for them.
delete process.env['FORCE_COLOR'];

expect.addEqualityTesters([sameBytes]);
