// Creates the reader of a source from the kind of its storage.
import { loadAugmentation } from './augment/custom.js';
import { createPipeline } from './augment/pipeline.js';
import type { Transform } from './augment/transform.js';
import type { ImageFormat } from './image-format.js';
import { createMixedReader } from './datasets/mixed/reader.js';
import { createMemoryReader } from './memory-reader.js';
import type { AugmentationOptions } from './augment/options.js';
import type { ImageReader } from './reader.js';
import type { ImageSource } from './source.js';

/**
 * Checks an `augmentation` section. Errors: it does not fit images of the format, such as a hole larger than the image;
 * a custom augmentation cannot be loaded.
 */
export async function requireAugmentation(augmentation: AugmentationOptions, format: ImageFormat): Promise<void> {
  const { custom } = augmentation;
  createPipeline(augmentation, format, custom && (await loadAugmentation(custom, format)));
}

/** Errors: the library for `dataset.decoding: fast` is missing or does not run on this machine. */
export async function requireDecoder({ storage }: ImageSource): Promise<void> {
  if (storage.kind !== 'files' || storage.decoding !== 'fast') return;
  const { loadFastJpeg } = await import('./datasets/image-folder/fast-jpeg.js');
  loadFastJpeg();
}

/**
 * Creates the reader of a source for the calling thread. Errors: options that do not fit the images; a custom
 * augmentation cannot be loaded.
 */
export function createReader(
  source: ImageSource,
  augmentation: AugmentationOptions,
): ImageReader | Promise<ImageReader> {
  const { custom } = augmentation;
  if (custom === undefined || source.storage.kind === 'mixed') return openReader(source, augmentation);
  return loadAugmentation(custom, source).then((own) => openReader(source, augmentation, own));
}

function openReader(
  source: ImageSource,
  augmentation: AugmentationOptions,
  own?: Transform,
): ImageReader | Promise<ImageReader> {
  const { storage } = source;
  switch (storage.kind) {
    case 'memory':
      return createMemoryReader(source, storage, augmentation, own);
    case 'files':
      // Imported on demand, because decoding needs another library.
      return import('./datasets/image-folder/reader.js').then(({ createFileReader }) =>
        createFileReader(source, storage, augmentation, own),
      );
    case 'mixed':
      return createMixedReader(storage, augmentation, createReader);
    case 'module':
      return import('./datasets/custom/reader.js').then(({ createModuleReader }) =>
        createModuleReader(source, storage, augmentation, own),
      );
  }
}
