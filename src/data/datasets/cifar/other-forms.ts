// Recognizes the forms of CIFAR that are not read: those for Python and MATLAB, and packed archives.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { CifarName } from './format.js';

export interface OtherForm {
  readonly name: CifarName;
  /** `CIFAR-10 for Python`. */
  readonly title: string;
  /** The folder or archive, absolute. */
  readonly path: string;
  /** Whether it is the official binary archive. */
  readonly isArchive: boolean;
}

interface KnownForm {
  readonly name: CifarName;
  readonly title: string;
  /** Files that must all be present. */
  readonly files: readonly string[];
  readonly isArchive?: true;
}

const knownForms: readonly KnownForm[] = [
  { name: 'cifar10', title: 'CIFAR-10 for Python', files: ['data_batch_1', 'batches.meta'] },
  { name: 'cifar10', title: 'CIFAR-10 for MATLAB', files: ['data_batch_1.mat', 'batches.meta.mat'] },
  { name: 'cifar100', title: 'CIFAR-100 for Python', files: ['train', 'test', 'meta'] },
  { name: 'cifar100', title: 'CIFAR-100 for MATLAB', files: ['train.mat', 'test.mat', 'meta.mat'] },
  { name: 'cifar10', title: 'CIFAR-10 for Python, packed', files: ['cifar-10-python.tar.gz'] },
  { name: 'cifar100', title: 'CIFAR-100 for Python, packed', files: ['cifar-100-python.tar.gz'] },
  { name: 'cifar10', title: 'the archive of CIFAR-10', files: ['cifar-10-binary.tar.gz'], isArchive: true },
  { name: 'cifar100', title: 'the archive of CIFAR-100', files: ['cifar-100-binary.tar.gz'], isArchive: true },
];

const folders = ['', 'cifar-10-batches-py', 'cifar-100-python', 'cifar-10-batches-mat', 'cifar-100-matlab'];

/** Finds the other forms in a folder, or in the folders to which their archives unpack. */
export async function otherCifarForms(directory: string): Promise<OtherForm[]> {
  const found: OtherForm[] = [];
  for (const folder of folders) {
    const path = join(directory, folder);
    const present = new Set(await readdir(path).catch(() => []));
    for (const { name, title, files, isArchive = false } of knownForms) {
      if (!files.every((file) => present.has(file))) continue;
      found.push({ name, title, isArchive, path: files.length === 1 ? join(path, files[0]) : path });
    }
  }
  return found;
}
