// The loss or the network of a user's own file, and whether the user has named it.
import { z } from 'zod';
import { cannot } from '../common/errors.js';
import { callable, useModule } from '../common/modules.js';
import { parseOverrides } from '../config/overrides.js';
import type { ExperimentConfig } from '../config/schema.js';
import { valueAt } from '../config/tree.js';
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

/**
 * Errors (usage): a run folder's config has a file of code that `overrides` (`KEY=VALUE`) does not name. A run folder may
 * come from anywhere, and to look at what it has trained is not to trust its code.
 */
export function requireNamedModules(
  { dataset, model, loss }: ExperimentConfig,
  overrides: readonly string[],
  place: string,
): void {
  const { tree } = parseOverrides(overrides);
  const unnamed = Object.entries({ dataset, model, loss }).flatMap(([section, options]) =>
    'module' in options && valueAt(tree, [section, 'module']) === undefined
      ? [`${section}.module=${options.module}`]
      : [],
  );
  if (unnamed.length === 0) return;
  throw cannot('use the run', `its config runs code of its own: ${unnamed.join(', ')}`, {
    place,
    hint: `if you trust it, name it: ${unnamed.map((each) => `--set ${each}`).join(' ')}`,
    kind: 'usage',
  });
}
