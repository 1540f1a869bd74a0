// Networks of other programs: names with prefixes of wrappers, values that are not finite, files that are not
// safetensors.
import { describe, expect, it } from 'vitest';
import { declare, filledWith } from '../../src/nn/tensors.js';
import { encodeSafetensors, type NamedTensor } from '../../src/records/safetensors.js';
import { networkTensors } from '../../src/runs/network-file.js';

const declarations = ['conv.weight', 'fc.bias', 'fc.weight'].map((name) =>
  declare(name, 'parameter', [2], filledWith(0)),
);
const [, bias, weight] = declarations;
const otherClassesHint = 'take another config';
const wanted = { network: { tensors: declarations, classifier: { weight, bias } }, otherClassesHint };
const stored = (prefix: string, first = 1): NamedTensor[] =>
  declarations.map(({ name }) => ({ name: `${prefix}${name}`, shape: [2], data: Float32Array.of(first, 2) }));
const fileOf = (tensors: readonly NamedTensor[]): Buffer => Buffer.concat(encodeSafetensors(tensors));

describe('networkTensors', () => {
  it.each(['', 'module.', 'model.', '_orig_mod.', 'module.model.'])('leaves out "%s" before every name', (prefix) => {
    const counted = { name: `${prefix}bn.num_batches_tracked`, shape: [], data: BigInt64Array.of(3n) };
    expect(networkTensors(fileOf([...stored(prefix), counted]), 'x', wanted)).toEqual({
      prefix,
      metadata: {},
      tensors: stored(''),
    });
  });

  it('keeps names of another network', () => {
    const file = fileOf(stored('module.').map((tensor) => ({ ...tensor, name: `${tensor.name}.other` })));
    expect(() => networkTensors(file, 'x', wanted)).toThrow('module.conv.weight.other is not part of this network');
    const some = fileOf([stored('module.')[0], ...stored('').slice(1)]);
    expect(() => networkTensors(some, 'x', wanted)).toThrow('module.conv.weight is not part of this network');
  });

  it.each([NaN, Infinity, -Infinity])('refuses the value %f', (value) => {
    expect(() => networkTensors(fileOf(stored('', value)), 'x', wanted)).toThrow(
      `cannot use the weights: conv.weight contains ${value}`,
    );
  });

  it.each([
    [3e38, 'conv.weight contains 3.00e+38, too large to compute with in float32'],
    [-2e19, 'conv.weight contains -2.00e+19, too large'],
  ])('refuses the value %f', (value, reason) => {
    expect(() => networkTensors(fileOf(stored('', value)), 'x', wanted)).toThrow(reason);
  });

  it("gives the caller's hint if the last layer is for other classes", () => {
    const other = stored('').map((tensor) => ({ ...tensor, shape: [1], data: tensor.data.slice(1) }));
    expect(() => networkTensors(fileOf(other), 'x', wanted)).toThrow(
      expect.objectContaining({
        message: 'cannot use the weights: fc.weight is [1], expected [2]: the classes differ',
        hint: otherClassesHint,
      }),
    );
  });

  it('refuses a negative variance, which ReLU would hide', () => {
    const statistics = ['bn.running_mean', 'bn.running_var'].map((name) =>
      declare(name, 'statistic', [1], filledWith(0)),
    );
    const network = { ...wanted, network: { ...wanted.network, tensors: statistics }, head: 'fresh' } as const;
    const file = (variance: number): Buffer =>
      fileOf(statistics.map(({ name }, at) => ({ name, shape: [1], data: Float32Array.of(at === 1 ? variance : -1) })));
    expect(() => networkTensors(file(-1), 'x', network)).toThrow(
      'bn.running_var contains -1.00, but a variance is never',
    );
    expect(networkTensors(file(0), 'x', network).tensors).toHaveLength(2);
  });

  it.each([
    ['a file of torch.save', Buffer.from(`PK\x03\x04${'\0'.repeat(26)}archive/data.pkl`, 'latin1')],
    ['a file of torch.save', Buffer.from('\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.', 'latin1')],
    ['a Python pickle', Buffer.from('\x80\x04\x95\x11\0\0\0\0\0\0\0}.', 'latin1')],
    ['a zip archive', Buffer.from(`PK\x03\x04${'\0'.repeat(26)}readme.txt`, 'latin1')],
    ['a web page', Buffer.from('<!DOCTYPE html><html></html>')],
    ['a Git LFS pointer', Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
    ['an ONNX model', Buffer.from('\x08\x07\x12\x07pytorch\x1a\x051.9.0:\0\0', 'latin1')],
    ['a SavedModel of TensorFlow', Buffer.from('\x08\x01\x12\xf0\x10\x0a\x51\0\0', 'latin1')],
    ['a TensorFlow Lite model', Buffer.from('\x1c\0\0\0TFL3\0\0', 'latin1')],
    ['plain text that starts with "404: Not Found"', Buffer.from('404: Not Found')],
    ['plain text that starts with "no"', Buffer.from('no\n')],
    ['JSON that starts with "{"message":"Not Found"}"', Buffer.from('{"message":"Not Found"}')],
    ['the index of a network in several files', Buffer.from('{"metadata":{"total_size":1},"weight_map":{"a":"b"}}')],
    ['an HDF5 file', Buffer.from('\x89HDF\r\n\x1a\n', 'latin1')],
  ])('names %s', (name, bytes) => {
    expect(() => networkTensors(bytes, 'x', wanted)).toThrow(`cannot read safetensors: it is ${name}`);
  });
});
