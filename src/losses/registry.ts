// The losses by name. A new loss is one file, its options in options.ts, and one line here.
import { createCenter } from './center.js';
import { createCrossEntropy } from './cross-entropy.js';
import { createDisturbLabel } from './disturb-label.js';
import { createFocal } from './focal.js';
import { createIsda } from './isda/isda.js';
import { createLabelSmoothing } from './label-smoothing.js';
import { createLargeMargin } from './large-margin.js';
import type { Loss, LossShape } from './loss.js';
import { createLq } from './lq.js';
import { lossOptions, type LossOptions } from './options.js';

type OptionsByName = { readonly [Options in LossOptions as Options['name']]: Options };
type Name = keyof OptionsByName;

/** `title`: the displayed name. */
const losses: {
  readonly [Key in Name]: {
    readonly title: string;
    readonly create: (options: OptionsByName[Key], shape: LossShape) => Loss;
  };
} = {
  'cross-entropy': { title: 'cross entropy', create: createCrossEntropy },
  isda: { title: 'ISDA', create: createIsda },
  focal: { title: 'focal', create: createFocal },
  lq: { title: 'L_q', create: createLq },
  center: { title: 'center', create: createCenter },
  'large-margin': { title: 'large margin', create: createLargeMargin },
  'disturb-label': { title: 'DisturbLabel', create: createDisturbLabel },
  'label-smoothing': { title: 'label smoothing', create: createLabelSmoothing },
};

/** The displayed name of each loss. */
export const lossTitles: ReadonlyMap<string, string> = new Map(
  Object.entries(losses).map(([name, { title }]) => [name, title]),
);

function build<Key extends Name>(name: Key, options: OptionsByName[Key], shape: LossShape): Loss {
  return losses[name].create(options, shape);
}

/** Creates the loss selected by a config's `loss` section, for a network with the given classes and features. */
export function createLoss(options: LossOptions, shape: LossShape): Loss {
  return build(options.name, options, shape);
}

/** Whether a loss refuses soft targets, which does not depend on the shape. */
export const refusesSoftTargets = (options: LossOptions): boolean =>
  createLoss(options, { classes: 2, featureSize: 1 }).softTargets !== true;

/** Returns the names of the losses that accept soft targets, among those whose options have defaults. */
export const softTargetLosses = (): readonly string[] =>
  lossOptions.options.flatMap(({ shape }) => {
    const { data } = lossOptions.safeParse({ name: shape.name.value });
    return data === undefined || refusesSoftTargets(data) ? [] : [data.name];
  });
