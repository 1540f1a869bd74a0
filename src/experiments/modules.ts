// The loss or the network of a user's own file.
import { z } from 'zod';
import { callable, useModule } from '../common/modules.js';
import type { Loss, LossShape } from '../losses/loss.js';
import type { CustomLossOptions } from '../losses/custom.js';
import type { CustomModelOptions } from '../models/custom.js';
import type { InputShape, Network } from '../models/network.js';
import { kit, type LossModule, type NetworkModule } from './kit.js';

const lossCheck = z.object({
  name: z.string(),
  tensors: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })),
  scalars: z.record(z.string(), callable),
  compute: callable,
});

const networkCheck = z.object({
  name: z.string(),
  classes: z.int(),
  featureSize: z.int(),
  tensors: z.array(z.object({ name: z.string(), shape: z.array(z.int()) })),
  classifier: z.object({ weight: z.object({}), bias: z.object({}) }),
  apply: callable,
});

/** The loss of a user's file. Errors: the file cannot be loaded, or does not give a loss. */
export function loadLoss({ module, options }: CustomLossOptions, shape: LossShape): Promise<Loss> {
  return useModule<Loss>(module, 'createLoss', lossCheck, (exports) =>
    (exports as unknown as LossModule).createLoss({ options, shape, kit }),
  );
}

/** The network of a user's file. Errors: the file cannot be loaded, or does not give a network. */
export function loadNetwork({ module, options }: CustomModelOptions, input: InputShape): Promise<Network> {
  return useModule<Network>(module, 'createNetwork', networkCheck, (exports) =>
    (exports as unknown as NetworkModule).createNetwork({ options, input, kit }),
  );
}
