// Random input files: they are read correctly or refused with an expected error, without a crash or a hang.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { IsdaError } from '../../src/common/errors.js';
import { parseYaml } from '../../src/config/yaml.js';
import { plain } from '../../src/config/tree.js';
import { decodeRecords, readCifarFile } from '../../src/data/datasets/cifar/file.js';
import { cifarFormats, cifarPixels } from '../../src/data/datasets/cifar/format.js';
import { readHeader } from '../../src/data/datasets/image-folder/header.js';
import type { GraphAttribute } from '../../src/engine/attributes.js';
import { createGraphWriter } from '../../src/engine/graph-def.js';
import { decodeCheckpoint, encodeCheckpoint } from '../../src/records/checkpoint-file.js';
import { scalarEvent } from '../../src/records/events.js';
import { readMetrics } from '../../src/records/metrics-csv.js';
import { knownMetrics } from '../../src/training/metrics/registry.js';
import { decodeSafetensors, encodeSafetensors } from '../../src/records/safetensors.js';
import { maskedCrc32c } from '../../src/records/tfrecord.js';
import { imageBytesOf } from '../data/datasets/image-folder/support.js';
import { faultSeed, scale } from './scale.js';
import { fieldsOf } from './wire.js';

const runs = { numRuns: scale({ short: 300, long: 10_000 }), seed: faultSeed('fuzzing') };
const folder = mkdtempSync(join(tmpdir(), 'isda-faults-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The result of a reader; undefined if it refuses its input with an expected error. Other errors are failures. */
function readOrRefused<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof IsdaError) return undefined;
    throw error;
  }
}

/** A file with some bytes replaced, removed or added. */
const changed = (original: Uint8Array) =>
  fc
    .record({ at: fc.nat(original.length), cut: fc.nat(40), extra: fc.uint8Array({ maxLength: 40 }) })
    .map(({ at, cut, extra }) => Buffer.concat([original.subarray(0, at), extra, original.subarray(at + cut)]));

describe('safetensors', () => {
  const sizes = fc.oneof(fc.nat(9), fc.constantFrom(-1, 0.5, 2 ** 31, 2 ** 53, 1e300, '2', null));
  const entry = fc.oneof(
    { weight: 8, arbitrary: fc.record({ dtype: fc.constantFrom('F32', 'U8', 'BF16', 'I64', 'X9', 7, null), shape: fc.array(sizes, { maxLength: 4 }), data_offsets: fc.array(fc.oneof(fc.nat(40), sizes), { maxLength: 3 }) }) }, // prettier-ignore
    { weight: 1, arbitrary: fc.jsonValue() },
  );
  const header = fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__metadata__', '__proto__', 'a')), entry, { maxKeys: 5 }); // prettier-ignore

  const fileOf = (text: string, data: number): Buffer => {
    const json = Buffer.from(text);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([length, json, Buffer.alloc(data, 1)]);
  };

  it('any header: tensors that cover the data exactly, or an error', () => {
    fc.assert(
      fc.property(header, fc.nat(60), (value, data) => {
        const read = readOrRefused(() => decodeSafetensors(fileOf(JSON.stringify(value), data), 'drawn'));
        if (read === undefined) return;
        const bytes = read.tensors.reduce((total, tensor) => {
          const width = tensor.data instanceof Float32Array && tensor.dtype === undefined ? tensor.data.byteLength : 0;
          return total + (width === 0 ? tensor.data.byteLength : width);
        }, 0);
        // bfloat16 is widened to twice the bytes.
        expect(bytes).toBeGreaterThanOrEqual(data);
        expect(bytes).toBeLessThanOrEqual(2 * data);
      }),
      runs,
    );
  });

  it('bytes changed anywhere', () => {
    const whole = Buffer.concat(encodeSafetensors([{ name: 'w', shape: [2, 3], data: new Float32Array(6) }, { name: 'n', shape: [], data: Int32Array.of(4) }], { a: 'b' })); // prettier-ignore
    fc.assert(
      fc.property(changed(whole), (file) => void readOrRefused(() => decodeSafetensors(file, 'changed'))),
      runs,
    );
  });

  it('names of megabytes, nesting without end, a header that claims 4 GiB', () => {
    const long = `{"${'x'.repeat(20_000_000)}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}`;
    expect(readOrRefused(() => decodeSafetensors(fileOf(long, 0), 'long'))?.tensors).toHaveLength(1);
    for (const deep of ['[', '{"a":'].map((open) => open.repeat(200_000))) {
      for (const text of [deep, `{"a":{"dtype":${deep}`]) {
        expect(readOrRefused(() => decodeSafetensors(fileOf(text, 0), 'deep'))).toBeUndefined();
      }
    }
    const nested = `{"a":{"dtype":${'['.repeat(5000)}${']'.repeat(5000)},"shape":[0],"data_offsets":[0,0]}}`;
    expect(readOrRefused(() => decodeSafetensors(fileOf(nested, 0), 'nested'))).toBeUndefined();
    const huge = Buffer.alloc(16);
    huge.writeBigUInt64LE(2n ** 32n);
    expect(() => decodeSafetensors(huge, 'huge')).toThrow('over the limit');
  });
});

describe('checkpoints', () => {
  const state = { epoch: 1, step: 2, tensors: [{ name: 'w', shape: [2], data: Float32Array.of(1, 2) }], progress: { epoch: 1 }, fingerprint: 'f' }; // prettier-ignore
  const whole = Buffer.concat(encodeCheckpoint(state));

  it('any change is refused', () => {
    fc.assert(
      fc.property(
        changed(whole).filter((file) => !file.equals(whole)),
        (file) => {
          expect(readOrRefused(() => decodeCheckpoint(file, 'changed'))).toBeUndefined();
        },
      ),
      runs,
    );
  });

  it('any metadata with a right checksum: read or refused', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('1', '-1', '1e99', '{}', 'null', ''));
    const keys = ['version', 'epoch', 'step', 'progress', 'fingerprint', 'other'];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), word), (metadata) => {
        const zeros = '0'.repeat(64);
        const text = Buffer.concat(encodeSafetensors(state.tensors, { format: 'isda-checkpoint', ...metadata, sha256: zeros })); // prettier-ignore
        const sum = createHash('sha256').update(text).digest('hex');
        const at = text.indexOf(`"sha256":"${zeros}`) + 10;
        text.write(sum, at, 'latin1');
        readOrRefused(() => decodeCheckpoint(text, 'drawn'));
      }),
      runs,
    );
  });
});

describe('CIFAR', () => {
  const cases = fc.record({
    name: fc.constantFrom('cifar10', 'cifar100'),
    records: fc.nat(3),
    extra: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -50, max: 50 }) }),
    labels: fc.array(fc.oneof({ weight: 9, arbitrary: fc.nat(9) }, { weight: 1, arbitrary: fc.nat(255) }), { minLength: 6, maxLength: 6 }),
  }); // prettier-ignore

  it('bytes of any number and labels of any value: exactly the records, or an error', async () => {
    const path = join(folder, 'batch.bin');
    await fc.assert(
      fc.asyncProperty(cases, async ({ name, records, extra, labels }) => {
        const format = cifarFormats[name];
        const size = Math.max(0, records * format.recordBytes + extra);
        const bytes = new Uint8Array(size);
        const labelBytes = format.recordBytes - cifarPixels;
        for (let i = 0; i < records * labelBytes; i++) {
          bytes[Math.floor(i / labelBytes) * format.recordBytes + (i % labelBytes)] = labels[i];
        }
        writeFileSync(path, bytes);
        const read = await readCifarFile(format, path).catch((error: unknown) => {
          if (error instanceof IsdaError) return undefined;
          throw error;
        });
        const inRange = [format.label, ...format.otherLabels].every(({ offset, classes }) =>
          Array.from({ length: records }, (_, i) => bytes[i * format.recordBytes + offset]).every(
            (each) => each < classes,
          ),
        );
        expect(read !== undefined).toBe(size > 0 && size % format.recordBytes === 0 && inRange);
        if (read === undefined) return;
        const [images, found] = [new Uint8Array(records * cifarPixels), new Int32Array(records)];
        decodeRecords(format, read, images, found, 0);
        expect([...found]).toEqual(
          Array.from({ length: records }, (_, i) => labels[i * labelBytes + format.label.offset]),
        );
      }),
      runs,
    );
  });
});

describe('YAML', () => {
  const parse = (text: string) => parseYaml({ kind: 'file', label: 'drawn.yaml', text });
  const pieces = ['a: ', '- ', '\n', '  ', '&x ', '*x', '[', ']', '{', '}', ', ', '"', "'", '|\n', '>\n', '!!set ', '? ', ': ', '<<: ', '---\n', '...\n', '%YAML 1.2\n', '#', '\t', 'null', '1e5', '\u2028', '\0', '\uFEFF']; // prettier-ignore

  it('any text: values or problems with a place inside the text', () => {
    const text = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 30 });
    fc.assert(
      fc.property(text, (words) => {
        const { tree, problems } = parse(words.join(''));
        if (tree !== undefined) plain(tree);
        for (const { span } of problems) expect(span!.end).toBeGreaterThanOrEqual(span!.start);
      }),
      runs,
    );
  });

  it('anchors that explode, a hundred levels, a million brackets: refused, at once', () => {
    const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(10)}]`)].join('\n'); // prettier-ignore
    const started = process.cpuUsage();
    for (const text of [
      bomb,
      '['.repeat(100),
      '['.repeat(500_000),
      '{a: '.repeat(100),
      `${'- '.repeat(100)}x`,
      '? '.repeat(100),
      '&a [*a]',
    ]) {
      const { problems } = parse(text); // prettier-ignore
      expect(problems.length, text.slice(0, 20)).toBeGreaterThan(0);
    }
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1e6).toBeLessThan(20);
  });
});

describe('image headers', () => {
  it('any change of a JPEG or PNG: a size that can be decoded, or a reason', async () => {
    for (const kind of ['a.jpg', 'a.png']) {
      const whole = await imageBytesOf(kind, 3);
      fc.assert(
        fc.property(changed(whole), (file) => {
          const header = readHeader(file);
          if (typeof header !== 'string') expect(header.width * header.height).toBeLessThan(2e8);
        }),
        runs,
      );
    }
  });
});

describe('metrics.csv', () => {
  it('any change: rows of numbers, or an error', async () => {
    const columns = 'epoch,iteration,learning_rate,lambda,train_loss,train_error,test_loss,test_error,seconds,images_per_second'; // prettier-ignore
    const whole = Buffer.from(`${columns}\n1,4,0.1,0,2.5,90,2.25,89.5,1.5,30\n2,8,0.1,0.25,2,80,1.75,7e1,1.5,30\n`);
    const path = join(folder, 'metrics.csv');
    await fc.assert(
      fc.asyncProperty(changed(whole), async (file) => {
        writeFileSync(path, file);
        const rows = await readMetrics(path, knownMetrics).catch((error: unknown) => {
          if (error instanceof IsdaError) return [];
          throw error;
        });
        for (const row of rows) for (const value of Object.values(row)) expect(value).toBeTypeOf('number');
      }),
      runs,
    );
  });
});

describe('protocol buffers', () => {
  it('events: any points come back, framed and checksummed', () => {
    const points = fc.dictionary(fc.string({ unit: 'binary' }), fc.float(), { maxKeys: 5 });
    fc.assert(
      fc.property(fc.nat(2 ** 40), points, (step, values) => {
        const record = Buffer.from(scalarEvent(1.5, step, values));
        const length = Number(record.readBigUInt64LE(0));
        const payload = record.subarray(12, 12 + length);
        expect(record.length).toBe(length + 16);
        expect(record.readUInt32LE(8)).toBe(maskedCrc32c(record.subarray(0, 8)));
        expect(record.readUInt32LE(12 + length)).toBe(maskedCrc32c(payload));
        const event = fieldsOf(payload);
        expect(event.get(1)![0].readDoubleLE()).toBe(1.5);
        expect(event.get(2)![0].readBigUInt64LE()).toBe(BigInt(step));
        const found = (fieldsOf(event.get(5)![0]).get(1) ?? []).map((point) => {
          const fields = fieldsOf(point);
          return [fields.get(1)![0].toString(), fields.get(2)![0].readFloatLE()];
        });
        expect(found).toEqual(Object.entries(values).map(([tag, value]) => [Buffer.from(tag).toString(), value]));
      }),
      runs,
    );
  });

  const messages = createRequire(import.meta.url)('@tensorflow/tfjs-node-gpu/dist/proto/api_pb.js') as {
    SavedModel: { deserializeBinary(bytes: Uint8Array): { toObject(): { metaGraphsList: { graphDef: { nodeList: unknown[] } }[] } } }; // prettier-ignore
  };
  // The package's maps have no such key, and attribute names come from this program only.
  const name = fc.string({ minLength: 1, maxLength: 12 }).filter((drawn) => drawn !== '__proto__');
  const attribute: fc.Arbitrary<GraphAttribute> = fc.oneof(
    fc.record({ kind: fc.constant('int' as const), value: fc.integer() }),
    fc.record({ kind: fc.constant('ints' as const), value: fc.array(fc.integer()) }),
    fc.record({ kind: fc.constant('float' as const), value: fc.float({ noNaN: true }) }),
    fc.record({ kind: fc.constant('bool' as const), value: fc.boolean() }),
    fc.record({ kind: fc.constant('string' as const), value: fc.string() }),
    fc.record({ kind: fc.constant('shape' as const), value: fc.array(fc.nat(), { maxLength: 4 }) }),
  );
  const nodes = fc.array(fc.record({ name, operation: name, attributes: fc.dictionary(name, attribute, { maxKeys: 4 }), inputs: fc.array(name, { maxLength: 3 }) }), { maxLength: 6 }); // prettier-ignore

  it('graphs: any nodes come back by their names, operations, inputs and attributes', () => {
    fc.assert(
      fc.property(nodes, (drawn) => {
        const writer = createGraphWriter();
        for (const node of drawn) writer.node(node.name, node.operation, node.attributes, node.inputs);
        const read = messages.SavedModel.deserializeBinary(writer.serialize('serve')).toObject();
        const found = read.metaGraphsList[0].graphDef.nodeList as {
          name: string;
          op: string;
          inputList: string[];
          attrMap: [string, Record<string, unknown>][];
        }[];
        expect(found.map(({ name, op, inputList }) => [name, op, inputList])).toEqual(
          drawn.map(({ name, operation, inputs }) => [name, operation, inputs]),
        );
        for (const [index, { attributes }] of drawn.entries()) {
          const values = new Map(found[index].attrMap);
          expect([...values.keys()].sort()).toEqual(Object.keys(attributes).sort());
          for (const [key, each] of Object.entries(attributes)) {
            const value = values.get(key)!;
            if (each.kind === 'int') expect(value['i']).toBe(each.value);
            if (each.kind === 'float') expect(value['f']).toBe(each.value);
            if (each.kind === 'bool') expect(value['b']).toBe(each.value);
            if (each.kind === 'string') expect(Buffer.from(String(value['s']), 'base64').toString()).toBe(each.value);
          }
        }
      }),
      { ...runs, numRuns: Math.ceil(runs.numRuns / 2) },
    );
  });
});
