// A loss of the user's own: the config section that names its file, and what the file must offer.
import { z } from 'zod';
import type { Loss, LossShape } from './loss.js';

/** `loss: {name: custom, module: ./my-loss.js, options: {…}}` */
export const customLossOptions = z.strictObject({
  name: z.literal('custom'),
  module: z
    .string()
    .min(1)
    .describe(
      'JavaScript file that exports `createLoss`, relative to the file that names it; of --set, to the working directory',
    ),
  options: z.record(z.string(), z.json()).default({}).describe('handed to `createLoss` as they are'),
});
export type CustomLossOptions = z.output<typeof customLossOptions>;

/** What `createLoss` of a user's file is called with. `Kit` is what it builds with: operations, declarations. */
export interface LossRequest<Kit> {
  readonly options: CustomLossOptions['options'];
  readonly shape: LossShape;
  readonly kit: Kit;
}

export type LossFactory<Kit> = (request: LossRequest<Kit>) => Loss;
