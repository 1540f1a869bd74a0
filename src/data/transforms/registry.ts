// The augmentations, in the order in which they are applied: one line each.
import { createFlip } from './flip.js';
import { createPadCrop } from './pad-crop.js';
import type { CreateTransform } from './transform.js';

export const transforms: readonly CreateTransform[] = [
  ({ padCrop }, format) => (padCrop === false ? undefined : createPadCrop(padCrop, format)),
  ({ flip }, format) => (flip ? createFlip(format) : undefined),
];
