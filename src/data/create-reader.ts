// Creates the reader of a source from the kind of its storage.
import { createMixedReader } from './datasets/mixed/reader.js';
import { createMemoryReader } from './memory-reader.js';
import type { AugmentationOptions } from './options.js';
import type { ImageReader } from './reader.js';
import type { ImageSource } from './source.js';

/** The reader of a source, for the thread that calls. Errors: options that do not fit the images. */
export function createReader(
  source: ImageSource,
  augmentation: AugmentationOptions,
): ImageReader | Promise<ImageReader> {
  const { storage } = source;
  switch (storage.kind) {
    case 'memory':
      return createMemoryReader(source, storage, augmentation);
    case 'files':
      // Loaded only where it is needed: decoding brings a library of its own.
      return import('./datasets/image-folder/reader.js').then(({ createFileReader }) =>
        createFileReader(source, storage, augmentation),
      );
    case 'mixed':
      return createMixedReader(storage, augmentation, createReader);
    case 'module':
      return import('./datasets/custom/reader.js').then(({ createModuleReader }) =>
        createModuleReader(source, storage, augmentation),
      );
  }
}
