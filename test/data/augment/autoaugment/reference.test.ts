// Every operation at every magnitude and sign against the bytes of Pillow.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  operations,
  type OperationKind,
  type OperationName,
} from '../../../../src/data/augment/autoaugment/operations.js';

interface Case {
  readonly op: OperationName;
  readonly magnitudeIndex: number;
  readonly magnitude: number;
  readonly sign: 1 | -1;
  readonly image: number;
  readonly offset: number;
}

const fixture = (name: string) => readFileSync(new URL(`../../../fixtures/${name}`, import.meta.url));
const { cases } = JSON.parse(fixture('autoaugment.json').toString()) as { readonly cases: readonly Case[] };
const bytes = new Uint8Array(fixture('autoaugment.bin'));
const format = { height: 32, width: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] } as const;
const size = 3072;

describe.each(Object.entries<OperationKind>(operations))('%s', (name, { create, magnitude, signed }) => {
  const own = cases.filter(({ op }) => op === name);

  it('has the reference magnitudes and signs', () => {
    expect(own.length).toBeGreaterThanOrEqual(4);
    expect(own.some(({ sign }) => sign === -1)).toBe(signed);
    for (const { magnitudeIndex, magnitude: expected } of own) expect(magnitude(magnitudeIndex)).toBe(expected);
  });

  it('gives the reference bytes and writes nothing beside them', () => {
    for (const { magnitude: value, sign, image, offset } of own) {
      const target = new Uint8Array(size + 8).fill(77);
      create(format, sign * value)(bytes, image * size, target, 5);
      expect(Buffer.compare(target.subarray(5, 5 + size), bytes.subarray(offset, offset + size))).toBe(0);
      expect([...target.subarray(0, 5), ...target.subarray(5 + size)]).toEqual(Array.from({ length: 8 }, () => 77));
    }
  });
});

it('all cases belong to an operation', () => {
  expect(cases).toHaveLength(776);
  expect(new Set(cases.map(({ op }) => op))).toEqual(new Set(Object.keys(operations)));
});
