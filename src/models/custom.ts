// Custom networks: the config section with the module's path, and the interface of the module.
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

/** The argument of `createNetwork` in a user's file. `Kit` is the type of its building blocks: layers, operations. */
interface NetworkRequest<Kit> {
  readonly options: CustomModelOptions['options'];
  readonly input: InputShape;
  readonly kit: Kit;
}

export type NetworkFactory<Kit> = (request: NetworkRequest<Kit>) => Network;
