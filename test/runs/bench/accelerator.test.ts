// The share of a chip's peak and the GPU's memory, as `isda bench` reports them.
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAccelerator, peakRate, stepOperations, useOf } from '../../../src/runs/bench/accelerator.js';
import { test } from '../../temporary-folder.js';

describe('peakRate', () => {
  it.each([
    ['NVIDIA H200', 989.5e12],
    ['NVIDIA H100 80GB HBM3', 989.5e12],
    ['NVIDIA H100 PCIe', 756.5e12],
    ['NVIDIA A100-SXM4-80GB', 312e12],
    ['NVIDIA L40S', 362e12],
    ['NVIDIA L4', 121e12],
    ['NVIDIA Abacus 9', undefined],
  ])('%s: %d', (name, rate) => {
    expect(peakRate(name, 'bfloat16')).toBe(rate);
  });
});

describe('useOf', () => {
  const h200 = { name: 'NVIDIA H200', kind: 'tf32', memoryMebibytes: () => 5120 } as const;

  it('is the rate of the step over the peak', () => {
    // 69.12 million multiply-adds per image, 128 images, 2 operations each, forward once and backward twice.
    const operations = stepOperations(69.12e6, 128);
    expect(operations).toBe(53_084_160_000);
    const use = useOf(h200, operations, 10);
    expect(use.peakPercent).toBeCloseTo((100 * 5.308416) / 494.5, 12);
    expect(use.gpuMemoryMebibytes).toBe(5120);
  });

  it('leaves out what is not known', () => {
    expect(useOf(undefined, 1e9, 10)).toEqual({});
    const unknown = { ...h200, name: 'NVIDIA Abacus 9', memoryMebibytes: () => undefined };
    expect(useOf(unknown, 1e9, 10)).toEqual({});
  });
});

describe('openAccelerator', () => {
  const kindOf = (precision: 'float32' | 'bfloat16', tf32: boolean): string =>
    openAccelerator('x', { precision, tf32 }, {}).kind;

  it('compares with the peak of the numbers in use', () => {
    expect([kindOf('float32', true), kindOf('float32', false)]).toEqual(['tf32', 'float32']);
    expect([kindOf('bfloat16', true), kindOf('bfloat16', false)]).toEqual(['bfloat16', 'bfloat16']);
  });

  test('asks nvidia-smi for the memory of the visible GPU', async ({ folder }) => {
    const program = join(folder, 'nvidia-smi');
    await writeFile(program, '#!/bin/sh\ncase "$*" in *--id=2) echo 1234;; *--id=0) echo 99;; *) exit 6;; esac\n');
    await chmod(program, 0o755);
    const memory = (environment: Record<string, string>): number | undefined =>
      openAccelerator('x', { precision: 'float32', tf32: true }, environment).memoryMebibytes();
    expect(memory({ PATH: folder })).toBe(99);
    expect(memory({ PATH: folder, CUDA_VISIBLE_DEVICES: '2,1' })).toBe(1234);
    expect(memory({ PATH: folder, CUDA_VISIBLE_DEVICES: '7' })).toBeUndefined();
    expect(memory({ PATH: '/nowhere' })).toBeUndefined();
  });
});
