// Writing and reading the metadata of exported networks.
import { describe, expect, it } from 'vitest';
import { decodeMetadata, encodeMetadata, type NetworkMetadata } from '../../src/runs/network-metadata.js';

const metadata: NetworkMetadata = {
  images: { height: 24, width: 32, mean: [51, 102, 153], std: [25.5, 51, 76.5] },
  classes: 2,
  classNames: ['a "b"', 'ü'],
};

describe('the metadata of a network', () => {
  it('are texts in JSON, levels from 0 to 1, height before width', () => {
    expect(encodeMetadata('plain-8', metadata)).toEqual({
      format: 'pt',
      network: 'plain-8',
      classes: '2',
      classNames: '["a \\"b\\"","ü"]',
      inputSize: '[3,24,32]',
      mean: '[0.2,0.4,0.6]',
      std: '[0.1,0.2,0.3]',
    });
  });

  it('are read back', () => {
    const read = decodeMetadata(encodeMetadata('plain-8', metadata), 'here');
    expect(read).toMatchObject({ classes: 2, classNames: metadata.classNames, images: { height: 24, width: 32 } });
    read?.images.mean.forEach((value, channel) => expect(value).toBeCloseTo(metadata.images.mean[channel], 10));
    read?.images.std.forEach((value, channel) => expect(value).toBeCloseTo(metadata.images.std[channel], 10));
  });

  it('say whether images are turned as EXIF says', () => {
    const turned = encodeMetadata('plain-8', { ...metadata, images: { ...metadata.images, turns: true } });
    expect(turned['orientation']).toBe('"apply"');
    expect(decodeMetadata(turned, 'here')?.images.turns).toBe(true);
  });

  it('are absent of files of other programs and of earlier versions', () => {
    expect(decodeMetadata({ format: 'pt' }, 'here')).toBeUndefined();
    expect(decodeMetadata({ format: 'pt', network: 'resnet-8', classNames: '["a"]' }, 'here')).toBeUndefined();
  });

  it.each([
    ['no JSON', { mean: '[0.1' }, 'mean is not JSON'],
    ['another number of channels', { inputSize: '[1,24,32]' }, 'inputSize.0'],
    ['fewer names than classes', { classNames: '["a"]' }, 'classNames: expected 2'],
    ['more names than classes', { classNames: '["a","b","c"]' }, 'classNames: expected 2'],
    ['a deviation of 0', { std: '[0.1,0,0.3]' }, 'std.1'],
    ['images smaller than the crop', { resize: '31' }, 'resize: expected at least'],
    ['an unknown network', { model: '{"name":"vgg"}' }, 'model.name'],
  ])('are refused: %s', (_, change, reason) => {
    const texts = { ...encodeMetadata('plain-8', metadata), ...change };
    expect(() => decodeMetadata(texts, 'here')).toThrow(`cannot read the metadata of the network: ${reason}`);
  });
});
