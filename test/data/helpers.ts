// Small data sets, files and folders for the tests in this folder.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { randomStream } from '../../src/common/random.js';
import { cifarFormats, cifarPixels, type CifarName } from '../../src/data/datasets/cifar/format.js';
import { imageBytes } from '../../src/data/image-format.js';
import type { MemorySource } from '../../src/data/source.js';

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'isda-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function randomBytes(length: number, seed: number): Uint8Array {
  const random = randomStream(seed, 'test bytes');
  return Uint8Array.from({ length }, () => random.uint32() & 0xff);
}

/** Images of random pixels. */
export function randomDataset(labels: readonly number[], seed: number, height = 32, width = 32): MemorySource {
  const format = { height, width, channels: 3, mean: [125.3, 123, 113.9], std: [63, 62.1, 66.7] } as const;
  const classes = Math.max(0, ...labels) + 1;
  return {
    ...format,
    name: 'random',
    part: 'train',
    classes,
    classNames: Array.from({ length: classes }, (_, index) => `class ${index}`),
    count: labels.length,
    labels: Int32Array.from(labels),
    storage: { kind: 'memory', images: randomBytes(labels.length * imageBytes(format), seed) },
  };
}

/** The bytes of a CIFAR file with the given labels (coarse label 3 for CIFAR-100) and random pixels. */
export function cifarRecords(name: CifarName, labels: readonly number[], seed = 1): Uint8Array {
  const { recordBytes, label } = cifarFormats[name];
  const bytes = randomBytes(labels.length * recordBytes, seed);
  labels.forEach((value, record) => {
    bytes.fill(3, record * recordBytes, record * recordBytes + recordBytes - cifarPixels);
    bytes[record * recordBytes + label.offset] = value;
  });
  return bytes;
}

/** Creates a folder and writes files into it; returns the folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, Uint8Array | string>>,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  return folder;
}
