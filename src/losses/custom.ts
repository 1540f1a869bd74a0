// Custom losses: the config section with the module's path, and the interface of the module.
import { z } from 'zod';
import { moduleOptions } from '../common/modules.js';
import type { Loss, LossShape } from './loss.js';

/** `loss: {name: custom, module: ./my-loss.js, options: {…}}` */
export const customLossOptions = z.strictObject({
  name: z.literal('custom'),
  ...moduleOptions('createLoss'),
});
export type CustomLossOptions = z.output<typeof customLossOptions>;

/**
 * The argument of `createLoss` in a user's file. `Kit` is the type of its building blocks: operations, declarations.
 */
interface LossRequest<Kit> {
  readonly options: CustomLossOptions['options'];
  readonly shape: LossShape;
  readonly kit: Kit;
}

export type LossFactory<Kit> = (request: LossRequest<Kit>) => Loss;
