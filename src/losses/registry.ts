// The losses by name. A new loss is one file, its options in options.ts, and one line here.
import { createCrossEntropy } from './cross-entropy.js';
import { createIsda } from './isda/isda.js';
import type { Loss, LossShape } from './loss.js';
import type { LossOptions } from './options.js';

/** Builds the loss that a config's `loss` section names, for a network with the given classes and features. */
export function createLoss(options: LossOptions, shape: LossShape): Loss {
  switch (options.name) {
    case 'cross-entropy':
      return createCrossEntropy();
    case 'isda':
      return createIsda(options, shape);
  }
}
