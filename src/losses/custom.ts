// The user's own loss: the config section that names its module, and the module's interface.
import { z } from 'zod';
import { moduleOptions } from '../common/modules.js';
import type { Loss, LossShape } from './loss.js';

/** `loss: {name: custom, module: ./my-loss.js, options: {…}}` */
export const customLossOptions = z.strictObject({
  name: z.literal('custom'),
  ...moduleOptions('createLoss'),
});
export type CustomLossOptions = z.output<typeof customLossOptions>;

/** What `createLoss` of a user's file is called with. `Kit` is what it builds with: operations, declarations. */
interface LossRequest<Kit> {
  readonly options: CustomLossOptions['options'];
  readonly shape: LossShape;
  readonly kit: Kit;
}

export type LossFactory<Kit> = (request: LossRequest<Kit>) => Loss;
