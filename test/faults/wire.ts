// Reads the wire format of protocol buffers, independently of the code under test.

/**
 * The fields of a message by number, each value as bytes: numbers are little-endian (varints have 8 bytes), other
 * values unchanged.
 */
export function fieldsOf(message: Buffer): Map<number, Buffer[]> {
  const fields = new Map<number, Buffer[]>();
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = message[at++];
      if (byte === undefined) throw new Error('a number is cut off');
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const take = (bytes: number): Buffer => {
    if (at + bytes > message.length) throw new Error('a field is cut off');
    return message.subarray(at, (at += bytes));
  };
  while (at < message.length) {
    const key = Number(varint());
    const type = key & 7;
    let value: Buffer;
    if (type === 0) {
      value = Buffer.alloc(8);
      value.writeBigUInt64LE(varint());
    } else if (type === 1) value = take(8);
    else if (type === 2) value = take(Number(varint()));
    else if (type === 5) value = take(4);
    else throw new Error(`the type ${type} is not known`);
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), value]);
  }
  return fields;
}
