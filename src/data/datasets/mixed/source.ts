// Combines real and synthetic training images into one source.
import { cannot } from '../../../common/errors.js';
import type { ImageSource } from '../../source.js';

const shapeOf = ({ height, width, classes }: ImageSource): string => `${height} x ${width} pixels, ${classes} classes`;

/**
 * Returns one source of both, the synthetic images last; they make up `fraction` of every training batch
 * (`epochBatches`). Errors: the image sizes or the numbers of classes differ.
 */
export function mixSources(real: ImageSource, synthetic: ImageSource, fraction: number): ImageSource {
  if (shapeOf(real) !== shapeOf(synthetic)) {
    throw cannot(
      'train on synthetic images',
      `they have ${shapeOf(synthetic)}, the images of ${real.name} have ${shapeOf(real)}`,
      { code: 'generator/unusable' },
    );
  }
  const labels = new Int32Array(real.count + synthetic.count);
  labels.set(real.labels);
  labels.set(synthetic.labels, real.count);
  return {
    ...real,
    checksum: undefined,
    positions: undefined,
    count: labels.length,
    labels,
    synthetic: { count: synthetic.count, fraction },
    storage: { kind: 'mixed', real, synthetic },
  };
}
