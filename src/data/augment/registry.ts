// The augmentations, in the order in which they are applied: one per line.
import { createAutoAugment } from './autoaugment/autoaugment.js';
import { cifar10Policy } from './autoaugment/policy.js';
import { createCutout } from './cutout.js';
import { createFlip } from './flip.js';
import { createPadCrop } from './pad-crop.js';
import type { CreateTransform } from './transform.js';

export const transforms: readonly CreateTransform[] = [
  ({ padCrop }, format) => (padCrop === false ? undefined : createPadCrop(padCrop, format)),
  ({ flip }, format) => (flip ? createFlip(format) : undefined),
  ({ autoaugment }, format) => (autoaugment ? createAutoAugment(cifar10Policy, format) : undefined),
  ({ cutout }, format) => (cutout === false ? undefined : createCutout(cutout, format)),
];
