// The user's own network: the config section that names its module, and the module's interface.
import { z } from 'zod';
import { moduleOptions } from '../common/modules.js';
import { firstWeights } from './first-weights.js';
import type { InputShape, Network } from './network.js';

/** `model: {name: custom, module: ./my-net.js, options: {…}}` */
export const customModelOptions = z.strictObject({
  name: z.literal('custom'),
  ...moduleOptions('createNetwork'),
  ...firstWeights,
});
export type CustomModelOptions = z.output<typeof customModelOptions>;

/** What `createNetwork` of a user's file is called with. `Kit` is what it builds with: layers, operations. */
interface NetworkRequest<Kit> {
  readonly options: CustomModelOptions['options'];
  readonly input: InputShape;
  readonly kit: Kit;
}

export type NetworkFactory<Kit> = (request: NetworkRequest<Kit>) => Network;
