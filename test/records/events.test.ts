import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { openEvents, restartEvent, scalarEvent, versionEvent } from '../../src/records/events.js';
import { crc32c, maskedCrc32c, tfrecord } from '../../src/records/tfrecord.js';
import { test } from '../temporary-folder.js';

// SerializeToString() of tensorboard.compat.proto.event_pb2.Event.
const version = '0900002040fc54d9411a0d627261696e2e4576656e743a32';
const scalars = '0900002040fc54d94110ac022a1e0a110a0a6c6f73732f747261696e150000c03f0a090a02c3a915cdccccbd';
const largeStep = '0900002040fc54d9411085808080202a0a0a080a0161150000803f';
const restart = '0900002040fc54d94110073a020801';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
/** Returns the payloads of a TFRecord file; checks framing and checksums. */
function recordsOf(file: Buffer): Buffer[] {
  const payloads: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at));
    expect(file.readUInt32LE(at + 8)).toBe(maskedCrc32c(file.subarray(at, at + 8)));
    const payload = file.subarray(at + 12, at + 12 + length);
    expect(file.readUInt32LE(at + 12 + length)).toBe(maskedCrc32c(payload));
    payloads.push(payload);
    at += 16 + length;
  }
  return payloads;
}

describe('TFRecord', () => {
  test('CRC-32C has the values of RFC 3720, B.4', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => 31 - index))).toBe(0x113fdb5c);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });

  test('masking turns by 15 bits and adds the constant', () => {
    expect(maskedCrc32c(new Uint8Array(0))).toBe(0xa282ead8);
    // e3069283 turned is 2507c60d.
    expect(maskedCrc32c(Buffer.from('123456789'))).toBe(0xc78ab0e5);
  });

  test('a record is framed as TensorFlow frames it', () => {
    // tensorboard.summary.writer.record_writer.RecordWriter(file).write(b'abc')
    expect(hex(tfrecord(Buffer.from('abc')))).toBe('0300000000000000b099490e6162636e57f121');
  });
});

describe('events', () => {
  test('are the protocol buffers that Python makes', () => {
    expect(hex(versionEvent(1700000000.5).subarray(12, -4))).toBe(version);
    expect(hex(scalarEvent(1700000000.5, 300, { 'loss/train': 1.5, é: -0.1 }).subarray(12, -4))).toBe(scalars);
    expect(hex(scalarEvent(1700000000.5, 2 ** 33 + 5, { a: 1 }).subarray(12, -4))).toBe(largeStep);
    expect(hex(restartEvent(1700000000.5, 7).subarray(12, -4))).toBe(restart);
  });

  test('a file has the name and order TensorBoard expects', async ({ folder }) => {
    const events = await openEvents(folder, { now: () => 1_700_000_000_500, host: 'box', pid: 42, purgeFromStep: 7 });
    expect(events.path).toBe(join(folder, 'events.out.tfevents.1700000000.box.42.0'));
    await events.scalars(7, { a: 1 });
    const size = statSync(events.path).size;
    await events.scalars(8, { a: NaN });
    expect(statSync(events.path).size).toBeGreaterThan(size);
    await events.close();
    const payloads = recordsOf(readFileSync(events.path)).map(hex);
    expect(payloads).toHaveLength(4);
    expect(payloads.slice(0, 2)).toEqual([version, restart]);
  });

  test('a file opened after the clock went back is still the last in order', async ({ folder }) => {
    const open = async (seconds: number) => {
      const file = await openEvents(folder, { now: () => seconds * 1000, host: 'box', pid: 42 });
      await file.close();
      return file.path;
    };
    const paths = [await open(1_700_000_100), await open(1_700_000_000), await open(1_600_000_000)];
    expect([...paths].sort()).toEqual(paths);
    expect(paths[2]).toBe(join(folder, 'events.out.tfevents.1700000102.box.42.0'));
  });

  test('a folder that does not exist', async ({ folder }) => {
    await expect(openEvents(join(folder, 'none'), { now: () => 0, host: 'box', pid: 1 })).rejects.toThrow(
      'its folder does not exist',
    );
  });
});
