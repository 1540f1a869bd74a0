// Groups the parameters that an optimizer updates together as one vector.
import { packOf } from '../engine/packs.js';
import type { Pack, Target } from '../engine/tensor.js';
import { sizeOf } from '../engine/types.js';
import type { TensorDeclaration } from '../nn/tensors.js';
import { vectorOf, type Optimizer } from './optimizer.js';

/**
 * The number of values up to which a parameter is updated together with others. All on a GPU, where each kernel costs
 * its launch. On a CPU joining changes no time, but all joined gradients are kept until the last of them is there:
 * 0.5 GB more for WRN-28-10, nothing where only its small parameters are joined.
 */
export const packLimits: Readonly<Record<Target['device'], number>> = { cpu: 65_536, cuda: Infinity };

/**
 * The packs of parameters with at most `limit` values and of what the optimizer remembers of them: the first holds the
 * parameters. None where there is nothing to join. `name` tells the packs of a session's optimizers apart.
 */
export function optimizerPacks(
  name: string,
  optimizer: Optimizer,
  parameters: readonly TensorDeclaration[],
  limit: number,
): Pack[] {
  if (optimizer.elementwise === false) return [];
  const isJoined = (parameter: TensorDeclaration): boolean =>
    sizeOf(parameter.shape) <= limit && optimizer.apart?.has(parameter.name) !== true;
  const joined = parameters.filter(isJoined);
  if (joined.length < 2) return [];
  const pack = packOf(`packed.${name}`, joined);
  const remembered = joined.map((parameter) => optimizer.state(parameter));
  const states = optimizer.state(vectorOf(pack)).map((state, kind) =>
    packOf(
      state.name,
      remembered.map((tensors) => tensors[kind]),
    ),
  );
  return [pack, ...states];
}
